"""Evaluate a run: its prediction table in, `report.json` out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sgus.core.errors import RunError
from sgus.core.files import read_json, sha256_file, write_json
from sgus.core.provenance import versions
from sgus.report.evaluation import Origin, evaluate_predictions
from sgus.workflows.run_ceiling import run_ceiling

PREDICTIONS = "predictions.csv"
RUN = "run.json"
REPORT = "report.json"
STATUS = "status.json"
_ORIGIN = ("manifest_hash", "patient_unit", "synthetic")
_UNKNOWN_UNIT = "unknown"


def evaluate_run(
    run: Path, *, n_resamples: int = 2000, seed: int = 0, cohort: Path | None = None
) -> dict[str, Any]:
    """Compute the figures of a run and write its `report.json`.

    Where the cohort of the run has ratings, `ceiling` says how far readers' errors let any model
    come.

    Args:
        run: The run directory.
        n_resamples: Resamples of the patient bootstrap.
        seed: Seed of the resamples.
        cohort: The cohort of the run, for its ratings; None looks among those installed.

    Returns:
        The report as written.

    Raises:
        RunError: The directory has no readable `run.json` and `predictions.csv`, or the cohort
            given is another.
        CohortError: The cohort given cannot be read.
    """
    origin = _origin(run)
    _refuse_changed(run)
    figures = evaluate_predictions(
        read_predictions(run / PREDICTIONS), n_resamples=n_resamples, seed=seed, origin=origin
    )
    ceiling = run_ceiling(origin.manifest_hash, cohort=cohort, seed=seed)
    report = {"kind": "evaluation", "versions": versions()} | figures | {"ceiling": ceiling}
    write_json(run / REPORT, report)
    return report


def _refuse_changed(run: Path) -> None:
    """A table that was cut or edited after the run would give other figures in silence."""
    if not (run / STATUS).exists() or not (run / PREDICTIONS).exists():
        return
    status = read_json(run / STATUS, RunError, next_step="Finish the run: train writes it")
    said = status.get("predictions_sha256") if isinstance(status, dict) else None
    if said is not None and said != sha256_file(run / PREDICTIONS):
        raise RunError(
            run / PREDICTIONS,
            "the table is not the one the run wrote",
            "Restore it, or delete it and give the train command again",
        )


def read_predictions(path: Path) -> pd.DataFrame:
    """Read a prediction table as text, so that an image called 007 or NA keeps its name.

    Raises:
        RunError: The file is missing or no table.
    """
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError as error:
        raise RunError(path, "the file is not there", "Finish the run: train writes it") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        cause = f"the file is not a table ({error})"
        raise RunError(path, cause, "Predict again") from error


def _origin(run: Path) -> Origin:
    step = "Give a run directory as train makes it"
    said = read_json(run / RUN, RunError, next_step=step)
    if not isinstance(said, dict):
        raise RunError(run / RUN, "the file holds no JSON object", step)
    inside = said.get("cohort")
    known = (inside if isinstance(inside, dict) else {}) | said
    found = {name: known[name] for name in _ORIGIN if known.get(name) is not None}
    return Origin.parse({"patient_unit": _UNKNOWN_UNIT} | found, source=run / RUN)
