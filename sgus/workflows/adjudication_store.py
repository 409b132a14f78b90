"""The ledger of a cohort beside the cohort itself: what the workflows of adjudication share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.info import INFO_FILE
from sgus.cohort.manifest import IMAGES_FILE, Cohort, load_cohort
from sgus.cohort.ratings import RATINGS_FILE
from sgus.core.errors import CohortError, ImageError
from sgus.core.files import sha256_file
from sgus.core.grades import N_GRADES
from sgus.review.entry import Entry
from sgus.review.form import LedgerError
from sgus.review.ledger import LEDGER_FILE, Ledger
from sgus.review.queue import QueueLog, person_key, person_name, queue_log
from sgus.stats.agreement.panel import MISSING
from sgus.stats.consensus.median import median_of_votes
from sgus.workflows.cohort_gallery import image_file

_TABLES: Final = (INFO_FILE, IMAGES_FILE, RATINGS_FILE)


def open_ledger(cohort_dir: Path) -> Ledger:
    """The ledger of a cohort, made where there is none.

    Raises:
        CohortError: There is no cohort.
        LedgerError: The ledger is damaged, of another version, or cannot be made.
    """
    if not (cohort_dir / INFO_FILE).is_file():
        raise CohortError(cohort_dir.name, "this is no cohort", "Give a cohort directory")
    return Ledger(cohort_dir / LEDGER_FILE)


def entries_of(cohort_dir: Path, queue: str | None = None) -> list[Entry]:
    """The entries of a cohort's ledger; none where there is no ledger, which is not made."""
    if not (cohort_dir / LEDGER_FILE).is_file():
        return []
    return open_ledger(cohort_dir).entries(queue)


def log_of(cohort_dir: Path, queue: str) -> QueueLog:
    """The state of a queue.

    Raises:
        LedgerError: There is no such queue.
    """
    return queue_log(entries_of(cohort_dir, queue), queue)


def name_of(cohort_dir: Path, who: str) -> str:
    """A person's name as the ledger spells it.

    Raises:
        LedgerError: It is no name.
    """
    path = cohort_dir / LEDGER_FILE
    return person_name(who, open_ledger(cohort_dir).people() if path.is_file() else ())


def cohort_of(cohort_dir: Path) -> Cohort:
    """A cohort, read again only when one of its tables changes. Its tables are not to be changed.

    Raises:
        CohortError: It breaks the data contract.
    """
    state = tuple(_state(cohort_dir / name) for name in _TABLES)
    return _loaded(cohort_dir.resolve(), state)


@lru_cache(maxsize=8)
def _loaded(root: Path, state: tuple[tuple[int, int], ...]) -> Cohort:
    return load_cohort(root)


def _state(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


def row_of(cohort: Cohort, image_id: str) -> int:
    """Row of an image.

    Raises:
        LedgerError: The cohort has none of this id.
    """
    found = (cohort.images["image_id"] == image_id).to_numpy().nonzero()[0]
    if found.size != 1:
        raise LedgerError(f"image {image_id}", "it is not in the cohort", "Check its id")
    return int(found[0])


def hash_now(cohort: Cohort, row: int) -> str:
    """SHA-256 of an image's file as it is now; "" where it cannot be read."""
    try:
        return sha256_file(image_file(cohort, row))
    except (OSError, ImageError):
        return ""


def reader_votes(cohort: Cohort, *, without: str = "") -> Mapping[str, NDArray[np.int64]]:
    """How many readers gave each grade, each counted by the first reading with a grade.

    Args:
        cohort: The cohort.
        without: A person whose own readings do not count, should they be one of the readers.

    Returns:
        Image id to `(4,)` counts; an image that nobody read is not in it.
    """
    ratings = cohort.ratings
    if ratings is None:
        return {}
    keys = ratings["rater_id"].map(lambda rater: person_key(str(rater)))
    mine = ratings.loc[ratings["grade"].notna() & (keys != person_key(without))]
    order = pd.to_numeric(mine["reading"], errors="coerce").fillna(np.inf)
    first = mine.assign(order=order).sort_values("order", kind="stable")
    first = first.drop_duplicates(["image_id", "rater_id"])
    counts: dict[str, NDArray[np.int64]] = {}
    for image, grade in zip(first["image_id"], first["grade"], strict=True):
        counts.setdefault(str(image), np.zeros(N_GRADES, dtype=np.int64))[int(grade)] += 1
    return counts


def median_vote(votes: NDArray[np.int64]) -> int | None:
    """The median of the readers, the lower of two middle grades; None without a reading."""
    code = int(median_of_votes(votes[None], tie="lower")[0])
    return None if code == MISSING else code


def reference_of(cohort: Cohort, row: int) -> int | None:
    """The grade of images.csv; None where there is none."""
    said = str(cohort.images["grade"].iat[row])
    return None if said == str(pd.NA) else int(said)
