"""The ceiling that readers' errors put on the figures of a run, where its cohort has ratings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sgus.core.errors import CohortError, RunError
from sgus.stats.consensus import Ceiling, stage_ceilings
from sgus.workflows.cohorts import data_folder
from sgus.workflows.observers import Observed, cohort_readings

_INFO: Final = "cohort.json"
_RATINGS: Final = "ratings.csv"
_NO_HASH: Final = "the run does not say which cohort it is of"
_NOT_FOUND: Final = (
    "no cohort of this installation is the run's and has ratings; give its directory with --cohort"
)


def run_ceiling(
    manifest_hash: str | None, *, cohort: Path | None = None, seed: int = 0
) -> dict[str, Any]:
    """The ceilings from all readings of the cohort a run was made from.

    Args:
        manifest_hash: Of the cohort, as the run says.
        cohort: Its directory; None looks among the cohorts of this installation.
        seed: Seed of the fit and of its resamples.

    Returns:
        `cohort`, `ratings_sha256`, `figures` (rows of `Ceiling`) and `reason`, which says why
        there are none.

    Raises:
        RunError: The cohort given is not that of the run.
        CohortError: The cohort given cannot be read.
    """
    if cohort is not None:
        observed = _given(cohort, manifest_hash)
        if observed is None:
            return _none(f"{cohort.name} has no {_RATINGS}")
    elif manifest_hash is None:
        return _none(_NO_HASH)
    else:
        observed = _found(manifest_hash)
        if observed is None:
            return _none(_NOT_FOUND)
    return _answer(observed, stage_ceilings(observed.readings, seed=seed))


def _given(cohort: Path, manifest_hash: str | None) -> Observed | None:
    if not (cohort / _RATINGS).is_file() and (cohort / _INFO).is_file():
        return None
    observed = cohort_readings(cohort)
    if manifest_hash is not None and observed.manifest_hash != manifest_hash:
        cause = "it is not the cohort the run was made from (another manifest)"
        raise RunError(cohort, cause, "Give that cohort, or leave --cohort out")
    return observed


def _found(manifest_hash: str) -> Observed | None:
    """The cohort of this installation with this manifest; broken ones are passed over."""
    for ratings in sorted(data_folder().glob(f"*/{_RATINGS}")):
        try:
            observed = cohort_readings(ratings.parent)
        except CohortError:
            continue
        if observed.manifest_hash == manifest_hash:
            return observed
    return None


def _answer(observed: Observed, ceilings: list[Ceiling]) -> dict[str, Any]:
    reasons = {one.reason for one in ceilings}
    known = any(one.value is not None for one in ceilings)
    return {
        "cohort": observed.name,
        "ratings_sha256": observed.sha256,
        "figures": [one.row() for one in ceilings],
        "reason": None if known else "; ".join(sorted(filter(None, reasons))),
    }


def _none(reason: str) -> dict[str, Any]:
    return {"cohort": None, "ratings_sha256": None, "figures": [], "reason": reason}
