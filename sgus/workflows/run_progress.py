"""What a run tells while it trains: a heartbeat, its curves; and how it hears of a cancel."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sgus.core.files import write_text
from sgus.jobs.run_files import CANCEL, PROGRESS, read_progress
from sgus.train.pulse import Cancelled, Phase, Pulse
from sgus.workflows.run_status import Terminated

METRICS: Final = "metrics.jsonl"
WRITE_EVERY_S: Final = 1.0
LOOK_EVERY_S: Final = 0.2
_PACE_AFTER_S: Final = 1.0

Say = Callable[[str], None]


def never() -> bool:
    """Nobody asks this process to end."""
    return False


class RunProgress(Pulse):
    """Writes `progress.json` and `metrics.jsonl` of a run, and looks for its `cancel`.

    A file that cannot be written is said once and does not end the run. All times are of a clock
    that no one sets.

    Args:
        run_dir: The run directory.
        folds: How many folds the run has.
        say: Receives a line at a time.
        asked: Whether the process was asked to end.
    """

    def __init__(
        self, run_dir: Path, *, folds: int, say: Say, asked: Callable[[], bool] = never
    ) -> None:
        self._path = run_dir / PROGRESS
        self._cancel = run_dir / CANCEL
        self._metrics = MetricsFile(run_dir / METRICS)
        self._write_down = _Careful(say)
        self._asked = asked
        self._say = say
        before = read_progress(run_dir)
        self._beat = before.beat if before else 0
        self._at: dict[str, Any] = {"fold": 0, "folds": folds, "epoch": 0, "epochs": 0,
                                    "batch": 0, "batches": 0, "phase": "preparing"}  # fmt: skip
        self._name, self._n_images = "", 0
        self._pace = _Pace()
        self._history: list[dict[str, Any]] = []
        self._looked = self._written = -math.inf

    def fold(self, number: int, *, name: str, n_images: int, epochs: int) -> None:
        """Another fold begins.

        Args:
            number: Counted from 1.
            name: Its name, which its records carry.
            n_images: Images of its training part.
            epochs: Epochs at most.
        """
        self._name, self._n_images, self._history = name, n_images, []
        self._at |= {"fold": number, "epoch": 0, "epochs": epochs, "batch": 0, "batches": 0}

    def phase(self, name: Phase) -> None:
        """Another kind of work begins; said at once."""
        self._at["phase"] = name
        self._pace = _Pace()
        self._beat += 1
        self._write(time.monotonic())

    def resumed(self, history: list[dict[str, Any]]) -> None:
        """Cut the records of this fold to those of the checkpoint."""
        self._history = list(history)
        self._write_down(METRICS, lambda: self._metrics.replace(self._name, self._history))

    def record(self, record: dict[str, Any]) -> None:
        """Add the record of an epoch."""
        self._history.append(record)
        self._write_down(METRICS, lambda: self._metrics.append(self._name, self._history))

    def settle(self, history: list[dict[str, Any]]) -> None:
        """Make sure that all records of a finished fold stand in the file.

        Raises:
            OSError: They cannot be written.
        """
        self._metrics.replace(self._name, history)

    def beat(self, epoch: int, batch: int, batches: int) -> None:
        """A batch is done; see `Pulse`."""
        self._at |= {"epoch": epoch, "batch": batch, "batches": batches}
        self._pace.moved((epoch - 1) * batches + batch)
        self.tick()

    def tick(self) -> None:
        """Count a sign of life, tell it now and then, and look whether to stop; see `Pulse`."""
        self._beat += 1
        now = time.monotonic()
        if self._asked():
            raise Cancelled if self._flagged() else Terminated
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            if self._flagged():
                raise Cancelled
        if now - self._written >= WRITE_EVERY_S:
            self._write(now)

    def say(self, line: str) -> None:
        """A line for the log."""
        self._say(line)

    def _flagged(self) -> bool:
        try:
            os.stat(self._cancel)
        except OSError:
            return False
        return True

    def _write(self, now: float) -> None:
        self._written = now
        at = self._at
        each = at["epochs"] * at["batches"]
        left = (at["folds"] - at["fold"] + 1) * each
        said = {
            "beat": self._beat,
            **at,
            "images_per_s": self._pace.per_s(self._n_images / max(1, at["batches"])),
            "seconds_left": self._pace.seconds_to(left),
        }
        self._write_down(PROGRESS, lambda: _replace(self._path, json.dumps(said)))


class MetricsFile:
    """One line an epoch, of all folds of a run, each with the name of its fold.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole = False

    def replace(self, fold: str, records: list[dict[str, Any]]) -> None:
        """Put `records` in place of all that stand there for `fold`; whole or not at all.

        Raises:
            OSError: It cannot be written.
        """
        before = self._path.read_bytes() if self._path.exists() else b""
        others = [line for line in before.splitlines() if _fold_of(line) not in (fold, None)]
        after = b"".join(line + b"\n" for line in [*others, *(_line(fold, r) for r in records)])
        if after != before:
            write_text(self._path, after.decode())
        self._whole = True

    def append(self, fold: str, records: list[dict[str, Any]]) -> None:
        """Add the last of `records`; all of them, where a write before failed.

        Raises:
            OSError: It cannot be written.
        """
        if not self._whole:
            self.replace(fold, records)
            return
        self._whole = False
        data = _line(fold, records[-1]) + b"\n"
        with self._path.open("ab", buffering=0) as stream:
            self._whole = stream.write(data) == len(data)


class _Pace:
    """How fast batches pass, since the first that was seen."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._before: int | None = None
        self._done = 0

    def moved(self, done: int) -> None:
        if self._before is None:
            self._before = done - 1
        self._done = done

    def per_s(self, images: float) -> float | None:
        """Images a second, when a batch has so many; None before there is a pace."""
        seconds = self._batch_s()
        return round(images / seconds, 2) if seconds else None

    def seconds_to(self, batches: int) -> float | None:
        seconds = self._batch_s()
        return round(max(0, batches - self._done) * seconds, 1) if seconds else None

    def _batch_s(self) -> float | None:
        passed = time.monotonic() - self._since
        if self._before is None or passed < _PACE_AFTER_S:
            return None
        return passed / (self._done - self._before)


class _Careful:
    """Writes what a run can do without; a failure is said once, until it works again."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._failing: set[str] = set()

    def __call__(self, name: str, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            if name not in self._failing:
                self._failing.add(name)
                reason = error.strerror or error
                self._say(f"{name} could not be written ({reason}); the run goes on")
        else:
            self._failing.discard(name)


def _replace(path: Path, text: str) -> None:
    """As `write_text`, without waiting for the disk: a heartbeat is worth nothing after a crash."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _line(fold: str, record: dict[str, Any]) -> bytes:
    finite = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in record.items()
    }
    return json.dumps({"fold": fold, **finite}, allow_nan=False).encode()


def _fold_of(line: bytes) -> str | None:
    """None of a line that was cut."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found.get("fold") if isinstance(found, dict) else None
