"""Small pictures for a gallery, made once and kept in a folder that cannot outgrow its limit."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes
from sgus.core.region import Region
from sgus.images.decode import decode_image
from sgus.phantom.export import with_mark

THUMBNAIL_VERSION: Final = 1
"""Part of every name: a change of how they are made gives new ones."""
WIDTH: Final = 240
HEIGHT: Final = 180
"""The box a picture has to fit into, pixels, without the strip that marks a phantom."""
MAX_MB: Final = 512
_QUALITY: Final = 72
_METHOD: Final = 1
"""Effort of the WebP coder: 4 takes three times as long for a fifth fewer bytes."""
_SWEEP_EVERY: Final = 256
_SWEEP_TO: Final = 0.9
_ENDING: Final = ".webp"


def thumbnail(pixels: NDArray[np.uint8], region: Region | None, *, synthetic: bool) -> bytes:
    """Make a thumbnail of the ultrasound alone: margins of a scanner may hold a name.

    Args:
        pixels: `(h, w)` uint8, the whole picture.
        region: The ultrasound area; the whole picture is shown where it is None or lies outside.
        synthetic: The picture is of a phantom: a strip below it says so, for its own mark may
            lie outside the region and is too small to read.

    Returns:
        WebP bytes, at most `WIDTH x HEIGHT` pixels and the strip.
    """
    inside = pixels if region is None else pixels[region.slices]
    inside = inside if inside.size else pixels
    height, width = inside.shape
    scale = min(WIDTH / width, HEIGHT / height, 1.0)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    shown = np.concatenate([small, _strip(size[0])]) if synthetic else small
    stream = io.BytesIO()
    Image.fromarray(shown).save(stream, format="WEBP", quality=_QUALITY, method=_METHOD)
    return stream.getvalue()


@lru_cache(maxsize=512)
def _strip(width: int) -> NDArray[np.uint8]:
    """The strip that marks a phantom: its letters take longer than all else but decoding."""
    return with_mark(np.zeros((0, width), dtype=np.uint8))


class Thumbnails:
    """Thumbnails of a cohort, shared by threads.

    A name is a hash of the file's hash, its region and `THUMBNAIL_VERSION`: it says nothing of a
    patient and is never out of date. A folder that cannot be written to costs speed alone.

    Args:
        directory: Where they are kept; made at the first one.
        max_mb: Most that may lie there; the oldest go first.
    """

    def __init__(self, directory: Path, *, max_mb: float = MAX_MB) -> None:
        self._directory = directory
        self._max_bytes = int(max_mb * 1024 * 1024)
        self._written = 0
        self._lock = threading.Lock()

    def get(self, path: Path, *, sha256: str, region: Region | None, synthetic: bool) -> bytes:
        """The thumbnail of a file, made where it is not there yet.

        Args:
            path: The picture.
            sha256: What the cohort says its hash is; "" where it says nothing.
            region: Its ultrasound area.
            synthetic: The cohort is simulated; a file that says so of itself is marked anyway.

        Raises:
            ImageError: The file cannot be read, or is not the one the cohort names.
        """
        data = None
        if not sha256:
            data = _read(path)
            sha256 = sha256_bytes(data)
        kept = self._directory / name_of(sha256, region, synthetic=synthetic)
        if (found := _whole(kept)) is not None:
            return found
        image = decode_image(_read(path) if data is None else data, name=path.name)
        if image.sha256 != sha256:
            cause = "it is not the file that was imported (its sha256 differs)"
            raise ImageError(path.name, cause, "Put the imported file back, or import again")
        made = thumbnail(image.pixels, region, synthetic=synthetic or image.synthetic)
        self._keep(kept, made)
        return made

    def _keep(self, path: Path, data: bytes) -> None:
        # Without fsync, which costs more than the thumbnail: one cut by a crash is made again.
        with contextlib.suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._directory, prefix=".", suffix=".part")
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(name).replace(path)
        with self._lock:
            self._written += 1
            due = self._written % _SWEEP_EVERY == 1
        if due:
            self.sweep()

    def sweep(self) -> int:
        """Delete the oldest thumbnails where there are too many.

        Returns:
            Bytes that are left.
        """
        try:
            entries = [entry for entry in os.scandir(self._directory) if entry.is_file()]
        except OSError:
            return 0
        aged = []
        for entry in entries:
            with contextlib.suppress(OSError):
                state = entry.stat()
                aged.append((state.st_mtime_ns, state.st_size, entry.path))
        total = sum(size for _, size, _ in aged)
        if total <= self._max_bytes:
            return total
        for _, size, path in sorted(aged):
            if total <= self._max_bytes * _SWEEP_TO:
                break
            with contextlib.suppress(OSError):
                Path(path).unlink()
                total -= size
        return total


def name_of(sha256: str, region: Region | None, *, synthetic: bool) -> str:
    """File name of a thumbnail, from what it is made of."""
    box = "whole" if region is None else region.text()
    said = f"{THUMBNAIL_VERSION} {WIDTH} {HEIGHT} {sha256} {box} {synthetic}"
    return f"{sha256_bytes(said.encode())[:40]}{_ENDING}"


def _whole(path: Path) -> bytes | None:
    """A thumbnail on disk; None where it is missing or was cut short."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    said = int.from_bytes(data[4:8], "little") + 8 if len(data) > 12 else -1
    return data if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and said == len(data) else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cause = f"the file cannot be read ({error.strerror or 'it cannot be opened'})"
        raise ImageError(path.name, cause, "Put it back, or take its row out") from error
