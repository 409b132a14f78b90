"""What a loop tells while it works, and how it hears that it should stop."""

from __future__ import annotations

from typing import Any, Literal

Phase = Literal["preparing", "features", "training", "predicting", "evaluating"]


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The work was asked to stop, and stopped between two batches."""


class Pulse:
    """Listens to a loop and may stop it; this one listens to nothing and never does.

    A loop calls `beat` after each batch it learns from and `tick` in any other work that takes
    long. Both may raise `Cancelled`, and nothing else: the loop saves a checkpoint and lets it
    pass.
    """

    def phase(self, name: Phase) -> None:
        """Another kind of work begins."""

    def resumed(self, history: list[dict[str, Any]]) -> None:
        """Before the first step: the records of the epochs done, none for a fresh start."""

    def beat(self, epoch: int, batch: int, batches: int) -> None:
        """A batch is done.

        Args:
            epoch: The epoch under way, counted from 1.
            batch: Batches done of it.
            batches: Batches it has.

        Raises:
            Cancelled: The work should stop here.
        """

    def tick(self) -> None:
        """Work other than learning moved on.

        Raises:
            Cancelled: The work should stop here.
        """

    def say(self, line: str) -> None:
        """A line for the log."""
