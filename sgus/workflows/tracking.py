"""Tell a tracking server of a run: by reading its files, on a thread that cannot harm it."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from sgus.core.files import sha256_bytes, write_json
from sgus.jobs.run_files import read_status
from sgus.workflows.run_progress import METRICS

TRACKING: Final = "tracking.json"
LOOK_EVERY_S: Final = 1.0
TRY_AGAIN_S: Final = 15.0
END_S: Final = 30.0
"""How long the end of a finished or failed run waits for a server."""
STOPPED_S: Final = 5.0
"""The same of one that was stopped, which somebody waits for."""

Say = Callable[[str], None]


class SinkError(Exception):
    """A tracking server, or the way to it, does not do its part."""


class Sink(Protocol):
    """Where a run is told of; every call may be repeated without harm.

    All but `check` raise `SinkError` where the other side is down, slow or wrong.

    Attributes:
        name: How people know it; of a server, the address.
    """

    name: str

    def check(self) -> None:
        """Refuse with a `ConfigError` what can never work."""

    def open(self, key: str, *, name: str, facts: dict[str, Any]) -> str:
        """Find or make the run of this key; give its id there."""

    def reached(self, fold: str) -> int:
        """The last epoch of a fold that is there; 0 of none."""

    def epochs(self, records: list[dict[str, Any]]) -> None:
        """Add records of `metrics.jsonl`, in their order."""

    def report(self, report: dict[str, Any], *, sha256: str) -> None:
        """Add the figures of `report.json`."""

    def close(self, state: str) -> None:
        """Say how the run ended, a state of `status.json`."""


@contextmanager
def tracked(
    run_dir: Path, sink: Sink | None, *, log: Path, say: Say
) -> Iterator[Callable[[], None]]:
    """Tell `sink` of a run that the block trains, from when the block calls what it is given.

    A thread reads the run's own files, which are the buffer: what a server missed is sent when it
    answers again, at the latest when the run goes on or its command is given again. Training
    neither waits nor fails; at the end of the block at most `END_S` are spent on what is left.

    Args:
        run_dir: The run directory, held by this process.
        sink: Where to; None tells nobody.
        log: A file that gets what `say` gets.
        say: Receives a line when the server fails, and when it answers again.
    """
    if sink is None:
        yield lambda: None
        return
    follower = _Follower(run_dir, sink, say=_telling(log, say))
    try:
        yield follower.start
    finally:
        follower.end()


def _telling(log: Path, say: Say) -> Say:
    def tell(line: str) -> None:
        with suppress(OSError):
            with log.open("ab", buffering=0) as stream:
                stream.write(f"{line}\n".encode())
            say(line)

    return tell


@dataclass
class _Follower:
    """Reads the files of a run and sends what the server does not have yet."""

    run_dir: Path
    sink: Sink
    say: Say
    _thread: threading.Thread | None = None
    _ends: threading.Event = field(default_factory=threading.Event)
    _sent: dict[str, int] = field(default_factory=dict)
    _open: bool = False
    _failing: bool = False
    _not_before: float = 0.0
    _seen: object = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._follow, name="tracking", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Send the rest, within a time; a thread that hangs dies with the process."""
        if self._thread is None:
            return
        self._ends.set()
        ended = read_status(self.run_dir).state in ("done", "failed")
        self._thread.join(END_S if ended else STOPPED_S)
        if self._thread.is_alive():
            self.say(f"tracking server {self.sink.name} is too slow; {_LATER}")

    def _follow(self) -> None:
        while not self._ends.wait(LOOK_EVERY_S):
            if time.monotonic() >= self._not_before and self._changed():
                self._try(self._send)
        if not self._try(self._finish):
            self.say(f"not all of the run is on the tracking server; {_LATER}")

    def _try(self, send: Callable[[], None]) -> bool:
        try:
            send()
        except (SinkError, OSError, ValueError) as error:
            self._open, self._seen = False, None
            self._not_before = time.monotonic() + TRY_AGAIN_S
            if not self._failing:
                self._failing = True
                self.say(
                    f"tracking server {self.sink.name} fails ({error}); the run goes on without"
                )
            return False
        if self._failing:
            self._failing = False
            self.say(f"tracking server {self.sink.name} answers again and has all so far")
        return True

    def _changed(self) -> bool:
        """Whether there is anything new since the last look."""
        try:
            found = (self.run_dir / METRICS).stat()
        except OSError:
            seen: object = "no curve"
        else:
            seen = (found.st_ino, found.st_size, found.st_mtime_ns)
        changed, self._seen = seen != self._seen, seen
        return changed

    def _send(self) -> None:
        facts = _object(self.run_dir / "run.json")
        if not facts:
            self._seen = None  # the run begins only
            return
        if not self._open:
            self._connect(facts)
        for fold, records in _by_fold(self.run_dir / METRICS).items():
            if fold not in self._sent:
                self._sent[fold] = self.sink.reached(fold)
            fresh = [record for record in records if record["epoch"] > self._sent[fold]]
            if fresh:
                self.sink.epochs(fresh)
                self._sent[fold] = fresh[-1]["epoch"]

    def _connect(self, facts: dict[str, Any]) -> None:
        """Open the run that `tracking.json` names, where it is of this server and these facts."""
        said, path = (
            {"server": self.sink.name, "fingerprint": facts["fingerprint"]},
            self.run_dir / TRACKING,
        )
        before = _object(path)
        if {name: before.get(name) for name in said} != said or "key" not in before:
            before = {**said, "key": uuid.uuid4().hex}
            write_json(path, before)  # first, so that a kill after the next line makes no second
        there = self.sink.open(str(before["key"]), name=self.run_dir.resolve().name, facts=facts)
        if before.get("run_id") != there:
            write_json(path, {**before, "run_id": there})
        self._open, self._sent = True, {}

    def _finish(self) -> None:
        self._send()
        if not self._open:
            return
        status = read_status(self.run_dir)
        if status.state == "done" and (self.run_dir / "report.json").exists():
            data = (self.run_dir / "report.json").read_bytes()
            self.sink.report(json.loads(data), sha256=sha256_bytes(data))
        self.sink.close(status.state)  # its reason stays here: it can name images


_LATER: Final = "the same command sends the rest"


def _object(path: Path) -> dict[str, Any]:
    """A JSON object, empty where there is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _by_fold(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The whole lines of `metrics.jsonl`; one that is being written is left for later."""
    found: dict[str, list[dict[str, Any]]] = {}
    with suppress(FileNotFoundError):
        for line in path.read_bytes().splitlines():
            with suppress(ValueError, KeyError, TypeError):
                record = json.loads(line)
                found.setdefault(str(record["fold"]), []).append(
                    {**record, "epoch": int(record["epoch"])}
                )
    return found
