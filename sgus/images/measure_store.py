"""Measures of many pictures, computed once each and kept by the hash of their bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes, write_bytes
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.measures import MEASURES_VERSION, NAMES, Measured, measure

MAX_THREADS: Final = 8
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Gland:
    """A picture that is to be measured.

    Attributes:
        name: For messages.
        path: Its file.
        sha256: Hash of the file's bytes.
        region: The ultrasound in it.
        spacing_mm: Side of a pixel, None where it is not known.
        mask_path: Mask of the gland, black and white, None where there is none.
        mask_sha256: Hash of that file's bytes, "" where it is not known.
    """

    name: str
    path: Path
    sha256: str
    region: Region
    spacing_mm: float | None = None
    mask_path: Path | None = None
    mask_sha256: str = ""

    @property
    def key(self) -> str:
        """What its measures are kept by."""
        mask = self.mask_sha256 if self.mask_path else "-"
        return f"{self.sha256} {self.region.text()} {self.spacing_mm} {mask}"


@dataclass(frozen=True)
class MeasureTable:
    """Measures of pictures.

    Attributes:
        found: By name of the picture.
        problems: What is wrong with each picture that could not be measured, by its name.
    """

    found: dict[str, Measured]
    problems: dict[str, ImageError]


def measure_table(
    glands: Sequence[Gland], *, directory: Path | None, progress: Progress | None = None
) -> MeasureTable:
    """Measure every picture, taking those measured before from the store.

    The store holds the pictures of the latest call alone, so that it does not grow.

    Args:
        glands: The pictures.
        directory: Where the store is; None keeps nothing. One that cannot be written to keeps
            nothing either.
        progress: Called with (pictures measured, pictures to measure) after each one.
    """
    path = None if directory is None else directory / _file_name()
    known = _read(path)
    todo = list({item.key: item for item in glands if item.key not in known}.values())
    wrong: dict[str, ImageError] = {}
    with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
        for done, (item, result) in enumerate(zip(todo, pool.map(_measured, todo), strict=True)):
            if isinstance(result, ImageError):
                wrong[item.key] = result
            else:
                known[item.key] = result
            if progress is not None:
                progress(done + 1, len(todo))
    if todo:
        _write(path, {item.key: known[item.key] for item in glands if item.key in known})
    found = {item.name: known[item.key] for item in glands if item.key in known}
    return MeasureTable(found, {i.name: wrong[i.key] for i in glands if i.key in wrong})


def _measured(item: Gland) -> Measured | ImageError:
    try:
        image = read_image(item.path)
        if image.sha256 != item.sha256:
            return _changed(item.name)
        mask = None if item.mask_path is None else _mask(item)
        return measure(image.pixels, item.region, mask=mask, spacing_mm=item.spacing_mm)
    except ImageError as error:
        return ImageError(item.name, error.cause, error.next_step)


def _mask(item: Gland) -> NDArray[np.bool_]:
    """The mask, `(h, w)`; read without the checks of a picture: one shade alone is allowed."""
    path = item.mask_path or item.path
    try:
        data = path.read_bytes()
        if item.mask_sha256 and sha256_bytes(data) != item.mask_sha256:
            raise _changed(path.name)
        with Image.open(path) as image:
            return np.asarray(image.convert("L")) > 127
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError(path.name, "the mask cannot be read", "Restore its file") from error


def _changed(name: str) -> ImageError:
    cause = "the file is not the one that was imported (its sha256 differs)"
    return ImageError(name, cause, "Put the imported file back, or import again")


def _file_name() -> str:
    described = json.dumps([MEASURES_VERSION, NAMES])
    return f"measures-{sha256_bytes(described.encode())[:16]}.json"


def _read(path: Path | None) -> dict[str, Measured]:
    """What is kept; nothing where the file is missing or damaged."""
    if path is None:
        return {}
    try:
        stored = json.loads(path.read_bytes())
        return {key: _parsed(value) for key, value in stored.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _parsed(value: dict[str, Any]) -> Measured:
    values = {name: value["values"][name] for name in NAMES}
    if any(not isinstance(number, float | None) for number in values.values()):
        raise TypeError("a measure is no number")
    reasons = {str(name): str(text) for name, text in value["reasons"].items()}
    return Measured(values, reasons, bool(value["by_mask"]), bool(value["known_scale"]))


def _write(path: Path | None, known: dict[str, Measured]) -> None:
    if path is None or not known:
        return
    text = json.dumps({key: asdict(measured) for key, measured in known.items()}, allow_nan=False)
    with suppress(OSError):  # a store is a convenience: a full disk or no right to it costs time
        write_bytes(path, text.encode())
