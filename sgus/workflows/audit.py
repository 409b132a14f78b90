"""The shortcut audit of a run or model: what it still knows when the gland cannot be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from sgus.core.errors import RunError
from sgus.core.files import read_json, sha256_file, write_json
from sgus.core.provenance import versions
from sgus.workflows.audit_bench import Bench, bench_of_model, bench_of_run, is_model
from sgus.workflows.audit_figures import Drawn, centre_figures, input_figures
from sgus.workflows.audit_inputs import FULL, Progress, answers
from sgus.workflows.audit_words import caution, findings, limits
from sgus.workflows.cam_sanity import map_sanity
from sgus.workflows.evaluating import PREDICTIONS

AUDIT: Final = "audit.json"
N_MAPS: Final = 32
"""Images whose maps are put to the test, drawn by seed."""


def audit(
    target: Path,
    *,
    cohort: Path | None = None,
    n_maps: int = N_MAPS,
    n_resamples: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Audit a run, or a model on a cohort. The result of a run is kept beside it.

    Args:
        target: A finished run, whose `audit.json` is written anew, or a model directory, in
            which nothing is written.
        cohort: The cohort: of a run looked for where None; of a model it must be given.
        n_maps: Images whose maps are tested; 0 for none.
        n_resamples: Resamples of the patient bootstrap.
        seed: Of resamples, classifiers and random orders.
        progress: Receives (what is done, done, of).

    Returns:
        `name, kind, where, unit, synthetic, n_images, n_patients, alarms, notices, figures` (see
        `audit_figures.input_figures`), `centres`, `hidden` (shares of area), `maps` (see
        `cam_sanity.map_sanity`; None without), `largest_change` (greatest difference from the
        probabilities that the run wrote), `limits`, `caution`.

    Raises:
        RunError: The run cannot be audited, or a model was given without a cohort.
        ModelError: A model cannot be used.
        CohortError: Images are missing or were changed.
        ConfigError: Too few resamples.
    """
    bench = open_bench(target, cohort=cohort, seed=seed, progress=progress)
    result = audit_bench(
        bench, n_maps=n_maps, n_resamples=n_resamples, seed=seed, progress=progress
    )
    if bench.kind == "run":
        write_json(target / AUDIT, result)
    return result


def open_bench(
    target: Path, *, cohort: Path | None = None, seed: int = 0, progress: Progress | None = None
) -> Bench:
    """Load a run, or a model and a cohort; see `audit`."""

    def prepared(done: int, of: int) -> None:
        if progress is not None:
            progress("images prepared", done, of)

    if not is_model(target):
        return bench_of_run(target, cohort=cohort, progress=prepared)
    if cohort is None:
        raise RunError(target, "a model needs images to be audited on", "Name a cohort as well")
    return bench_of_model(target, cohort, seed=seed, progress=prepared)


def audit_bench(
    bench: Bench,
    *,
    n_maps: int = N_MAPS,
    n_resamples: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Audit what was loaded; see `audit`."""
    shown = answers(bench, seed=seed, progress=progress)
    full = next(one for one in shown if one.what == FULL)
    drawn = Drawn.of(
        full.table, n_resamples=n_resamples, seed=seed, unit=bench.unit, where=bench.where
    )
    figures = input_figures(shown, drawn)
    alarms, notices = findings(figures, unit=bench.unit)
    maps = map_sanity(
        bench, n_images=n_maps, n_resamples=n_resamples, seed=seed, progress=progress
    ) if n_maps else None  # fmt: skip
    return {
        "kind": "audit",
        "versions": versions(),
        "name": bench.name,
        "of": bench.kind,
        **bench.facts,
        "where": bench.where,
        "unit": bench.unit,
        "synthetic": bench.synthetic,
        "n_images": len(full.table),
        "n_patients": drawn.draws.n_patients,
        "n_learnt_from": bench.memory,
        "largest_change": _largest_change(bench, full.table),
        "resampling": {"n_resamples": n_resamples, "seed": seed, "unit": bench.unit},
        "hidden": _hidden(bench),
        "alarms": alarms,
        "notices": notices,
        "figures": figures,
        "centres": centre_figures(full, drawn, _learnt_of_centre(bench)),
        "maps": maps,
        "limits": limits(
            masked=bench.glands is not None,
            memory=bench.memory,
            n_images=len(full.table),
            kind=bench.kind,
        ),
        "caution": caution(figures),
    }


def read_audit(run: Path) -> dict[str, Any] | None:
    """The content of `audit.json`; None where there is none or it is of other predictions.

    Raises:
        RunError: The file is damaged.
    """
    if not (run / AUDIT).is_file():
        return None
    step = "Delete it, or give the audit command again"
    found = read_json(run / AUDIT, RunError, next_step=step)
    if not isinstance(found, dict) or found.get("kind") != "audit":
        raise RunError(run / AUDIT, "this does not describe an audit", step)
    table = run / PREDICTIONS
    same = table.is_file() and found.get("predictions_sha256") == sha256_file(table)
    return found if same else None


def _largest_change(bench: Bench, table: Any) -> float | None:
    """How far the answers to full images are from those the run wrote: rounding, if all is well."""
    if bench.stored is None:
        return None
    own = table[["p0", "p1", "p2", "p3"]].to_numpy(dtype=np.float64)
    return round(float(np.abs(own - bench.stored).max()), 6)


def _hidden(bench: Bench) -> dict[str, Any]:
    rows = bench.asked
    gland = bench.hidden_for("gland")[rows].mean((1, 2))
    return {
        "gland_is": "box around the mask" if bench.glands is not None else "middle of the image",
        "gland_area_median": round(float(np.median(gland)), 4),
        "border_area": round(float(1.0 - bench.hidden_for("inside")[:1].mean()), 4),
    }


def _learnt_of_centre(bench: Bench) -> dict[str, int]:
    """Images of a centre that were learnt from by the models that judge that centre."""
    centre = bench.pictures.table["centre"].astype(str).to_numpy()
    counts: dict[str, int] = {}
    for judge in bench.judges:
        if bench.kind == "model" and not bench.memory:
            continue  # it learnt elsewhere
        for name in set(centre[judge.fold.asked]):
            counts[name] = counts.get(name, 0) + int((centre[judge.fold.learnt] == name).sum())
    return counts
