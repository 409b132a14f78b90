"""What is computed of a run, kept for all sessions under the key of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.workflows.run_view import RunView, open_run

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from sgus.report.evidence import Evidence
    from sgus.report.stage_curves import StageThresholds
    from sgus.workflows.cohort_view import CohortView

N_RESAMPLES: Final = 2000
"""Resamples of the patient bootstrap, where the run's report does not say."""
_KEPT: Final = 8


def opened(directory: Path) -> RunView:
    """A run, read again when one of its files changes.

    Raises:
        RunError: It is not finished, or damaged.
    """
    return _opened(str(directory), _state(directory))


def resampling_of(view: RunView) -> tuple[int, int]:
    """Resamples and seed: those of the report, so that all figures of a run fit together."""
    said = (view.report or {}).get("resampling", {})
    return int(said.get("n_resamples", N_RESAMPLES)), int(said.get("seed", 0))


def explored(view: RunView, alpha: float = 0.1) -> dict[str, Any]:
    """See `sgus.report.explore.explore`.

    Args:
        view: The run.
        alpha: Share of prediction sets that may miss.

    Raises:
        RunError: There is nothing to judge.
    """
    return _explored(view.key, alpha, view)


def evidence_of(view: RunView) -> Evidence:
    """The test images of a run with their resamples; see `sgus.report.evidence.gather`.

    Raises:
        RunError: There is nothing to judge.
    """
    return _evidence(view.key, view)


def thresholds_of(view: RunView, stage: str) -> StageThresholds:
    """A stage at every threshold; see `sgus.report.stage_curves.StageThresholds`.

    Args:
        view: The run.
        stage: Name of the stage.

    Raises:
        KeyError: There is no such stage.
        RunError: There is nothing to judge.
    """
    return _thresholds(view.key, stage, view)


def parts(view: RunView) -> dict[str, pd.DataFrame]:
    """The rows of each part the run can be judged on; see `run_cells.parts_of`."""
    return _parts(view.key, view)


def cohort_view_of(view: RunView) -> CohortView | None:
    """Its cohort as the cohort page knows it; None where that is not at hand."""
    if view.cohort is None:
        return None
    from sgus.ui.cohort.source import shown_at

    return shown_at(view.cohort).view


def _state(directory: Path) -> tuple[tuple[str, int, int], ...]:
    from sgus.workflows.cohorts import data_folder

    own = (directory / name for name in ("run.json", "status.json", "predictions.csv",
                                         "report.json"))  # fmt: skip
    cohorts = data_folder()
    found = [*own, *sorted([*cohorts.glob("*/cohort.json"), *cohorts.glob("*/*.csv")])]
    states = ((str(path), path.stat()) for path in found if path.exists())
    return tuple((path, state.st_size, state.st_mtime_ns) for path, state in states)


@st.cache_resource(max_entries=_KEPT, show_spinner="Opening the run")
def _opened(directory: str, state: tuple[tuple[str, int, int], ...]) -> RunView:
    from pathlib import Path

    del state  # only part of the key
    return open_run(Path(directory))


@st.cache_resource(max_entries=_KEPT, show_spinner="Resampling patients")
def _explored(key: str, alpha: float, _view: RunView) -> dict[str, Any]:
    from sgus.report.explore import explore

    del key
    n_resamples, seed = resampling_of(_view)
    return explore(
        _view.predictions, _view.images, n_resamples=n_resamples, seed=seed, alpha=alpha,
        patient_unit=_view.unit,
    )  # fmt: skip


@st.cache_resource(max_entries=_KEPT, show_spinner="Resampling patients")
def _evidence(key: str, _view: RunView) -> Evidence:
    from sgus.report.evidence import gather
    from sgus.report.predictions import check_predictions

    del key
    n_resamples, seed = resampling_of(_view)
    table = check_predictions(_view.predictions)
    return gather(table, _view.images, n_resamples=n_resamples, seed=seed, unit=_view.unit)


@st.cache_resource(max_entries=_KEPT, show_spinner="Counting at every threshold")
def _thresholds(key: str, stage: str, _view: RunView) -> StageThresholds:
    from sgus.core.grades import STAGES
    from sgus.report.stage_curves import StageThresholds

    del key
    named = {one.name: one for one in STAGES}
    return StageThresholds.of(evidence_of(_view), named[stage])


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _parts(key: str, _view: RunView) -> dict[str, pd.DataFrame]:
    from sgus.workflows.run_cells import parts_of

    del key
    return parts_of(_view)
