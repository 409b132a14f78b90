"""Activation maps as picture files: the window the network saw, plain and under its map."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sgus.core.errors import SgusError
from sgus.core.files import write_bytes
from sgus.core.grades import STAGE_NAMES, STAGES
from sgus.core.synthetic import SYNTHETIC_NOTE
from sgus.explain.overlay import overlay
from sgus.images.text import remove_text
from sgus.phantom.export import with_mark
from sgus.workflows.grading import GradedImage

NOTICE = "Research use only. Not a medical device; a map is no proof of what a grade rests on."


def plan_cam_files(directory: Path, files: Iterable[Path], *, force: bool) -> None:
    """Check, before anything is graded, that every map can have a name of its own.

    Args:
        directory: Where the maps will go.
        files: The image files.
        force: Whether files of an earlier run may be replaced.

    Raises:
        SgusError: Two images would share a name, or a file is there already.
    """
    stems = Counter(file.stem.casefold() for file in files)  # some file systems ignore case
    if twice := [stem for stem, count in stems.items() if count > 1]:
        raise SgusError(
            directory,
            f"the maps of several images would be called {', '.join(sorted(twice)[:5])}",
            "Grade them in separate runs with a folder each",
        )
    there = {path.name.casefold() for path in directory.glob("*")}
    taken = [name for stem in stems for name in map(str.casefold, _names(stem)) if name in there]
    if taken and not force:
        raise SgusError(
            directory,
            f"{len(taken)} of the files are there already ({taken[0]})",
            "Name another folder, or add --force to replace them",
        )


def _names(stem: str) -> list[str]:
    return [f"{stem}-{stage}.png" for stage in STAGE_NAMES]


def write_cam_files(directory: Path, graded: GradedImage, *, stem: str) -> list[Path]:
    """Write a PNG a stage: on the left what the network saw, on the right the map over it.

    What lies outside the window, where scanners write names, is not in the picture; text inside
    it is masked as it was for the network. A simulated image is marked again, below the picture
    and in the file.

    Args:
        directory: Where; made if missing.
        graded: An image graded with its maps.
        stem: Beginning of the file names.

    Returns:
        The files, in the order of the stages.
    """
    window = graded.window.slices
    grey = remove_text(graded.pixels[window], graded.text_mask[window])
    paths = [directory / name for name in _names(stem)]
    cams = graded.cams
    for path, stage in zip(paths, STAGES, strict=True):
        cam = cams[stage.name]
        side = "higher" if graded.stages[stage.name] > 0.5 else "lower"
        facts = {
            "Title": f"Grad-CAM of {stage.name} ({stage.title}) for its {side} side",
            "Warning": NOTICE,
            "Source": f"{graded.name}, SHA-256 {graded.sha256}",
            "Software": graded.model,
            "Comment": (f"{SYNTHETIC_NOTE} " if graded.synthetic else "")
            + f"P(higher side) = {graded.stages[stage.name]:.4f}; grade {graded.grade}"
            + ("; the map is empty" if stage.name in graded.empty_cams else ""),
        }
        picture = np.hstack([_colour(grey), overlay(grey, cam)])
        write_bytes(path, _png(with_mark(picture) if graded.synthetic else picture, facts))
    return paths


def _colour(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(grey[:, :, None], 3, axis=2)


def _png(pixels: NDArray[np.uint8], facts: dict[str, str]) -> bytes:
    info = PngInfo()
    for key, value in facts.items():
        info.add_itxt(key, value)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG", pnginfo=info)
    return stream.getvalue()
