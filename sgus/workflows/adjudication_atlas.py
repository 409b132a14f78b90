"""The atlas beside a blinded case: typical examples of each grade, of other patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sgus.cohort.manifest import Cohort
from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes
from sgus.core.grades import GRADES
from sgus.review.queue import QueueLog, queue_log
from sgus.review.settle import settle
from sgus.workflows.adjudication_pictures import ShownPicture, shown_picture
from sgus.workflows.adjudication_store import cohort_of, entries_of, reader_votes, reference_of

Votes = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class AtlasPicture:
    """A reference example of a grade, from a patient of whom the queue has no image.

    Attributes:
        image_id: Which image; it goes into what the adjudicator `saw`, under `atlas`.
        grade: Its reference grade.
        gland: `parotid`, `submandibular` or "".
        picture: PNG bytes, prepared as a case's.
        width_px: Columns.
        height_px: Rows.
        spacing_mm: Size of a pixel; None where not known.
        synthetic: The image is a phantom.
        why: Why it is typical, in words: how many readers agree.
    """

    image_id: str
    grade: int
    gland: str
    picture: bytes
    width_px: int
    height_px: int
    spacing_mm: float | None
    synthetic: bool
    why: str


def atlas(
    cohort_dir: Path, queue: str, *, per_grade: int = 3
) -> dict[int, tuple[AtlasPicture, ...]]:
    """Typical examples of each grade, none of them of a patient who has an image in the queue.

    Typical is where the largest share of readers gave the reference grade, and at least half of
    them; where nobody read it, the reference alone speaks. What an earlier queue settled
    otherwise is left out. The same for everybody and at any time while the cohort is the same.

    Args:
        cohort_dir: The cohort.
        queue: Name of the queue.
        per_grade: Most pictures of a grade.

    Returns:
        Grade to its pictures, both glands in turn, a patient once in a grade; empty where no
        example is left. An image whose patient is not named may be of a patient of the queue,
        and is left out; so is one that cannot be read or is not the file that was imported.

    Raises:
        LedgerError: There is no such queue.
    """
    cohort = cohort_of(cohort_dir)
    entries = entries_of(cohort_dir)
    log = queue_log(entries, queue)
    before = settle([entry for entry in entries if entry.number < log.made.number])
    settled = {made.image_id: made.grade for made in before}
    votes = reader_votes(cohort)
    rows = _candidates(cohort, log, votes=votes)
    found: dict[int, tuple[AtlasPicture, ...]] = {}
    for grade in GRADES:
        of_grade = [
            row
            for row in rows
            if reference_of(cohort, row) == grade and settled.get(_id(cohort, row), grade) == grade
        ]
        examples = _examples(cohort, _in_turn(cohort, of_grade), votes=votes)
        found[grade] = tuple(islice(examples, per_grade))
    return found


def _id(cohort: Cohort, row: int) -> str:
    return str(cohort.images["image_id"].iat[row])


def _candidates(cohort: Cohort, log: QueueLog, *, votes: Votes) -> list[int]:
    """Rows that may stand in the atlas, the most typical first."""
    images = cohort.images
    queued = images["image_id"].isin(list(log.images))
    patients = set(images.loc[queued, "patient_id"])
    free = ~queued & ~images["excluded"] & images["grade"].notna()
    free &= (images["patient_id"] != "") & ~images["patient_id"].isin(patients)
    free &= ~images["sha256"].isin(list(log.images.values()))  # the same picture twice
    agreeing = {
        int(row): _agreeing(cohort, int(row), votes=votes) for row in free.to_numpy().nonzero()[0]
    }
    typical = [row for row, (same, n) in agreeing.items() if 2 * same >= n]

    def order(row: int) -> tuple[float, int, str]:
        same, n = agreeing[row]
        # The hash is a fixed order that has nothing to do with how images were named.
        return -(same / n if n else 0.0), -n, sha256_bytes(_id(cohort, row).encode())

    return sorted(typical, key=order)


def _agreeing(cohort: Cohort, row: int, *, votes: Votes) -> tuple[int, int]:
    """Readers who gave the reference grade, and readers in all."""
    counts = votes.get(_id(cohort, row))
    grade = reference_of(cohort, row)
    return (0, 0) if counts is None or grade is None else (int(counts[grade]), int(counts.sum()))


def _in_turn(cohort: Cohort, rows: Sequence[int]) -> list[int]:
    """One row a patient, glands in turn, the most typical of each first."""
    seen: set[str] = set()
    of_gland: dict[str, list[int]] = {}
    for row in rows:
        patient = str(cohort.images["patient_id"].iat[row])
        if patient not in seen:
            seen.add(patient)
            of_gland.setdefault(str(cohort.images["gland"].iat[row]), []).append(row)
    longest = max(map(len, of_gland.values()), default=0)
    lists = [of_gland[gland] for gland in sorted(of_gland)]
    return [mine[at] for at in range(longest) for mine in lists if at < len(mine)]


def _examples(cohort: Cohort, rows: Sequence[int], *, votes: Votes) -> Iterator[AtlasPicture]:
    """Those that can be shown: one file that is gone must not keep a whole queue from its cases."""
    for row in rows:
        try:
            shown = shown_picture(cohort, row)
        except ImageError:
            continue
        if str(cohort.images["sha256"].iat[row]) in ("", shown.sha256):
            yield _example(cohort, row, shown, votes=votes)


def _example(cohort: Cohort, row: int, shown: ShownPicture, *, votes: Votes) -> AtlasPicture:
    grade = reference_of(cohort, row)
    same, n = _agreeing(cohort, row, votes=votes)
    said = f"{same} of {n} readers gave this grade" if n else "reference grade, no readers known"
    return AtlasPicture(
        image_id=_id(cohort, row),
        grade=-1 if grade is None else grade,
        gland=str(cohort.images["gland"].iat[row]),
        picture=shown.data,
        width_px=shown.width_px,
        height_px=shown.height_px,
        spacing_mm=shown.spacing_mm,
        synthetic=shown.synthetic,
        why=said,
    )
