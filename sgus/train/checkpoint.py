"""Checkpoints: everything a killed run needs to go on to the same figures.

A file is what `torch.save` writes, then the SHA-256 of that. One that is damaged is passed over,
because training again from an earlier point gives the same figures and only costs time.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, cast

import torch

from sgus.core.errors import RunError
from sgus.core.files import sync_directory

FORMAT: Final = 2
_DIGEST_CHARACTERS: Final = 64
_BAD_FILE: Final = (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, EOFError, OSError)
_SHARE: Final = 20
"""Saving takes at most about one part in this many of the time."""

Say = Callable[[str], None]
Make = Callable[[], dict[str, Any]]


def previous_checkpoint(path: Path) -> Path:
    """Where the checkpoint before the one at `path` is kept."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def remove_checkpoints(path: Path) -> None:
    """Remove a checkpoint, the one before it, and one half written."""
    for place in (path, previous_checkpoint(path), _part(path)):
        place.unlink(missing_ok=True)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Replace the checkpoint and keep the one before.

    A kill or a failure at any moment leaves a whole one, if there was one.

    Raises:
        OSError: It cannot be written; nothing half-written stays to fill the disk further.
    """
    part = _part(path)
    try:
        with part.open("wb") as stream:
            hashing = _Hashing(stream)
            torch.save({"format": FORMAT, **state}, cast(IO[bytes], hashing))
            stream.write(hashing.digest())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        part.unlink(missing_ok=True)
        raise
    if path.exists():
        path.replace(previous_checkpoint(path))
    part.replace(path)
    sync_directory(path.parent)


def load_checkpoint(path: Path, *, fingerprint: str, say: Say) -> dict[str, Any] | None:
    """Read the newest whole checkpoint, if there is one.

    Args:
        path: Where it would be.
        fingerprint: Of config and data; a checkpoint of another run is refused.
        say: Told of each damaged one, which is removed.

    Raises:
        RunError: It belongs to another config or cohort.
    """
    for place in (path, previous_checkpoint(path)):
        if not place.exists():
            continue
        state = _read(place)
        if state is None:
            say(f"{place.name} is damaged: going on from an earlier point, to the same figures")
            place.unlink(missing_ok=True)
        elif state.get("fingerprint") != fingerprint:
            raise RunError(
                place,
                "the checkpoint belongs to another config or cohort",
                "Choose another run directory, or delete this one",
            )
        else:
            return state
    return None


class Keeper:
    """Saves checkpoints now and then; a full disk is said once and does not end training.

    Args:
        path: Where.
        fingerprint: Of config and data.
        every_s: Shortest time between two, seconds; 0 for one at each epoch's end. Longer where
            saving would take more than a twentieth of the time.
        say: Told when saving fails, and when it works again.
    """

    def __init__(self, path: Path, *, fingerprint: str, every_s: float, say: Say) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._every_s = every_s
        self._say = say
        self._pause_s = every_s
        self._last = time.monotonic()
        self._failing = False
        self._current = False

    def load(self) -> dict[str, Any] | None:
        """What `load_checkpoint` finds."""
        found = load_checkpoint(self._path, fingerprint=self._fingerprint, say=self._say)
        self._current = found is not None
        return found

    def after_batch(self, make: Make) -> None:
        """Save when it is time."""
        self._current = False
        if self._every_s and self._due():
            self.save(make)

    def after_epoch(self, make: Make) -> None:
        """Save when it is time, or when each epoch is to be kept."""
        self._current = False
        if not self._every_s or self._due():
            self.save(make)

    def at_end(self, make: Make) -> None:
        """Save what is not yet saved: what follows training need not train again."""
        if not self._current:
            self.save(make)

    def save(self, make: Make) -> None:
        """Save now."""
        started = time.monotonic()
        try:
            save_checkpoint(self._path, {**make(), "fingerprint": self._fingerprint})
        except OSError as error:
            self._tell(f"the checkpoint could not be written ({error.strerror or error}); "
                       "training goes on, and it is tried again", failing=True)  # fmt: skip
        else:
            self._tell("the checkpoint could be written again", failing=False)
            self._current = True
        self._last = time.monotonic()
        self._pause_s = max(self._every_s, _SHARE * (self._last - started))

    def _due(self) -> bool:
        return time.monotonic() - self._last >= self._pause_s

    def _tell(self, line: str, *, failing: bool) -> None:
        if failing != self._failing:
            self._say(line)
        self._failing = failing


class _Hashing:
    """Hashes what goes into a file.

    `torch.save` writes on after an error and then raises one of its own, so the first error is
    kept until it has ended.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._failure: OSError | None = None

    def write(self, data: Any) -> int:
        """Write bytes, or drop them once a write has failed."""
        view = memoryview(data)
        if self._failure is None:
            self._hash.update(view)
            try:
                self._stream.write(view)
            except OSError as error:
                self._failure = error
        return view.nbytes

    def flush(self) -> None:
        """Nothing: the file is flushed once, at its end."""

    def digest(self) -> bytes:
        """The hash so far.

        Raises:
            OSError: A write failed.
        """
        if self._failure is not None:
            raise self._failure
        return self._hash.hexdigest().encode()


def _part(path: Path) -> Path:
    return path.with_suffix(".part")


def _read(path: Path) -> dict[str, Any] | None:
    """The content, or None when it is not what was written, or was by another version."""
    try:
        data = path.read_bytes()
        content = memoryview(data)[:-_DIGEST_CHARACTERS]
        if hashlib.sha256(content).hexdigest().encode() != data[-_DIGEST_CHARACTERS:]:
            return None
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except _BAD_FILE:
        return None
    return state if isinstance(state, dict) and state.get("format") == FORMAT else None
