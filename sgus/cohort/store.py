"""Writing a cohort: built beside its place, then put there in one step, or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from sgus.cohort.info import INFO_FILE, CohortInfo
from sgus.cohort.manifest import (
    IMAGES_FILE,
    Cohort,
    assemble,
    canonical_csv,
    load_cohort,
)
from sgus.cohort.ratings import RATINGS_FILE
from sgus.core.errors import CohortError
from sgus.core.files import sha256_bytes, to_json


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary directory on the disk of `root`, gone afterwards whatever happens.

    Args:
        root: Where the cohort will stand; neither it nor its parent need exist.
    """
    nearest = next(parent for parent in root.absolute().parents if parent.is_dir())
    with tempfile.TemporaryDirectory(dir=nearest, prefix=f".{root.name}.making-") as name:
        staged = Path(name) / root.name
        staged.mkdir()
        yield staged


def refuse_taken(root: Path) -> None:
    """Refuse a place that holds something other than a cohort, before any work is done.

    Raises:
        CohortError: `root` is a file, or a directory with other things in it.
    """
    taken = root.exists() and (not root.is_dir() or any(root.iterdir()))
    if taken and not (root / INFO_FILE).is_file():
        raise CohortError(root, "this is in use and is no cohort", "Name another place with --out")


def write_manifest(
    directory: Path, info: CohortInfo, images: pd.DataFrame, ratings: pd.DataFrame | None = None
) -> Cohort:
    """Write cohort.json, images.csv and ratings.csv into a directory that holds the images.

    Raises:
        CohortError: There is no image, or an image has no file.
    """
    if images.empty:
        raise CohortError(directory, "a cohort needs at least one image", "Check the source")
    if absent := [path for path in images["path"] if not (directory / path).is_file()]:
        raise CohortError(directory, f"no file for {', '.join(absent[:10])}", "Store them first")
    n_ratings = 0 if ratings is None else len(ratings)
    info = info.model_copy(update={"n_images": len(images), "n_ratings": n_ratings})
    (directory / IMAGES_FILE).write_text(canonical_csv(images), encoding="utf-8")
    if ratings is not None:
        (directory / RATINGS_FILE).write_text(canonical_csv(ratings), encoding="utf-8")
    (directory / INFO_FILE).write_text(to_json(info.model_dump(mode="json")), encoding="utf-8")
    return assemble(directory, info, images=images, ratings=ratings)


def publish(staged: Path, root: Path) -> tuple[Cohort, bool]:
    """Put a staged cohort in its place.

    Returns:
        The cohort, and whether it is new: False when `root` held the same one already, which is
        then left as it is.

    Raises:
        CohortError: `root` holds something else.
    """
    new_hash = load_cohort(staged).manifest_hash
    if root.exists() and any(root.iterdir()):
        present = load_cohort(root)
        if present.manifest_hash != new_hash:
            raise CohortError(
                root,
                "another cohort is there (or this one, changed since its import)",
                "Name another place with --out, or move that one away",
            )
        return present, False
    root.parent.mkdir(parents=True, exist_ok=True)
    try:
        staged.rename(root)
    except OSError as error:
        raise CohortError(root, f"it cannot be put there ({error})", "Try again") from error
    return load_cohort(root), True


def write_cohort(
    root: Path,
    info: CohortInfo,
    images: pd.DataFrame,
    *,
    files: Mapping[str, bytes],
    ratings: pd.DataFrame | None = None,
) -> Cohort:
    """Write a whole cohort from memory: for simulated and small ones.

    Args:
        root: Where it will stand.
        info: What it says about itself; the counts are filled in here.
        images: Typed as `Cohort.images`; `sha256` is filled in here.
        files: The bytes of each `path` of `images`.
        ratings: A row a reading.

    Raises:
        CohortError: `root` holds something else, or an image has no bytes.
    """
    refuse_taken(root)
    with staging(root) as staged:
        for path, data in files.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(data)
        digests = {path: sha256_bytes(data) for path, data in files.items()}
        images = images.assign(sha256=[digests.get(path, "") for path in images["path"]])
        write_manifest(staged, info, images, ratings)
        return publish(staged, root)[0]
