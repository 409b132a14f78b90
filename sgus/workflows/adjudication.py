"""Settling contested grades: queues, blinded cases, decisions, what follows from them.

Everything lives in the ledger of a cohort (`COHORT/adjudication.sqlite`); a page that is loaded
again, or a server that was restarted, asks `next_case` and goes on where the person stopped.

An adjudication queue has three phases. `first`: one person decides every image, blinded.
`second`: another does the same, blinded also to the first. `consensus`: the images on which the
two differ, with both opinions in view. A training queue has the phase `training`, open to
anybody, each for themselves: after each case the consensus of the readers is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgus.review.entry import Entry, Phase

if TYPE_CHECKING:
    import pandas as pd

    from sgus.review.ledger import Ledger


@dataclass(frozen=True, eq=False)
class BlindCase:
    """An image as an adjudicator sees it: nothing that tells whose it is or what others said.

    Attributes:
        position: Its place in this phase, from 1.
        n: Images of this phase (of `consensus`: those on which the two differ).
        token: Names the case to `decide` and `mark_shown`, and says nothing of the image.
        picture: PNG bytes of the ultrasound area, text masked; a phantom's carries the strip
            SYNTHETIC PHANTOM below it.
        width_px: Columns of the picture.
        height_px: Rows of the picture, the strip included.
        spacing_mm: Size of a pixel; None where not known.
        synthetic: The image is a phantom.
    """

    position: int
    n: int
    token: str
    picture: bytes
    width_px: int
    height_px: int
    spacing_mm: float | None
    synthetic: bool


@dataclass(frozen=True, eq=False)
class AtlasPicture:
    """A reference example of a grade, from a patient of whom the queue has no image.

    Attributes:
        image_id: Which image; it goes into what the adjudicator `saw`.
        grade: Its reference grade.
        gland: `parotid`, `submandibular` or "".
        picture: PNG bytes, prepared as a case's.
        width_px: Columns.
        height_px: Rows.
        spacing_mm: Size of a pixel; None where not known.
        synthetic: The image is a phantom.
        why: Why it is typical, in words: how many readings agree.
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


@dataclass(frozen=True)
class QueueState:
    """A queue and how far it has come.

    Attributes:
        name: Its name.
        n: Images.
        training: It is for training readers and settles nothing.
        boundary: `0/1`, `1/2`, `2/3`, or "" where it is about none.
        words: Why these images, as its maker said (a closed word list of the page).
        made_by: Who made it.
        at: When, UTC.
        first: Who decides first; None while nobody has decided.
        second: Who decides second; None while nobody has.
        done: Images decided, by phase and person: `{("first", "Anna"): 7}`.
        differing: Images on which first and second differ.
        settled: Images with a grade both gave, or a consensus.
        finished: Both have decided all images and every difference is settled.
    """

    name: str
    n: int
    training: bool
    boundary: str
    words: str
    made_by: str
    at: str
    first: str | None
    second: str | None
    done: Mapping[tuple[Phase, str], int]
    differing: int
    settled: int
    finished: bool


@dataclass(frozen=True)
class Opinion:
    """What one of the two said of an image that goes to consensus.

    Attributes:
        who: The adjudicator.
        grade: 0 to 3; None where they could not grade it.
        confidence: `low`, `medium` or `high`.
        items: Items of the form that they filled in.
        reason: Reason code, or "".
    """

    who: str
    grade: int | None
    confidence: str
    items: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class TrainingAnswer:
    """What the readers said of a training case, after it was graded.

    Attributes:
        given: The grade that the trainee gave; None where they could not grade it.
        consensus: Median of the readers (the lower of two middle grades), or the reference grade
            where nobody else read the image.
        source: `readers` or `reference`.
        votes: Readings of each grade, `(n0, n1, n2, n3)`.
    """

    given: int | None
    consensus: int
    source: str
    votes: tuple[int, int, int, int]


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: The file.
        n_rows: Readings in it.
        n_images: Images in it.
        n_changed: Decisions left out because the image file has changed since.
        raters: The `rater_id`s in it.
        sha256: Of the file.
    """

    path: Path
    n_rows: int
    n_images: int
    n_changed: int
    raters: tuple[str, ...]
    sha256: str


def open_ledger(cohort_dir: Path) -> Ledger:
    """The ledger of a cohort, made where there is none.

    Raises:
        LedgerError: It is damaged, or of another version.
    """
    raise NotImplementedError


def make_queue(
    cohort_dir: Path,
    name: str,
    *,
    image_ids: Sequence[str],
    who: str,
    boundary: str = "",
    words: str = "",
    seed: int = 0,
    training: bool = False,
) -> QueueState:
    """Put images into a queue, each adjudicator's order shuffled by the seed.

    Args:
        cohort_dir: The cohort.
        name: A name no other queue has, 1 to 60 letters, digits, spaces and `-_.()/`.
        image_ids: Its images, each once; the order does not matter.
        who: Who makes it.
        boundary: `0/1`, `1/2`, `2/3`, or "".
        words: Why these images, at most 300 characters.
        seed: Of the orders.
        training: For training readers: nothing of it is ever settled or exported.

    Raises:
        LedgerError: The name is taken or not allowed, an image is unknown, excluded, without a
            patient's reference (training), or named twice, or there is none.
    """
    raise NotImplementedError


def queues(cohort_dir: Path) -> list[QueueState]:
    """All queues of a cohort, the newest first; none where there is no ledger."""
    raise NotImplementedError


def open_phases(cohort_dir: Path, queue: str, *, who: str) -> tuple[Phase, ...]:
    """The phases in which there is something left to do for a person, in their order.

    `first` and `second` are never both offered to one person: who has begun as one stays it.
    """
    raise NotImplementedError


def next_case(cohort_dir: Path, queue: str, *, who: str, phase: Phase) -> BlindCase | None:
    """The first image of a person's order that they have not decided; None when all are.

    Reading only: the same case comes until it is decided, and comes back when that is undone.

    Raises:
        LedgerError: The phase is not this person's, or there is no such queue.
        ImageError: The image cannot be read, or has changed since the queue was made.
    """
    raise NotImplementedError


def mark_shown(
    cohort_dir: Path,
    queue: str,
    *,
    who: str,
    phase: Phase,
    token: str,
    saw: Mapping[str, Any] | None = None,
) -> None:
    """Write down that a case is on screen; doing so again before it is decided writes nothing."""
    raise NotImplementedError


def decide(
    cohort_dir: Path,
    queue: str,
    *,
    who: str,
    phase: Phase,
    token: str,
    grade: int | None,
    confidence: str,
    items: Mapping[str, str] | None = None,
    reason: str = "",
    seconds: float | None = None,
    saw: Mapping[str, Any] | None = None,
) -> Entry:
    """Write a decision; when this returns, it is on disk.

    The same answer given twice (a key pressed twice, a page run again) is written once.

    Args:
        cohort_dir: The cohort.
        queue: Name of the queue.
        who: The adjudicator.
        phase: The phase.
        token: Of the `BlindCase`.
        grade: 0 to 3; None with the reason `not_gradable`.
        confidence: `low`, `medium` or `high`.
        items: Items of the form, `sgus.review.form.ITEMS`; any may be left out.
        reason: A code of `sgus.review.form.REASONS`, or "".
        seconds: How long the person looked; since `mark_shown` when None.
        saw: What the page showed: ids of atlas images, display settings. That the case was
            blinded, and the hash of the picture, is added here.

    Raises:
        LedgerError: Something is not on the form, the case is not open to this person, another
            answer was given already (undo it first), or the image file has changed.
    """
    raise NotImplementedError


def undo(cohort_dir: Path, queue: str, *, who: str, phase: Phase) -> Entry:
    """Take back the person's last decision of a phase, by a new entry; its case comes next.

    Raises:
        LedgerError: There is nothing to take back, or the answer was revealed since, so that a
            new decision would not be blind.
    """
    raise NotImplementedError


def opinions(cohort_dir: Path, queue: str, *, who: str, token: str) -> tuple[Opinion, Opinion]:
    """First and second opinion on a case of the phase `consensus`.

    Raises:
        LedgerError: The token is of no case on which the two differ.
    """
    raise NotImplementedError


def reveal(
    cohort_dir: Path, queue: str, *, who: str, phase: Phase, model: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """What others said of the images that this person decided; this is written down.

    Args:
        cohort_dir: The cohort.
        queue: Name of the queue.
        who: The person.
        phase: Of their decisions.
        model: Image id to predicted grade, of a run the page chose.

    Returns:
        A row a decided image: `position, image_id, patient_id, gland, decided, confidence,
        reason, reference, readers_median, n_readings, votes0..votes3, model, changes` (whether
        the decision differs from the reference); in `consensus` also `first` and `second`.
        Nullable integers; empty where nothing is known.

    Raises:
        LedgerError: There is no such queue.
    """
    raise NotImplementedError


def reveal_case(cohort_dir: Path, queue: str, *, who: str, token: str) -> TrainingAnswer:
    """The readers' answer to a training case that this person has graded; this is written down.

    Raises:
        LedgerError: They have not graded it, or the queue is not for training.
    """
    raise NotImplementedError


def atlas(
    cohort_dir: Path, queue: str, *, per_grade: int = 3
) -> dict[int, tuple[AtlasPicture, ...]]:
    """Typical examples of each grade, none of them of a patient who has an image in the queue.

    The same for everybody and at any time while cohort and queue are the same.

    Returns:
        Grade to its pictures, both glands in turn; empty where no example is left.
    """
    raise NotImplementedError


def settled(cohort_dir: Path) -> pd.DataFrame:
    """What adjudication says of each image, of all queues but those for training.

    Returns:
        `image_id, sha256, grade, source, first, second, entries, current, why`: `source` is
        `agreed`, `consensus` or `single` (one decided, the other has not yet), `first` and
        `second` their grades, `entries` the numbers in the ledger with `;` between them,
        `current` whether the image file is still the one that was seen, else `why` says so. The
        grade is empty where they found that it cannot be graded.
    """
    raise NotImplementedError


def adjudicated_grades(cohort_dir: Path, *, single: bool = True) -> dict[str, int]:
    """Image id to settled grade, of images whose file is still the one that was seen.

    Args:
        cohort_dir: The cohort.
        single: Whether the grade of one adjudicator alone counts.
    """
    raise NotImplementedError


def export_ratings(cohort_dir: Path, out: Path) -> Exported:
    """Write the decisions as a long table of ratings, which `agreement` reads.

    A row a reading: `adjudicator:NAME` for what each one said blinded, `adjudicated` for what was
    settled. Nothing of the cohort is changed.

    Raises:
        LedgerError: There is nothing to export, the file exists, or lies in the cohort.
    """
    raise NotImplementedError
