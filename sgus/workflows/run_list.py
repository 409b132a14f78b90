"""The runs of an installation, summed up from their small files: cheap, without pandas or torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sgus.core.errors import RunError
from sgus.core.files import read_json
from sgus.jobs.liveness import alive
from sgus.jobs.run_files import STATUS

PREDICTIONS: Final = "predictions.csv"
RUN: Final = "run.json"
REPORT: Final = "report.json"
EVERYTHING: Final = "everything"
"""In place of a split: nothing is left to judge the model by."""
DONE: Final = "done"
MAIN_FIGURES: Final = ("accuracy", "quadratic_kappa")
_STATES: Final = ("queued", "running", DONE, "failed", "cancelled", "interrupted")
_TRAINED: Final = {
    "head": "head alone",
    "last_block": "last block and head",
    "full": "whole network",
}
_BACKBONES: Final = {"resnet18": "ResNet18"}
_STARTS: Final = {"none": "random weights", "imagenet": "ImageNet", "phantom": "phantoms"}


@dataclass(frozen=True)
class MainFigure:
    """A figure of `report.json`, as a list of runs shows it.

    Attributes:
        value: None where undefined.
        low: Lower end of its interval; None where it has none.
        high: Upper end.
        n_images: What it is made from.
        n_patients: Likewise.
        reason: Why there is no value or no interval.
    """

    value: float | None
    low: float | None
    high: float | None
    n_images: int
    n_patients: int
    reason: str | None


@dataclass(frozen=True)
class RunSummary:
    """A run at a glance; what its files do not say is "" or None.

    Attributes:
        name: Name of its directory.
        directory: Where it is.
        state: `running`, `done`, `failed`, `cancelled`, `interrupted` (a run that says it is
            running while nobody holds its lock is interrupted too).
        reason: Why it is not done.
        cohort: Name of its cohort.
        split: Name of the split, or `everything`.
        scheme: `holdout`, `kfold`, `leave-one-centre-out`, `everything`.
        trained: What was trained, in words.
        n_test_images: Images it was judged by; None before it was judged.
        n_test_patients: Patients, or groups, of these.
        patient_unit: What these are: `patient`, `grouping key`.
        changed_at: When its state was last written, in UTC.
        synthetic: It learnt from simulated images alone.
        accuracy: Of the four grades on the test part.
        kappa: Quadratic-weighted, likewise.
    """

    name: str
    directory: Path
    state: str
    reason: str
    cohort: str
    split: str
    scheme: str
    trained: str
    n_test_images: int | None
    n_test_patients: int | None
    patient_unit: str
    changed_at: datetime
    synthetic: bool
    accuracy: MainFigure | None
    kappa: MainFigure | None

    @property
    def finished_at(self) -> datetime | None:
        """When it was done, in UTC; None before."""
        return self.changed_at if self.state == DONE else None


def list_runs(runs: Path) -> list[RunSummary]:
    """Sum up every run of a folder, the one that changed last first.

    Files are read again only when they change. A damaged file leaves out what it would say.

    Args:
        runs: The folder; none where it is missing.
    """
    found = {path.parent for name in (RUN, STATUS) for path in runs.glob(f"*/{name}")}
    summed = [summary_of(directory) for directory in sorted(found)]
    return sorted(summed, key=lambda run: (-run.changed_at.timestamp(), run.name))


def summary_of(directory: Path) -> RunSummary:
    """Sum up one run."""
    facts, status = said_in(directory / RUN), said_in(directory / STATUS)
    state, reason = state_of(directory, status)
    inside = facts.get("cohort")
    cohort = inside if isinstance(inside, Mapping) else {}
    figures = _judged(directory / REPORT)
    return RunSummary(
        name=directory.name,
        directory=directory,
        state=state,
        reason=reason,
        cohort=str(cohort.get("name") or ""),
        split=str(facts.get("split") or ""),
        scheme=str(facts.get("scheme") or ""),
        trained=trained_words(facts.get("config")),
        n_test_images=figures.n_images,
        n_test_patients=figures.n_patients,
        patient_unit=str(facts.get("patient_unit") or "patient"),
        changed_at=_changed(directory),
        synthetic=facts.get("synthetic") is True,
        accuracy=figures.main.get(MAIN_FIGURES[0]),
        kappa=figures.main.get(MAIN_FIGURES[1]),
    )


def state_of(directory: Path, status: Mapping[str, Any]) -> tuple[str, str]:
    """State and reason; a run of before there was `status.json` is done when it predicted."""
    state, reason = str(status.get("state") or ""), str(status.get("reason") or "")
    if state == "running" and alive(directory) is None:
        return "interrupted", "it stopped without a word; the same command goes on where it was"
    if state in _STATES:
        return state, reason
    if (directory / PREDICTIONS).is_file():
        return DONE, ""
    return "interrupted", "it does not say how it ended"


def trained_words(config: object) -> str:
    """What was trained: `head alone, ResNet18 from phantoms`; "" where the run does not say."""
    if not isinstance(config, Mapping):
        return ""
    inside = config.get("network")
    backbone = str(inside.get("backbone") or "") if isinstance(inside, Mapping) else ""
    part = _TRAINED.get(str(config.get("trains", "full")), str(config.get("trains")))
    start = str(config.get("weights") or "")
    whence = _STARTS.get(start, Path(start).name)
    network = f", {_BACKBONES.get(backbone, backbone)}" if backbone else ""
    return f"{part}{network}{f' from {whence}' if whence else ''}"


def said_in(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file, read again when it changes; empty where it cannot be read."""
    try:
        state = path.stat()
    except OSError:
        return {}
    return _said(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1024)
def _said(path: Path, size: int, changed: int) -> Mapping[str, Any]:
    del size, changed  # only part of the key
    return _object(path)


@dataclass(frozen=True)
class _Judged:
    """What a list shows of a report."""

    n_images: int | None
    n_patients: int | None
    main: Mapping[str, MainFigure]


_NOT_JUDGED: Final = _Judged(None, None, {})


def _judged(path: Path) -> _Judged:
    try:
        state = path.stat()
    except OSError:
        return _NOT_JUDGED
    return _judged_in(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1024)
def _judged_in(path: Path, size: int, changed: int) -> _Judged:
    del size, changed  # only part of the key
    report = _object(path)
    part = next((one for one in _objects(report.get("parts")) if one.get("where") == "test"), {})
    main = {
        str(row["figure"]): _main_figure(row)
        for row in _objects(report.get("figures"))
        if row.get("figure") in MAIN_FIGURES
        and (row.get("scope"), row.get("where"), row.get("subset")) == ("four_grades", "test", None)
    }
    return _Judged(_whole(part.get("n_images")), _whole(part.get("n_patients")), main)


def _main_figure(row: Mapping[str, Any]) -> MainFigure:
    value, low, high = (_number(row.get(name)) for name in ("value", "low", "high"))
    n_images, n_patients = (_whole(row.get(name)) or 0 for name in ("n_images", "n_patients"))
    reason = row.get("reason")
    return MainFigure(value, low, high, n_images, n_patients, str(reason) if reason else None)


def _object(path: Path) -> Mapping[str, Any]:
    try:
        said = read_json(path, RunError, next_step="Restore the file")
    except (RunError, OSError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _objects(value: object) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _changed(directory: Path) -> datetime:
    for name in (STATUS, PREDICTIONS, RUN):
        try:
            return datetime.fromtimestamp((directory / name).stat().st_mtime, UTC)
        except OSError:
            continue
    return datetime.fromtimestamp(0, UTC)
