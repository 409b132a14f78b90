"""Files that grow, read from where the last look ended; no streamlit here."""

from __future__ import annotations

import json
import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sgus.workflows.run_progress import METRICS

LOG: Final = "log.txt"
LOG_LINES: Final = 14
_FIRST_LOOK: Final = 64_000
"""Bytes of a long log that the first look goes back."""


class Tail:
    """The lines of a text file, each read once.

    A file that was replaced or cut, as a resumed run does with its curves, is read anew. What
    stands behind the last line feed is not a line yet.

    Args:
        path: The file; it may not be there yet.
        keep: Lines to keep, the last ones; all of them when None.

    Attributes:
        lines: Those kept.
        version: Grows whenever they change.
    """

    def __init__(self, path: Path, *, keep: int | None = None) -> None:
        self.path = path
        self.lines: deque[str] = deque(maxlen=keep)
        self.version = 0
        self._file: tuple[int, int] | None = None
        self._offset = 0
        self._rest = b""

    def look(self) -> bool:
        """Read what is new; say whether there was anything."""
        before = self.version
        try:
            with self.path.open("rb") as stream:
                self._read(stream)
        except OSError:  # not there, or taken away between two looks
            self._forget(None)
        return self.version != before

    def _read(self, stream: Any) -> None:
        state = os.fstat(stream.fileno())
        file = (state.st_dev, state.st_ino)
        if file != self._file or state.st_size < self._offset:
            self._forget(file)
            if self.lines.maxlen is not None and state.st_size > _FIRST_LOOK:
                self._offset = state.st_size - _FIRST_LOOK
                stream.seek(self._offset)
                self._offset += len(stream.readline())  # the first line was cut
        stream.seek(self._offset)
        data = stream.read()
        self._offset += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        if whole:
            self.lines.extend(line.decode("utf-8", errors="replace") for line in whole)
            self.version += 1

    def _forget(self, file: tuple[int, int] | None) -> None:
        if self.lines:
            self.version += 1
        self.lines.clear()
        self._file, self._offset, self._rest = file, 0, b""


@dataclass(frozen=True)
class Epoch:
    """What a run wrote of an epoch; None where it did not or could not.

    Attributes:
        fold: Name of the fold.
        epoch: Number of the epoch, from 1.
        train_loss: Loss on the training part.
        validation_loss: Loss on the validation part.
        validation_kappa: Quadratic-weighted kappa on the validation part.
    """

    fold: str
    epoch: int
    train_loss: float | None
    validation_loss: float | None
    validation_kappa: float | None


class RunTail:
    """Curves and log of a run.

    Args:
        directory: The run's directory.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.metrics = Tail(directory / METRICS)
        self.log = Tail(directory / LOG, keep=LOG_LINES)
        self._epochs: tuple[Epoch, ...] = ()

    def look(self) -> None:
        """Read what is new."""
        self.log.look()
        if self.metrics.look():
            found = (_epoch(line) for line in self.metrics.lines)
            self._epochs = tuple(epoch for epoch in found if epoch is not None)

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """What the run wrote of its epochs, in their order."""
        return self._epochs


def _epoch(line: str) -> Epoch | None:
    """None of a line that is no record."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("epoch"), int):
        return None
    return Epoch(
        str(found.get("fold")),
        found["epoch"],
        _number(found.get("train_loss")),
        _number(found.get("validation_loss")),
        _number(found.get("validation_kappa")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
