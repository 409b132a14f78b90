"""All pictures of a cohort as the network sees them, decoded once and kept as one array."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes, sha256_file, write_bytes
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.geometry import PREPARE_VERSION, prepare

Item = tuple[str, Path, Region]
Progress = Callable[[int, int], None]

MAX_THREADS: Final = 8


def build_cache(
    images: Sequence[Item],
    *,
    height: int,
    width: int,
    directory: Path | None,
    progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """Prepare every picture for the network, or take them from an earlier run.

    The file's name is a hash of the pictures' bytes, their regions, their order, the size and
    `PREPARE_VERSION`; a file that is damaged or whose content does not match its checksum is
    made again.

    Args:
        images: `(image_id, path, region)` of each picture.
        height: Height of the network's input, pixels.
        width: Width of the network's input, pixels.
        directory: Where to keep the array; None keeps it in memory only.
        progress: Called with (pictures done, pictures in all) after each one.

    Returns:
        `(n_images, height, width)` uint8 in the order of `images`, read-only; memory-mapped when
        a directory is given.

    Raises:
        ImageError: There are no pictures, or some cannot be read or prepared; all are named.
    """
    if not images:
        raise ImageError("image cache", "there is not one picture to prepare", "Check the cohort")
    if directory is None:
        return _frozen(_prepare_all(images, height, width, progress))
    key = cache_key(images, height=height, width=width)
    path = directory / f"images-{key[:24]}.npy"
    shape = (len(images), height, width)
    found = _open(path, shape)
    if found is not None:
        if progress is not None:
            progress(len(images), len(images))
        return found
    _store(path, _prepare_all(images, height, width, progress))
    stored = _open(path, shape)
    if stored is None:
        raise ImageError(path, "the cache could not be read back", "Check the disk")
    return stored


def cache_key(images: Sequence[Item], *, height: int, width: int) -> str:
    """SHA-256 over everything that decides the array.

    Raises:
        ImageError: A picture cannot be read.
    """
    with ThreadPoolExecutor(_threads()) as pool:
        hashes = list(pool.map(lambda item: _hash(item[1]), images))
    content = [
        [image_id, digest, region.text()]
        for (image_id, _, region), digest in zip(images, hashes, strict=True)
    ]
    described = json.dumps([PREPARE_VERSION, height, width, content])
    return sha256_bytes(described.encode())


def _hash(path: Path) -> str:
    try:
        return sha256_file(path)
    except OSError as error:
        cause = f"the file cannot be read ({error.strerror})"
        raise ImageError(path, cause, "Check the cohort") from error


def _threads() -> int:
    return min(MAX_THREADS, os.cpu_count() or 1)


def _prepare_all(
    images: Sequence[Item], height: int, width: int, progress: Progress | None
) -> NDArray[np.uint8]:
    array = np.empty((len(images), height, width), dtype=np.uint8)

    def fill(position: int) -> ImageError | None:
        image_id, path, region = images[position]
        try:
            pixels = read_image(path).pixels
            array[position] = prepare(pixels, region, height=height, width=width).pixels
        except ImageError as error:
            return ImageError(f"{image_id} ({path})", error.cause, error.next_step)
        return None

    problems = []
    with ThreadPoolExecutor(_threads()) as pool:
        for done, problem in enumerate(pool.map(fill, range(len(images))), start=1):
            if problem is not None:
                problems.append(problem)
            if progress is not None:
                progress(done, len(images))
    if problems:
        raise _all_of(problems, len(images))
    return array


def _all_of(problems: Sequence[ImageError], n_images: int) -> ImageError:
    if len(problems) == 1:
        return problems[0]
    listed = "; ".join(f"{problem.item} - {problem.cause}" for problem in problems)
    return ImageError(
        f"{len(problems)} of {n_images} pictures", listed, "Repair or exclude these pictures"
    )


def _frozen(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.flags.writeable = False
    return array


def _checksum_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _store(path: Path, array: NDArray[np.uint8]) -> None:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    data = stream.getvalue()
    write_bytes(_checksum_path(path), sha256_bytes(data).encode())
    write_bytes(path, data)


def _open(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8] | None:
    """The stored array, or None when it is missing, damaged or of another shape."""
    try:
        if sha256_file(path) != _checksum_path(path).read_text(encoding="ascii"):
            return None
        array: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return array if array.shape == shape and array.dtype == np.uint8 else None
