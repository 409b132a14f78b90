"""The views of the confusions page; only the chosen one is worked out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

TAB: Final = "sgus_confusions_tab"
IMAGES: Final = "Images"
_MODULES: Final = {
    IMAGES: "images",
    "Explain": "explain",
    "Labels": "labels",
    "Choose next": "choose_next",
}
"""Name on the page to module, each with a `show(view, boundary)`."""

Draw = Callable[["RunView", "Boundary"], None]


def tabs() -> dict[str, Draw]:
    """What draws each view, by its name, in their order; a view that is not there is left out."""
    return {title: _later(path) for title, path in _paths().items() if find_spec(path) is not None}


def _paths() -> dict[str, str]:
    return {title: f"sgus.ui.confusions.{module}" for title, module in _MODULES.items()}


def _later(path: str) -> Draw:
    def show(view: RunView, boundary: Boundary) -> None:
        from sgus.core.errors import SgusError
        from sgus.ui.model_choice import show_problem

        try:
            import_module(path).show(view, boundary)
        except SgusError as error:  # such as a run without a test image: a sentence, not a trace
            show_problem(str(error))

    return show
