"""The views of the runs page; only the chosen one is worked out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sgus.workflows.run_view import RunView

TAB: Final = "sgus_runs_tab"
RESULT: Final = "Result"
IMAGES: Final = "Images"
_MODULES: Final = {
    RESULT: "result",
    IMAGES: "images",
    "Thresholds": "thresholds",
    "Calibration": "calibration",
    "Doubt": "doubt",
    "Groups": "groups",
    "Patients": "patients",
    "Compare": "compare",
}
"""Name on the page to module, each with a `show(view)`."""

Draw = Callable[["RunView"], None]


def tabs() -> dict[str, Draw]:
    """What draws each view, by its name, in their order; a view that is not there is left out."""
    return {title: _later(path) for title, path in _paths().items() if find_spec(path) is not None}


def _paths() -> dict[str, str]:
    return {title: f"sgus.ui.runs.{module}" for title, module in _MODULES.items()}


def _later(path: str) -> Draw:
    def show(view: RunView) -> None:
        import_module(path).show(view)

    return show
