"""Looking at one image of a run: seconds of what-if, neighbours and measures, first and again.

Reads a finished run and its cohort; the cohort is copied first, since what is computed is kept in
its cache. Seconds by the clock and of the processor: on a machine that others use, only the latter
tell what the program needs.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from sgus.core.grades import GRADES
from sgus.review.boundary import boundary
from sgus.workflows import look_what_if
from sgus.workflows.cohorts import data_folder
from sgus.workflows.look_measures import measure_trends, measures_of
from sgus.workflows.look_neighbours import nearest
from sgus.workflows.look_what_if import what_if
from sgus.workflows.run_view import open_run

LIMIT_S = 1.0


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    clock, spent = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, default=None, help="folder of cohorts")
    parser.add_argument("--images", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    found = open_run(given.run, data=given.data or data_folder())
    if found.cohort is None:
        parser.error("the run's cohort is not at hand")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / found.cohort.name
        shutil.copytree(found.cohort, copy, ignore=shutil.ignore_patterns("cache"))
        view = open_run(given.run, data=Path(folder))
        return measure(view, copy, n_images=given.images)


def measure(view, cohort: Path, *, n_images: int) -> int:
    first = boundary("0/1")
    tested = view.predictions[view.predictions["split"] == "test"]
    fold = tested["fold"].iloc[0]
    ids = list(tested.loc[tested["fold"] == fold, "image_id"])[: n_images + 1]
    what_if(view, ids[0], first)  # loads the model
    asked = []
    for image_id in ids[1:]:
        asked.append(timed(lambda image_id=image_id: what_if(view, image_id, first)))
    differences = [what_if(view, image_id, first).difference for image_id in ids]
    again = timed(lambda: what_if(view, ids[1], first))
    wall, spent = (statistics.median(column) for column in zip(*asked, strict=True))
    n = len(look_what_if.VARIATIONS)
    print(f"what-if, {n} variations: median of {len(asked)} images {wall:.2f} s, "
          f"{spent:.2f} s of the processor; again {again[0] * 1000:.0f} ms")  # fmt: skip
    print(f"largest difference to the run's own probabilities: {max(differences):.1e}")
    rows = [
        ("neighbours, first of the fold", lambda: nearest(view, ids[0], first)),
        ("neighbours, another image", lambda: nearest(view, ids[1], first)),
        ("measures, first of the cohort", lambda: measures_of(cohort, ids[0])),
        ("measures, another image", lambda: measures_of(cohort, ids[1])),
    ]
    for name, call in rows:
        clock, processor = timed(call)
        print(f"{name}: {clock:.2f} s, {processor:.2f} s of the processor")
    for gland in ("", "parotid", "submandibular"):
        for name, trend in measure_trends(cohort, gland=gland).items():
            ends = "no interval" if trend.low is None else f"{trend.low:.2f} to {trend.high:.2f}"
            rho = "none" if trend.rho is None else f"{trend.rho:.2f}"
            print(f"{gland or 'both glands'}: {name} and grade: Spearman {rho} ({ends})")
            print(f"    {trend.n_images} images, {trend.n_patients} patients {trend.reason}")
    medians = {one.name: [place.median for place in one.places]
               for one in measures_of(cohort, ids[0]).measures}  # fmt: skip
    for name, values in medians.items():
        shown = ["-" if value is None else f"{value:.3f}" for value in values]
        print(f"median of {name} at grades {GRADES}: {', '.join(shown)}")
    return int(min(wall, spent) >= LIMIT_S or max(differences) > look_what_if.SAME)


if __name__ == "__main__":
    raise SystemExit(main())
