"""How often 95 % intervals of agreement hold the true value: `agreement_coverage.py --out DIR`.

Draws panels of made-up patients, read by the same five readers (`_coverage_population.py`), makes
every interval of every figure, and counts how many hold the figure of a panel of 400,000 patients.
Patients with 1 to 4 images, the same with a fifth of the readings missing, and patients with one
image, where formulas that take images as independent hold too.

Counts are saved as they come, by scenario, number of patients and block of replicates; what is
there already is not computed again. `--show` prints tables, `--write FILE` the measured coverage
that `sgus.stats.agreement.coverage` reads. One process keeps one core busy.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is loaded: a process a core

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from _coverage_figures import intervals_of, truths
from _coverage_population import SCENARIOS, draw
from _coverage_tables import load_cells, show, write_table

SIZES = (30, 100, 225)
BLOCK = 250  # replicates saved together
POPULATION = 400_000
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Job:
    """One block of replicates."""

    out: Path
    scenario: str
    n_patients: int
    block: int
    n_resamples: int
    seed: int

    @property
    def path(self) -> Path:
        place = list(SCENARIOS).index(self.scenario)
        return self.out / f"cell_{place}_{self.n_patients}_{self.block:03d}.json"


def truth_of(out: Path, scenario: str, seed: int) -> dict[str, float]:
    """The figures of the population, computed once."""
    place = list(SCENARIOS).index(scenario)
    path = out / f"truth_{place}.json"
    if not path.exists():
        found = truths(SCENARIOS[scenario], POPULATION, np.random.default_rng([seed, place]))
        path.write_text(json.dumps(found, indent=1))
    return json.loads(path.read_text())


def run_block(job: Job) -> str:
    """Count the intervals that hold the truth, and save the counts."""
    start = process_time()
    truth = truth_of(job.out, job.scenario, job.seed)
    place = list(SCENARIOS).index(job.scenario)
    rng = np.random.default_rng([job.seed, place, job.n_patients, job.block])
    counts: dict[str, dict[str, list[float]]] = {}
    for _ in range(BLOCK):
        readings, model = draw(SCENARIOS[job.scenario], job.n_patients, rng)
        found = intervals_of(readings, model, n_resamples=job.n_resamples, rng=rng)
        for (figure, method), (low, high) in found.items():
            # given, held, truth below the interval, truth above it, sum of widths
            count = counts.setdefault(figure, {}).setdefault(method, [0, 0, 0, 0, 0.0])
            if np.isfinite(low):
                below = truth[figure] < low - _ROUNDING
                above = truth[figure] > high + _ROUNDING
                new = (1, not below and not above, below, above, high - low)
                count[:] = [float(a + b) for a, b in zip(count, new, strict=True)]
    cell = {
        "scenario": job.scenario,
        "n_patients": job.n_patients,
        "replicates": BLOCK,
        "n_resamples": job.n_resamples,
        "seconds": process_time() - start,
        "counts": counts,
    }
    job.path.write_text(json.dumps(cell))
    return f"{job.path.name}: {cell['seconds']:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="counts are kept here")
    parser.add_argument("--replicates", type=int, default=2000, help=f"multiple of {BLOCK}")
    parser.add_argument("--resamples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="only print the tables")
    parser.add_argument("--write", type=Path, help="only write the measured coverage there")
    options = parser.parse_args()
    if options.show or options.write:
        cells = load_cells(options.out)
        if options.show:
            show(cells)
        if options.write:
            write_table(cells, options.write)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    jobs = [
        Job(options.out, scenario, n_patients, block, options.resamples, options.seed)
        for block in range(options.replicates // BLOCK)
        for scenario in SCENARIOS
        for n_patients in SIZES
    ]
    with ProcessPoolExecutor(options.processes) as pool:
        n = len(SCENARIOS)
        list(pool.map(truth_of, [options.out] * n, SCENARIOS, [options.seed] * n))
        for line in pool.map(run_block, [job for job in jobs if not job.path.exists()]):
            print(line, flush=True)


if __name__ == "__main__":
    main()
