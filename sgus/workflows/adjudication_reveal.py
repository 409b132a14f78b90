"""After the decision: what readers, the reference and a model said. Each look is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import GRADES
from sgus.review.entry import Draft, Entry, Phase
from sgus.review.form import LedgerError
from sgus.review.queue import QueueLog, person_key, queue_log
from sgus.workflows.adjudication_store import (
    cohort_of,
    entries_of,
    log_of,
    median_vote,
    name_of,
    open_ledger,
    reader_votes,
    reference_of,
    row_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from sgus.cohort.manifest import Cohort
    from sgus.review.learning import LearningCurve

_WHOLE: Final = (
    "decided", "reference", "readers_median", "model", "first", "second",
)  # fmt: skip


@dataclass(frozen=True)
class TrainingAnswer:
    """What the readers said of a training case, after it was graded.

    Attributes:
        given: The grade that the trainee gave; None where they could not grade it.
        consensus: Median of the readers (the lower of two middle grades), the trainee's own
            readings left out; the reference grade where nobody else read the image.
        source: `readers` or `reference`.
        votes: Readers who gave each grade, `(n0, n1, n2, n3)`.
        image_id: Which image it was: blinding ends here.
    """

    given: int | None
    consensus: int
    source: str
    votes: tuple[int, ...]
    image_id: str


def reveal(
    cohort_dir: Path, queue: str, *, who: str, phase: Phase, model: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """What others said of the images that this person decided; this is written down.

    From now on these decisions cannot be taken back, and a decision of this person on one of
    these images in another queue is marked as not blind.

    Args:
        cohort_dir: The cohort.
        queue: Name of the queue.
        who: The person.
        phase: Of their decisions.
        model: Image id to predicted grade, of a run the page chose.

    Returns:
        A row a decided image: `position, image_id, patient_id, gland, decided, confidence,
        reason, reference, readers_median, n_readers, votes0 ... votes3, model, changes` (whether
        the decision differs from the reference); in `consensus` also `first` and `second`.
        Nullable integers; empty where nothing is known. No row where nothing was decided.

    Raises:
        LedgerError: There is no such queue.
    """
    import pandas as pd

    log = log_of(cohort_dir, queue)
    decisions = log.decisions(phase, who=name_of(cohort_dir, who))
    rows = _rows(cohort_dir, log, decisions, model=model or {})
    _write(cohort_dir, log, [str(e.image_id) for e in decisions], who=who, phase=phase, model=model)
    columns = [
        "position", "image_id", "patient_id", "gland", "decided", "confidence", "reason",
        "reference", "readers_median", "n_readers", *(f"votes{grade}" for grade in GRADES),
        "model", "changes", *(("first", "second") if phase == "consensus" else ()),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({name: "Int64" for name in _WHOLE if name in columns}).astype(
        {"changes": "boolean"}
    )


def _rows(
    cohort_dir: Path, log: QueueLog, decisions: Sequence[Entry], *, model: Mapping[str, int]
) -> list[dict[str, Any]]:
    cohort = cohort_of(cohort_dir)
    of_readers = reader_votes(cohort)
    rows: list[dict[str, Any]] = []
    for entry in decisions:
        image = str(entry.image_id)
        at = row_of(cohort, image)
        votes = of_readers.get(image, np.zeros(len(GRADES), dtype=np.int64))
        reference = reference_of(cohort, at)
        first, second = log.decision("first", image), log.decision("second", image)
        known = reference is not None and entry.grade is not None
        rows.append(
            {
                "position": log.order(entry.phase or "first").index(image) + 1,
                "image_id": image,
                "patient_id": str(cohort.images["patient_id"].iat[at]),
                "gland": str(cohort.images["gland"].iat[at]),
                "decided": entry.grade,
                "confidence": entry.confidence,
                "reason": entry.reason,
                "reference": reference,
                "readers_median": median_vote(votes),
                "n_readers": int(votes.sum()),
                **{f"votes{grade}": int(votes[grade]) for grade in GRADES},
                "model": model.get(image),
                "changes": entry.grade != reference if known else None,
                "first": first.grade if first else None,
                "second": second.grade if second else None,
            }
        )
    return rows


def reveal_case(cohort_dir: Path, queue: str, *, who: str, token: str) -> TrainingAnswer:
    """The readers' answer to a training case that this person has graded; this is written down.

    Raises:
        LedgerError: They have not graded it, or the queue is not for training.
    """
    log = log_of(cohort_dir, queue)
    name = name_of(cohort_dir, who)
    image = log.image_of("training", token)
    entry = log.decision("training", image, who=name)
    if not log.training or entry is None:
        raise LedgerError("the case", "it was not graded in training", "Grade it first")
    cohort = cohort_of(cohort_dir)
    answer = _answer(cohort, entry, of_readers=reader_votes(cohort, without=entry.who))
    _write(cohort_dir, log, [image], who=name, phase="training", model=None)
    return answer


def _answer(
    cohort: Cohort, entry: Entry, *, of_readers: Mapping[str, NDArray[np.int64]]
) -> TrainingAnswer:
    """The consensus that a trainee is compared with; `make_queue` saw to it that there is one."""
    image = str(entry.image_id)
    votes = of_readers.get(image)
    median = None if votes is None else median_vote(votes)
    reference = reference_of(cohort, row_of(cohort, image))
    if median is None and reference is None:
        cause = "its readings and its grade were taken out of the cohort"
        raise LedgerError(f"image {image}", cause, "Put them back")
    return TrainingAnswer(
        given=entry.grade,
        consensus=median if median is not None else int(reference or 0),
        source="reference" if median is None else "readers",
        votes=(0,) * len(GRADES) if votes is None else tuple(map(int, votes)),
        image_id=image,
    )


def _write(
    cohort_dir: Path,
    log: QueueLog,
    images: Sequence[str],
    *,
    who: str,
    phase: Phase,
    model: Mapping[str, int] | None,
) -> None:
    """Write a look down, unless all of it was seen before."""
    name = name_of(cohort_dir, who)
    draft = Draft(
        name,
        "reveal",
        log.name,
        phase,
        manifest_hash=cohort_of(cohort_dir).manifest_hash,
        saw={"images": sorted(images), "model": model is not None},
    )

    def write(entries: Sequence[Entry]) -> Draft | Entry:
        now = queue_log(entries, log.name)
        if {(person_key(name), image) for image in images} <= now.revealed:
            return entries[-1]
        return draft

    if images:
        open_ledger(cohort_dir).write(log.name, write)


def learning_curve_of(cohort_dir: Path, who: str, *, seed: int = 0) -> LearningCurve:
    """How a reader's grades in training came to agree with the consensus of the readers.

    Every training decision that stands, of all training queues, in the order it was made; an
    image met again counts again. Cases they could not grade are left out and counted.

    Args:
        cohort_dir: The cohort.
        who: The reader.
        seed: Of the resamples of patients.
    """
    from sgus.review.learning import learning_curve
    from sgus.review.settle import logs

    name = name_of(cohort_dir, who)
    mine = sorted(
        (
            entry
            for log in logs(entries_of(cohort_dir))
            for entry in log.decisions("training", who=name)
        ),
        key=lambda entry: entry.number,
    )
    graded = [entry for entry in mine if entry.grade is not None]
    cohort = cohort_of(cohort_dir)
    rows = [row_of(cohort, str(entry.image_id)) for entry in graded]
    of_readers = reader_votes(cohort, without=name)
    answers = [_answer(cohort, entry, of_readers=of_readers) for entry in graded]
    patients = [
        # An image whose patient is not named is its own unit, and the curve says so.
        str(cohort.images["patient_id"].iat[row]) or f"image {row}"
        for row in rows
    ]
    return learning_curve(
        np.array([entry.grade for entry in graded], dtype=np.int64),
        np.array([answer.consensus for answer in answers], dtype=np.int64),
        patients=np.array(patients, dtype=np.str_),
        unit=cohort.info.patient_unit,
        n_not_graded=len(mine) - len(graded),
        seed=seed,
    )
