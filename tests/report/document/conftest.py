from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sgus.report.document.material import Material
from sgus.report.explore import explore
from sgus.workflows.reporting import read_metrics
from sgus.workflows.run_view import open_run
from tests.finished_run import save_cohort, save_run

BASELINES = {
    "baselines": [{"name": "majority", "title": "Majority grade", "method": "Shares."}],
    "figures": [
        {"baseline": "majority", "figure": "accuracy", "scope": "four_grades", "grade": None,
         "where": "test", "subset": None, "value": 0.25, "low": 0.1, "high": 0.4,
         "n_images": 30, "n_patients": 10, "reason": None}
    ],
    "differences": [
        {"figure": "accuracy", "scope": "four_grades", "grade": None, "where": "test",
         "subset": None, "first": "model", "second": "majority", "first_value": 0.5,
         "second_value": 0.25, "value": 0.25, "low": -0.05, "high": 0.4, "n_images": 30,
         "n_patients": 10, "reason": None, "few": False}
    ],
    "caution": "Look twice.", "reason": None,
}  # fmt: skip


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`data/made-up` with runs `runs/one` (holdout) and `runs/folds` (two folds)."""
    root = tmp_path_factory.mktemp("documents")
    cohort = save_cohort(root / "data" / "made-up")
    save_run(root / "runs" / "one", cohort)
    save_run(root / "runs" / "folds", cohort, folds=2)
    return root


@pytest.fixture(scope="session")
def make_material(run_folder: Path) -> Callable[..., Material]:
    """Material of a run of `run_folder`, with fields replaced."""

    def make(name: str = "one", **more: object) -> Material:
        view = open_run(run_folder / "runs" / name, data=run_folder / "data")
        explored = explore(view.predictions, view.images, n_resamples=60)
        known: dict[str, object] = {
            "name": name, "facts": view.facts, "report": view.report, "explored": explored,
            "predictions": view.predictions, "images": view.images, "baselines": None,
            "metrics": read_metrics(view.directory),
        }  # fmt: skip
        return Material(**{**known, **more})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def material(make_material: Callable[..., Material]) -> Material:
    return make_material(baselines=BASELINES)
