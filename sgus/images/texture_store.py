"""Texture features of many pictures, computed once each and kept by the hash of their bytes."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes, write_bytes
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.geometry import PREPARE_VERSION, prepare
from sgus.images.texture import FEATURE_NAMES, texture_features

HEIGHT: Final = 160
"""Height of the pictures that texture is taken from, pixels."""
WIDTH: Final = 224
"""Their width, pixels: the same for every run, so that features are shared between runs."""
TEXTURE_VERSION: Final = 1
"""To be raised when a feature changes its meaning; kept features are then made again."""
KEPT_EVERY: Final = 256
"""Pictures after which features are kept, so that an interrupted run loses few."""
MAX_THREADS: Final = 8

Features = NDArray[np.float32]
Tick = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Textured:
    """A picture whose texture is wanted.

    Attributes:
        name: For messages.
        path: Its file.
        sha256: Hash of the file's bytes.
        region: The ultrasound in it.
    """

    name: str
    path: Path
    sha256: str
    region: Region

    @property
    def key(self) -> str:
        """What its features are kept by."""
        return f"{self.sha256} {self.region.text()}"


def texture_table(
    pictures: Sequence[Textured],
    *,
    directory: Path | None,
    tick: Tick | None = None,
    limit_s: float | None = None,
) -> Features:
    """Features of every picture, those computed before taken from the store.

    Args:
        pictures: The pictures.
        directory: Where the store is; None keeps nothing. One that cannot be written to keeps
            nothing either.
        tick: Called with (pictures done, pictures to do, seconds left) after each computed one.
        limit_s: Give up where this many seconds would not do, judged by the pictures done so far;
            what was computed is kept.

    Returns:
        `(n_pictures, n_features)` in the order of `pictures`.

    Raises:
        ImageError: There is no picture, one cannot be read or prepared, or time would not do.
    """
    if not pictures:
        raise ImageError("texture", "there is not one picture", "Check the cohort")
    path = None if directory is None else directory / _file_name()
    known = _read(path)
    todo = list({item.key: item for item in pictures if item.key not in known}.values())
    started = time.monotonic()
    try:
        for done, (item, features) in enumerate(_computed(todo), start=1):
            known[item.key] = features
            if done % KEPT_EVERY == 0:
                _write(path, known)
            spent = time.monotonic() - started
            left = spent / done * (len(todo) - done)
            if tick is not None:
                tick(done, len(todo), left)
            _refuse_slow(done, len(todo), spent + left, limit_s)
    finally:
        if todo:
            _write(path, known)
    return np.stack([known[item.key] for item in pictures])


_JUDGED_AFTER: Final = 20
"""Pictures after which the speed is known well enough to give up by it."""


def _refuse_slow(done: int, todo: int, needed_s: float, limit_s: float | None) -> None:
    if limit_s is None or done < min(_JUDGED_AFTER, todo) or needed_s <= limit_s:
        return
    cause = f"{todo} pictures would take about {needed_s / 60:.0f} minutes"
    step = f"Allow more than {limit_s / 60:.0f} minutes; those done are kept"
    raise ImageError("texture", cause, step)


def _computed(todo: Sequence[Textured]) -> Iterator[tuple[Textured, Features]]:
    """In order; a few ahead of who asks, so that memory does not grow with the cohort."""
    with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
        for start in range(0, len(todo), KEPT_EVERY):
            some = todo[start : start + KEPT_EVERY]
            waiting = [pool.submit(_features, item) for item in some]
            try:
                for item, future in zip(some, waiting, strict=True):
                    yield item, future.result()
            finally:
                for future in waiting:
                    future.cancel()


def _features(item: Textured) -> Features:
    try:
        pixels = read_image(item.path).pixels
        return texture_features(prepare(pixels, item.region, height=HEIGHT, width=WIDTH).pixels)
    except ImageError as error:
        raise ImageError(item.name, error.cause, error.next_step) from error


def _file_name() -> str:
    described = json.dumps([TEXTURE_VERSION, PREPARE_VERSION, HEIGHT, WIDTH, FEATURE_NAMES])
    return f"texture-{sha256_bytes(described.encode())[:16]}.npz"


def _read(path: Path | None) -> dict[str, Features]:
    """What is kept; nothing where the file is missing or damaged."""
    if path is None:
        return {}
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            keys, features = stored["keys"].tolist(), stored["features"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    whole = features.shape == (len(keys), len(FEATURE_NAMES)) and features.dtype == np.float32
    return dict(zip(keys, features, strict=True)) if whole else {}


def _write(path: Path | None, known: dict[str, Features]) -> None:
    if path is None or not known:
        return
    stream = io.BytesIO()
    np.savez(stream, keys=np.array(list(known)), features=np.stack(list(known.values())))
    with suppress(OSError):  # a store is a convenience: a full disk or no right to it costs time
        write_bytes(path, stream.getvalue())
