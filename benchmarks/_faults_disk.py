"""A small disk that a benchmark may fill: a tmpfs, else a limit on the size of files."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

_LIMIT = 4096  # bytes that a file may have while the stand-in for a full disk lasts


class Disk:
    """The disk of the runs.

    Args:
        folder: Where it is, made if missing.
        megabytes: Its size.
        users: Numbers of the processes that write to it, for the stand-in.

    Attributes:
        kind: `tmpfs`, or `limit`: RLIMIT_FSIZE of the trainers and the worker.
        full: Whether it is full now.
    """

    def __init__(self, folder: Path, *, megabytes: int, users: Callable[[], Iterable[int]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._users = users
        self._leave = 0
        self.full = False
        if not folder.is_mount() and megabytes:
            words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
            with contextlib.suppress(OSError):
                subprocess.run(words, check=False, capture_output=True)
        self.kind = "tmpfs" if folder.is_mount() else "limit"
        self.free()

    def fill(self, leave: int = 0) -> None:
        """Fill it but for some bytes; what the processes free meanwhile is left to them."""
        self.full, self._leave = True, leave
        self.keep_full()

    def keep_full(self) -> None:
        """Fill it again, where it is meant to be full."""
        if not self.full:
            return
        if self.kind == "limit":
            self._limit(_LIMIT)
            return
        state = os.statvfs(self._folder)
        room = state.f_bavail * state.f_frsize - self._leave
        if room <= 0:
            return
        with self._ballast.open("ab") as stream, contextlib.suppress(OSError):
            os.posix_fallocate(stream.fileno(), stream.tell(), room)

    def free(self) -> None:
        """Make room again."""
        self.full = False
        if self.kind == "limit":
            self._limit(resource.RLIM_INFINITY)
        else:
            self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        """Give the disk back, with all that is on it."""
        if self.kind == "tmpfs":
            subprocess.run(["umount", "-l", str(self._folder)], check=False, capture_output=True)

    @property
    def _ballast(self) -> Path:
        return self._folder / "ballast"

    def _limit(self, size: int) -> None:
        for pid in self._users():
            with contextlib.suppress(OSError, ValueError):
                hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
