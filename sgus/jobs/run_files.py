"""The files of a run's directory through which a trainer and the queue speak to each other."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sgus.core.files import write_json

JOB_VARIABLE: Final = "SGUS_JOB"
ATTEMPT_VARIABLE: Final = "SGUS_ATTEMPT"
"""By which a launcher names the job and the attempt to the process that it starts."""
PROGRESS: Final = "progress.json"
STATUS: Final = "status.json"
CANCEL: Final = "cancel"
JOB: Final = "job.json"
OUTPUT: Final = "output.txt"
ATTEMPT_LINE: Final = "[attempt"
"""Begins the line of `output.txt` under which an attempt prints what it has to say."""
NOBODY: Final = 0
"""In `job.json`, the attempt that no trainer has: whichever starts late must end."""
_LARGEST: Final = 1_000_000  # bytes of a file that is read whole
_TAIL: Final = 64_000  # bytes of a file that is read from its end


@dataclass(frozen=True)
class Progress:
    """What a trainer says of itself while it works; a number that it does not give is 0.

    Attributes:
        beat: A counter that only grows: it shows life.
        fold: Number of the fold, from 1, of `folds`.
        folds: How many folds there are.
        epoch: Number of the epoch, of `epochs`.
        epochs: How many at most.
        batch: Number of the batch, of `batches`.
        batches: How many an epoch has.
        phase: preparing, features, training, predicting or evaluating.
        images_per_s: Images a second; `None` where not known.
        seconds_left: Seconds to the end; `None` where not known.
    """

    beat: int
    fold: int = 0
    folds: int = 0
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    phase: str = ""
    images_per_s: float | None = None
    seconds_left: float | None = None

    @property
    def reached(self) -> tuple[int, int, int]:
        """Fold, epoch and batch: the larger, the further."""
        return self.fold, self.epoch, self.batch


@dataclass(frozen=True)
class Status:
    """What a trainer says of its end.

    Attributes:
        state: running, done, failed, cancelled or interrupted; empty where it says nothing.
        reason: Why; may be empty.
        attempt: The attempt that says so; `None` when it was started by hand.
    """

    state: str = ""
    reason: str = ""
    attempt: int | None = None


def read_progress(directory: Path) -> Progress | None:
    """The last heartbeat; `None` where there is none that can be read."""
    found = _object(directory / PROGRESS)
    beat = _whole(found.get("beat"))
    if not beat:
        return None
    return Progress(
        beat=beat,
        fold=_whole(found.get("fold")),
        folds=_whole(found.get("folds")),
        epoch=_whole(found.get("epoch")),
        epochs=_whole(found.get("epochs")),
        batch=_whole(found.get("batch")),
        batches=_whole(found.get("batches")),
        phase=str(found.get("phase") or "")[:100],
        images_per_s=_seconds(found.get("images_per_s")),
        seconds_left=_seconds(found.get("seconds_left")),
    )


def read_status(directory: Path) -> Status:
    """What the trainer last said of its state; an empty one where nothing can be read."""
    found = _object(directory / STATUS)
    attempt = found.get("attempt")
    return Status(
        state=str(found.get("state") or ""),
        reason=str(found.get("reason") or ""),
        attempt=attempt if isinstance(attempt, int) else None,
    )


def ask_to_stop(directory: Path) -> None:
    """Ask the trainer to keep its checkpoint and end at its next batch."""
    if directory.is_dir():
        (directory / CANCEL).touch()


def write_attempt(directory: Path, job_id: int, attempt: int) -> None:
    """Say which attempt is current: a trainer of another one ends without touching anything.

    Args:
        directory: The run's directory, made if missing.
        job_id: Number of the job.
        attempt: The attempt from now on; `NOBODY` shuts out one that has not begun yet.
    """
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / JOB, {"job_id": job_id, "attempt": attempt})


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a text file, its end read only; none where there is no file."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-count:] if count > 0 else []


def _object(path: Path) -> Mapping[str, Any]:
    """A JSON object, empty where the file is missing, too large, damaged or something else."""
    try:
        with path.open("rb") as stream:
            found = json.loads(stream.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(value: object) -> int:
    """A count that SQLite can hold, else 0."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value < 2**62 else 0


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None
