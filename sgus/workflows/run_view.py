"""A run as pages look at it: its facts, its predictions, its report and the images they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sgus.core.errors import CohortError, RunError
from sgus.core.files import read_json, sha256_bytes, sha256_file
from sgus.jobs.run_files import STATUS
from sgus.workflows.cohorts import data_folder
from sgus.workflows.run_list import (
    DONE,
    PREDICTIONS,
    REPORT,
    RUN,
    MainFigure,
    RunSummary,
    list_runs,
    said_in,
    state_of,
    summary_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from sgus.cohort.manifest import Cohort

__all__ = [
    "MainFigure", "RunSummary", "RunView", "cohort_of", "list_runs", "open_run", "summary_of",
]  # fmt: skip

_KEPT_COHORTS: Final = 4
_TABLES: Final = ("cohort.json", "images.csv", "ratings.csv")
_PAGE: Final = "Look at it on the train page"


@dataclass(frozen=True, eq=False)
class RunView:
    """A finished run.

    Attributes:
        name: Name of its directory.
        directory: Where it is.
        facts: `run.json`.
        status: `status.json`; empty for a run of before there was one.
        predictions: The table as `check_predictions` leaves it, then further columns of the file
            as text.
        images: `images.csv` of its very cohort (same manifest hash), a row an image; None where
            that is not at hand.
        cohort: Directory of that cohort; None likewise.
        report: `report.json`; None where it was not evaluated.
        key: Names exactly these tables: what is computed from them can be kept under it.
    """

    name: str
    directory: Path
    facts: Mapping[str, Any]
    status: Mapping[str, Any]
    predictions: pd.DataFrame
    images: pd.DataFrame | None
    cohort: Path | None
    report: Mapping[str, Any] | None
    key: str

    @property
    def synthetic(self) -> bool:
        """It learnt from, and was judged by, simulated images."""
        return self.facts.get("synthetic") is True

    @property
    def unit(self) -> str:
        """What `patient_id` is: `patient`, `grouping key`, or `unknown`."""
        return str(self.facts.get("patient_unit") or "unknown")

    @property
    def has_test(self) -> bool:
        """Whether there are images that it neither learnt from nor chose its epoch on."""
        return bool((self.predictions["split"] == "test").any())


def open_run(directory: Path, *, data: Path | None = None) -> RunView:
    """Open a finished run.

    Args:
        directory: The run.
        data: Folder of cohorts among which its own is looked for; that of this installation when
            None.

    Raises:
        RunError: It is missing, has not ended well, or a file of it is damaged or was changed.
    """
    if not (directory / RUN).is_file() and not (directory / STATUS).is_file():
        raise RunError(directory.name, "there is no such run", "Choose another one")
    status = said_in(directory / STATUS)
    state, reason = state_of(directory, status)
    if state != DONE:
        why = f" ({reason.rstrip('.')})" if reason else ""
        raise RunError(directory.name, f"this run is not finished: {state}{why}", _PAGE)
    facts = _read_object(directory / RUN, step="Restore the file, or train again")
    predictions, digest = _read_predictions(directory, status)
    report, told = _read_report(directory)
    _refuse_other_report(directory, report, predictions)
    cohort = cohort_of(facts.get("manifest_hash"), data=data)
    named = cohort.manifest_hash if cohort else ""
    return RunView(
        name=directory.name,
        directory=directory,
        facts=facts,
        status=status,
        predictions=predictions,
        images=cohort.images if cohort else None,
        cohort=cohort.root if cohort else None,
        report=report,
        key=sha256_bytes("\n".join([digest, told, named]).encode()),
    )


def cohort_of(manifest_hash: object, *, data: Path | None = None) -> Cohort | None:
    """The cohort with exactly this manifest; those that cannot be read are passed over.

    Args:
        manifest_hash: As a run says it.
        data: Folder of the cohorts; that of this installation when None.
    """
    if not manifest_hash:
        return None
    for description in sorted((data or data_folder()).glob("*/cohort.json")):
        found = _cohort_at(description.parent)
        if found is not None and found.manifest_hash == manifest_hash:
            return found
    return None


def _cohort_at(root: Path) -> Cohort | None:
    states = []
    for name in _TABLES:
        try:
            state = (root / name).stat()
        except OSError:
            states.append((0, 0))
        else:
            states.append((state.st_size, state.st_mtime_ns))
    return _loaded(root, tuple(states))


@lru_cache(maxsize=_KEPT_COHORTS)
def _loaded(root: Path, states: tuple[tuple[int, int], ...]) -> Cohort | None:
    from sgus.cohort.manifest import load_cohort

    del states  # only part of the key
    try:
        return load_cohort(root)
    except (CohortError, OSError):
        return None


def _read_object(path: Path, *, step: str) -> dict[str, Any]:
    item = f"{path.parent.name}/{path.name}"
    try:
        said = read_json(path, RunError, next_step=step)
    except RunError as error:
        raise RunError(item, error.cause, step) from error
    except OSError as error:
        raise RunError(item, f"it cannot be opened ({error.strerror})", step) from error
    if not isinstance(said, dict):
        raise RunError(item, "the file holds no JSON object", step)
    return said


def _read_predictions(directory: Path, status: Mapping[str, Any]) -> tuple[pd.DataFrame, str]:
    """The table and its hash."""
    from sgus.report.predictions import check_predictions
    from sgus.workflows.evaluating import read_predictions

    path, item = directory / PREDICTIONS, f"{directory.name}/{PREDICTIONS}"
    step = "Restore the file, or delete it and give the train command again"
    try:
        digest = sha256_file(path)
    except OSError as error:
        raise RunError(item, "the file is not there or cannot be opened", step) from error
    if status.get("predictions_sha256") not in (None, digest):
        raise RunError(item, "the table is not the one the run wrote", step)
    try:
        raw = read_predictions(path)
        clean = check_predictions(raw)
    except RunError as error:
        raise RunError(item, error.cause, step) from error
    return _with_more(clean, raw), digest


def _with_more(clean: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Columns of the file that the check leaves out, beside the row they belong to."""
    more = [name for name in raw.columns if name not in clean.columns]
    by = ["split", "fold", "image_id"]  # no two rows are alike in these
    if not more:
        return clean
    keys = {name: raw[name].str.strip() if name in raw else "" for name in by}
    return clean.merge(raw[more].assign(**keys), on=by, how="left", validate="one_to_one")


def _read_report(directory: Path) -> tuple[dict[str, Any] | None, str]:
    """The report and the hash of its file; None and "" where there is none."""
    path = directory / REPORT
    if not path.exists():
        return None, ""
    step = f"Write it again: python -m sgus evaluate {directory}"
    report = _read_object(path, step=step)
    lists = ("parts", "confusion", "figures")
    if any(not isinstance(report.get(name), list) for name in lists):
        raise RunError(f"{directory.name}/{REPORT}", "it lacks a part of the figures", step)
    return report, sha256_file(path)


def _refuse_other_report(
    directory: Path, report: Mapping[str, Any] | None, predictions: pd.DataFrame
) -> None:
    """Figures of another table would stand beside these images."""
    said = {part.get("where"): part.get("n_images") for part in (report or {}).get("parts", [])}
    counts = predictions["split"].value_counts()
    for where in ("test", "validation"):
        if said.get(where, counts.get(where, 0)) != counts.get(where, 0):
            cause = f"its {where} part has not the images of {PREDICTIONS}"
            step = f"Write it again: python -m sgus evaluate {directory}"
            raise RunError(f"{directory.name}/{REPORT}", cause, step)
