"""Whether a run is alive: a lock that ends with its holder, and a counter that must move.

The lock is a POSIX record lock (`lockf`): it belongs to one process, a forked child does not
inherit it, and the system takes it back when the process ends in any way. Two of its habits matter
here. The process that holds it is never told of its own lock. And a process loses it as soon as it
closes any handle on that file: so what this process holds is remembered, and not opened again.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sgus.core.lock import LOCK_FILE
from sgus.jobs.errors import JobError

# struct flock as the system lays it out: (format, order of l_type, l_whence, start, len, pid).
_LINUX: Final = ("hhqqi4x", ("type", "whence", "start", "length", "pid"))
_MACOS: Final = ("qqihh", ("start", "length", "pid", "type", "whence"))
# Device and inode of the files that a process has locked; a fork copies this, not the locks.
_held_here: dict[tuple[int, int], int] = {}


@dataclass(frozen=True)
class Holder:
    """A process that holds a lock.

    Attributes:
        pid: Its number; `None` where the system cannot say, as across containers.
    """

    pid: int | None


def alive(directory: Path) -> Holder | None:
    """Who holds a run's directory; `None` when nobody does, or there is no such directory."""
    return holder(directory / LOCK_FILE)


def holder(path: Path) -> Holder | None:
    """Who holds a lock file, asked without ever taking the lock.

    Raises:
        OSError: The file is there and cannot be opened.
    """
    try:
        state = path.stat()
        if _held_here.get((state.st_dev, state.st_ino)) == os.getpid():
            return Holder(os.getpid())
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        layout, order = _MACOS if sys.platform == "darwin" else _LINUX
        asked = {"type": fcntl.F_WRLCK, "whence": os.SEEK_SET, "start": 0, "length": 0, "pid": 0}
        packed = struct.pack(layout, *(asked[name] for name in order))
        answer = fcntl.fcntl(handle, fcntl.F_GETLK, packed)
    finally:
        os.close(handle)
    found = dict(zip(order, struct.unpack(layout, answer), strict=True))
    if found["type"] == fcntl.F_UNLCK:
        return None
    return Holder(found["pid"] if found["pid"] > 0 else None)


class Lock:
    """A lock file held by this process.

    Args:
        path: The file.
        handle: The open file.

    Attributes:
        file: Its device and inode.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle
        state = os.fstat(handle)
        self.file = (state.st_dev, state.st_ino)

    def stands(self) -> bool:
        """Whether the file is still in its place: another one there could be locked by others."""
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return False
        return (state.st_dev, state.st_ino) == self.file


@contextmanager
def held(path: Path, *, next_step: str) -> Iterator[Lock]:
    """Hold a lock file, made if missing, against every other process.

    Args:
        path: The file; it stays behind.
        next_step: What to do when somebody else holds it.

    Raises:
        JobError: Another process, or another part of this one, holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    before = holder(path)  # first, because opening and closing one's own would let it go
    if before is not None:
        raise JobError(path, f"another worker holds it{_named(before)}", next_step)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        lock = Lock(path, handle)
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            raise JobError(path, "another worker holds it", next_step) from cause
        _held_here[lock.file] = os.getpid()
        try:
            yield lock
        finally:
            _held_here.pop(lock.file, None)
    finally:
        os.close(handle)


def _named(holder: Holder) -> str:
    return f" (process {holder.pid})" if holder.pid else ""


class Heartbeat:
    """Watches a counter by one's own clock, so that no step of anybody's clock matters.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._beat: int | None = None
        self._since = clock()

    def silent_s(self, beat: int) -> float:
        """Seconds for which the counter has stood still, as far as this watcher saw.

        Args:
            beat: The counter now. Any change is life, backwards too.
        """
        now = self._clock()
        if beat != self._beat:
            self._beat, self._since = beat, now
        return now - self._since
