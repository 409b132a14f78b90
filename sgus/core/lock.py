"""A directory that one process at a time may write to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sgus.core.errors import SgusError

LOCK_FILE = ".lock"


@contextmanager
def only_process(directory: Path, error: type[SgusError], *, next_step: str) -> Iterator[None]:
    """Hold a directory, which is made if missing, against every other process.

    The system lets go of it when this process ends in any way, a kill included. The empty
    `.lock` stays behind: taking it away could let two processes hold two files of that name.

    Args:
        directory: What to hold.
        error: The kind of error to raise.
        next_step: What to do when somebody else holds it.

    Raises:
        SgusError: Of kind `error`, when another process holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _lock(handle)
        except OSError as cause:
            raise error(directory, "another process is at work here", next_step) from cause
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Lock at once or raise OSError."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
