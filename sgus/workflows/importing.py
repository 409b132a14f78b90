"""A folder of graded images becomes a cohort: all of it, or nothing."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sgus.cohort.duplicates import HASH_COLUMN, duplicate_problems, perceptual_hash
from sgus.cohort.manifest import Cohort, typed_images
from sgus.cohort.metadata import is_pixels_only
from sgus.cohort.quality import NO_REGION, Problem, Record, refuse_blocking, table_problems
from sgus.cohort.source import Source
from sgus.cohort.store import publish, refuse_taken, staging, write_manifest
from sgus.core.errors import CohortError, ImageError
from sgus.core.files import sha256_bytes
from sgus.core.grades import GRADES
from sgus.core.synthetic import SYNTHETIC_NOTE
from sgus.images.decode import DecodedImage, decode_image
from sgus.images.region import find_region

IMAGES_FOLDER = "images"


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes:
        cohort: The cohort in its place.
        created: False when the same cohort stood there already and nothing was written.
        n_cleaned: Images stored as new PNG files because theirs carried more than pixels.
        problems: Left to look at; none keeps the cohort from being used.
        notes: What was assumed or converted, plain sentences.
    """

    cohort: Cohort
    created: bool
    n_cleaned: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Stored:
    """One image after it was written, or what kept it from being."""

    record: dict[str, str]
    cleaned: bool = False
    notes: tuple[str, ...] = ()
    problem: Problem | None = None


def import_cohort(
    source: Source, out: Path, *, progress: Callable[[int, int], None] | None = None
) -> ImportResult:
    """Write a cohort from what an importer read; the source files are only read.

    Args:
        source: Rows and files.
        out: The cohort's own directory.
        progress: Called with images done and images in all.

    Raises:
        CohortError: `out` is taken, or there are problems that block: all are listed.
    """
    _refuse_source_folder(source, out)
    refuse_taken(out)
    table = table_problems(source.records, source.rows)
    with staging(out) as staged:
        (staged / IMAGES_FOLDER).mkdir()
        stored = _store_all(source, staged, progress)
        found = [image.problem for image in stored if image.problem]
        problems = [*source.problems, *table, *found]
        problems.sort(key=lambda problem: problem.row or 0)
        refuse_blocking(
            problems, item=source.table, next_step="Nothing was imported; correct these and retry"
        )
        images = typed_images([image.record for image in stored])
        problems += duplicate_problems(images.assign(row=source.rows))
        write_manifest(staged, source.info, images)
        cohort, created = publish(staged, out)
    return ImportResult(
        cohort=cohort,
        created=created,
        n_cleaned=sum(image.cleaned for image in stored),
        problems=tuple(sorted(problems, key=lambda problem: problem.row or 0)),
        notes=(*source.notes, *_counted(stored)),
    )


def _refuse_source_folder(source: Source, out: Path) -> None:
    if source.folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise CohortError(
            out,
            "the cohort would stand inside the folder it is made from, which import never changes",
            "Name another place with --out",
        )


def _store_all(
    source: Source, staged: Path, progress: Callable[[int, int], None] | None
) -> list[_Stored]:
    jobs = [
        (dict(record), row, file)
        for record, row, file in zip(source.records, source.rows, source.files, strict=True)
        if file is not None
    ]
    stored: list[_Stored] = []
    # Decoding and hashing release the interpreter's lock, so that threads are enough.
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        for image in pool.map(lambda job: _store(*job, staged=staged), jobs):
            stored.append(image)
            if progress:
                progress(len(stored), len(jobs))
    finally:  # after Ctrl-C no further image is begun
        pool.shutdown(cancel_futures=True)
    return stored


def _store(record: dict[str, str], row: int, file: Path, *, staged: Path) -> _Stored:
    name = record["image_id"]
    try:
        data = file.read_bytes()
        decoded = decode_image(data, name=file.name)
    except OSError as error:
        what = f"{file.name} cannot be opened ({error.strerror})"
        problem = Problem("unreadable", row, name, what, "Check the file", blocks=True)
        return _Stored(record, problem=problem)
    except ImageError as error:
        problem = Problem("unreadable", row, name, str(error.cause), error.next_step, blocks=True)
        return _Stored(record, problem=problem)
    cleaned = not is_pixels_only(data)
    data = _as_png(decoded) if cleaned else data
    path = f"{IMAGES_FOLDER}/{name}{'.png' if cleaned else file.suffix.lower()}"
    target = staged / path
    if target.parent == staged / IMAGES_FOLDER and not target.exists():
        target.write_bytes(data)  # otherwise the id is refused with all other problems
    facts = {"path": path, "sha256": sha256_bytes(data)}
    return _Stored(record | facts | _measure(record, decoded), cleaned, decoded.notes)


def _measure(record: Record, decoded: DecodedImage) -> dict[str, str]:
    """Size, region and perceptual hash, as cells; an image without a region is excluded."""
    height, width = decoded.pixels.shape
    measures = {"width_px": str(width), "height_px": str(height), "region": ""}
    pixels: NDArray[np.uint8] = decoded.pixels
    try:
        region = find_region(decoded.pixels)
    except ImageError:
        if not record.get("excluded"):
            measures |= {"excluded": "true", "exclusion_reason": NO_REGION}
    else:
        measures["region"] = region.text()
        pixels = decoded.pixels[region.slices]
    return measures | {HASH_COLUMN: perceptual_hash(pixels)}


def _as_png(decoded: DecodedImage) -> bytes:
    """Pixels alone; of all that a file can say, only that the image is simulated is kept."""
    text = PngInfo()
    if decoded.synthetic:
        text.add_text("Comment", SYNTHETIC_NOTE)
    stream = io.BytesIO()
    Image.fromarray(decoded.pixels).save(stream, "PNG", pnginfo=text)
    return stream.getvalue()


def _counted(stored: Sequence[_Stored]) -> list[str]:
    """Each decoding note once, with the number of images it is about."""
    counts: dict[str, int] = {}
    for image in stored:
        for note in image.notes:
            counts[note] = counts.get(note, 0) + 1
    return [f"{count} images: {note}" for note, count in counts.items()]


def describe(result: ImportResult) -> str:
    """The outcome for a person: counts, grades by centre, notes, problems."""
    cohort = result.cohort
    patients = cohort.images.loc[cohort.images["patient_id"] != "", "patient_id"].nunique()
    lines = [
        f"{cohort.info.name}: {len(cohort.images)} images, {patients} {cohort.info.patient_unit}s"
        f" in {cohort.root}",
        "" if result.created else "It was there already, the same: nothing was written.",
        grade_table(cohort.images, by="centre"),
        "",
        f"manifest {cohort.manifest_hash}",
        f"{result.n_cleaned} images carried more than pixels and were stored as clean PNG",
        *result.notes,
        *(problem.text() for problem in result.problems),
    ]
    return "\n".join(line for at, line in enumerate(lines) if line or at == 3)


def grade_table(images: pd.DataFrame, *, by: str) -> str:
    """Images by grade and by another column, as text; images without a grade have a column."""
    grades = images["grade"].map(lambda grade: "none" if pd.isna(grade) else str(grade))
    counts = pd.crosstab(images[by].replace("", "(none)"), grades, margins=True, margins_name="all")
    names = [*map(str, GRADES), *(["none"] if "none" in counts else []), "all"]
    return str(counts.reindex(columns=names, fill_value=0).rename_axis(columns="grade").to_string())
