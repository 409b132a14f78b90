"""The views of the adjudicate page; only the chosen one is worked out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sgus.ui.cohort.source import Shown

VIEW: Final = "sgus_adjudicate_view"
QUEUES: Final = "Queues"
NEW: Final = "New queue"
REVEAL: Final = "What others said"
TRAINING: Final = "Training"
_MODULES: Final = {QUEUES: "lobby", NEW: "new_queue", REVEAL: "reveal", TRAINING: "training"}

Draw = Callable[["Shown", str], None]


def tabs() -> dict[str, Draw]:
    """What draws each view, given cohort and name, by its title, in their order."""
    return {title: _later(module) for title, module in _MODULES.items()}


def _later(module: str) -> Draw:
    def show(shown: Shown, who: str) -> None:
        import_module(f"sgus.ui.adjudicate.{module}").show(shown, who)

    return show
