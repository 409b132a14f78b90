"""The gallery: images in an order, and a page of them as thumbnails."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from sgus.cohort.manifest import Cohort
from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.thumbnails import Thumbnails
from sgus.workflows.cohort_view import BoolArray, CohortView, IntArray

BY_ID: Final = "image id"
LOWEST: Final = "lowest grade first"
HIGHEST: Final = "highest grade first"
CONTESTED: Final = "most contested first"
FOLDER: Final = Path("cache") / "thumbnails"
_MOST_AHEAD: Final = 96
_THREADS: Final = min(8, max(2, os.cpu_count() or 2))
_asked: Final[deque[tuple[Path, Future[Tile]]]] = deque()


@dataclass(frozen=True)
class Tile:
    """One picture of the gallery.

    Attributes:
        image_id: The image.
        picture: WebP bytes, or None.
        problem: Why there is no picture, or "".
        words: What is known of it, such as `grade 2 · parotid · left`.
        excluded: It is kept out of training and tests.
    """

    image_id: str
    picture: bytes | None
    problem: str
    words: str
    excluded: bool


def orders(view: CohortView) -> tuple[str, ...]:
    """The orders a cohort can be shown in: by disagreement only where readers can disagree."""
    known = (BY_ID, LOWEST, HIGHEST)
    return (*known, CONTESTED) if (view.disagreement >= 0).any() else known


def ordered(view: CohortView, mask: BoolArray, order: str) -> IntArray:
    """Rows of the shown images in an order; images that it cannot place come last.

    Args:
        view: The cohort.
        mask: The images shown.
        order: One of `orders(view)`. Ties stand by id.
    """
    rows = np.flatnonzero(mask)
    rows = rows[np.argsort(view.ids[rows], kind="stable")]
    if order in (LOWEST, HIGHEST):
        grade = view.grade[rows]
        rank = np.where(grade < 0, grade.max(initial=0) + 1, grade if order == LOWEST else -grade)
    elif order == CONTESTED:
        rank = -view.disagreement[rows]
    else:
        return rows
    return rows[np.argsort(rank, kind="stable")]


def n_pages(n: int, size: int) -> int:
    """Pages that `n` images fill, at least one."""
    return max(1, -(-n // size))


def page_rows(rows: IntArray, page: int, size: int) -> IntArray:
    """The rows of one page; a page beyond the last is the last.

    Args:
        rows: All rows in their order.
        page: From 1.
        size: Images a page.
    """
    at = min(max(page, 1), n_pages(len(rows), size)) - 1
    return rows[at * size : (at + 1) * size]


def gallery_page(view: CohortView, rows: Sequence[int] | IntArray) -> list[Tile]:
    """The pictures of some rows, made where they are not in the cache yet.

    Args:
        view: The cohort.
        rows: A page of rows.
    """
    for root, future in list(_asked):
        if root == view.cohort.root:
            future.cancel()  # what is looked at now comes first
    numbers = [int(row) for row in rows]
    kept = thumbnails_of(view.cohort)
    return list(_pool().map(lambda row: _tile(view, row, kept), numbers))


def prepare_page(view: CohortView, rows: Sequence[int] | IntArray) -> None:
    """Have the thumbnails of some rows made in the background, such as those of the next page.

    What was asked for longest is dropped where somebody leafs faster than they can be made.
    """
    kept = thumbnails_of(view.cohort)
    for row in rows:
        _asked.append((view.cohort.root, _ahead().submit(_tile, view, int(row), kept)))
        if len(_asked) > _MOST_AHEAD:
            _asked.popleft()[1].cancel()


def thumbnails_of(cohort: Cohort) -> Thumbnails:
    """Where the thumbnails of a cohort are kept: in it, beside its other caches."""
    return _thumbnails(cohort.root / FOLDER)


def image_file(cohort: Cohort, row: int) -> Path:
    """The file of an image, never outside its cohort.

    Raises:
        ImageError: Its path leads out of the cohort.
    """
    said = str(cohort.images["path"].iat[row])
    path = (cohort.root / said).resolve()
    if not said or not path.is_relative_to(cohort.root.resolve()):
        name = str(cohort.images["image_id"].iat[row])
        raise ImageError(name, "its path leads out of its cohort", "Correct images.csv")
    return path


def region_of(cohort: Cohort, row: int) -> Region | None:
    """The ultrasound area of an image, None where none is known."""
    text = str(cohort.images["region"].iat[row])
    return Region.parse(text) if text else None


def words_of(view: CohortView, row: int) -> str:
    """What an image is, in a line; what is not known is left out."""
    images = view.cohort.images
    grade = int(view.grade[row])
    known = [str(images[name].iat[row]) for name in ("gland", "side", "device")]
    share = float(view.disagreement[row])
    apart = [f"readers differ: {100 * share:.0f} %"] if share > 0 else []
    said = ["not graded" if grade < 0 else f"grade {grade}", *filter(None, known), *apart]
    return " · ".join(said)


def _tile(view: CohortView, row: int, kept: Thumbnails) -> Tile:
    cohort = view.cohort
    picture, problem = None, ""
    try:
        picture = kept.get(
            image_file(cohort, row),
            sha256=str(cohort.images["sha256"].iat[row]),
            region=region_of(cohort, row),
            synthetic=cohort.info.synthetic,
        )
    except ImageError as error:
        problem = f"{error.cause[:1].upper()}{error.cause[1:]}. {error.next_step}."
    return Tile(
        image_id=str(view.ids[row]),
        picture=picture,
        problem=problem,
        words=words_of(view, row),
        excluded=bool(cohort.images["excluded"].iat[row]),
    )


@lru_cache(maxsize=16)
def _thumbnails(directory: Path) -> Thumbnails:
    return Thumbnails(directory)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="sgus-gallery")


@lru_cache(maxsize=1)
def _ahead() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="sgus-gallery-ahead")
