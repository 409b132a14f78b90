"""The cohort that a run was made from: the one given, or found by the hash of its manifest."""

from __future__ import annotations

from pathlib import Path

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.core.errors import RunError
from sgus.workflows.run_view import cohort_of


def cohort_of_run(manifest_hash: str | None, *, given: Path | None = None) -> Cohort | None:
    """Load the cohort of a run.

    Args:
        manifest_hash: As the run says.
        given: Its directory; None looks among the cohorts of this installation, where those that
            cannot be read are passed over.

    Returns:
        The cohort; None where none was given and none was found.

    Raises:
        RunError: The cohort given is not that of the run.
        CohortError: The cohort given cannot be read.
    """
    if given is not None:
        cohort = load_cohort(given)
        if manifest_hash is not None and cohort.manifest_hash != manifest_hash:
            cause = "it is not the cohort the run was made from (another manifest)"
            raise RunError(given, cause, "Give that cohort, or leave --cohort out")
        return cohort
    return cohort_of(manifest_hash)
