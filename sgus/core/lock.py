"""A directory that one process at a time may write to."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sgus.core.errors import SgusError

LOCK_FILE = ".lock"
_POLL_S: Final = 0.1

_guard = threading.Lock()
_held: set[tuple[int, int, int]] = set()  # process, device, inode of each directory held here


@contextmanager
def only_process(
    directory: Path, error: type[SgusError], *, next_step: str, wait_s: float = 0.0
) -> Iterator[None]:
    """Hold a directory, which is made if missing, against every other process and thread.

    The system lets go of it when this process ends in any way, a kill included. It is a record
    lock: a child that inherits the open file does not hold it on, but closing any other
    descriptor of the file in this process lets go of it, so nothing else may open it here. The
    empty `.lock` stays behind: taking it away could let two processes hold two files of that
    name.

    Args:
        directory: What to hold.
        error: The kind of error to raise.
        next_step: What to do when somebody else holds it.
        wait_s: How long to wait for another process to let go, seconds.

    Raises:
        SgusError: Of kind `error`, when another process holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    place = os.stat(directory)
    key = (os.getpid(), place.st_dev, place.st_ino)
    with _guard:  # the system would let one process lock the same file twice
        if key in _held:
            raise error(directory, "another process is at work here", next_step)
        _held.add(key)
    try:
        handle = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                _wait_for(handle, wait_s)
            except OSError as cause:
                raise error(directory, "another process is at work here", next_step) from cause
            yield
        finally:
            os.close(handle)
    finally:
        with _guard:
            _held.discard(key)


def _wait_for(handle: int, wait_s: float) -> None:
    """Lock within `wait_s` or raise OSError."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            _lock(handle)
        except OSError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_POLL_S)
        else:
            return


def _lock(handle: int) -> None:
    """Lock at once or raise OSError."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
