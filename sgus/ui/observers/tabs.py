"""The views of the observers page; only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from sgus.workflows.observers import Observed

_MODULES = {
    "At a glance": "glance",
    "Pairs of readers": "pair",
    "Readers": "readers",
    "Grades": "grades",
    "Same reader twice": "intra",
    "The 0/1 boundary": "boundary",
    "The model as a reader": "model",
    "Consensus": "consensus",
    "All figures": "table",
}
"""Name on the page to module, each with a `show(observed)`."""


def tabs() -> dict[str, Callable[[Observed], None]]:
    """What draws each view, by its name, in their order."""
    return {title: _later(module) for title, module in _MODULES.items()}


def _later(module: str) -> Callable[[Observed], None]:
    def show(observed: Observed) -> None:
        import_module(f"sgus.ui.observers.{module}").show(observed)

    return show
