"""The views of the adjudicate page; only the chosen one is worked out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sgus.ui.cohort.source import Shown

VIEW: Final = "sgus_adjudicate_view"
WHAT: Final = "sgus_adjudicate_reveal"
"""In the session: the phase whose cases are revealed."""
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
        from sgus.core.errors import SgusError
        from sgus.ui.model_choice import show_problem

        try:
            import_module(f"sgus.ui.adjudicate.{module}").show(shown, who)
        except SgusError as error:  # such as a damaged ledger: a sentence, not a trace
            show_problem(str(error))

    return show
