"""The views of the cohort page; only the chosen one is worked out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sgus.ui.cohort.source import Shown
    from sgus.workflows.cohort_view import BoolArray

TAB: Final = "sgus_cohort_tab"
GALLERY: Final = "Gallery"
_MODULES: Final = {
    "Counts": "counts",
    "Patients": "patients",
    GALLERY: "gallery",
    "Image checks": "checks",
    "Splits": "splits",
}
"""Name on the page to module, each with a `show(shown, mask)`."""

Draw = Callable[["Shown", "BoolArray"], None]


def tabs() -> dict[str, Draw]:
    """What draws each view, by its name, in their order."""
    return {title: _later(module) for title, module in _MODULES.items()}


def _later(module: str) -> Draw:
    def show(shown: Shown, mask: BoolArray) -> None:
        import_module(f"sgus.ui.cohort.{module}").show(shown, mask)

    return show
