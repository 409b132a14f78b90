"""An installed model grades the images that people read, so that it can stand among the readers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from sgus.core.errors import CohortError, SgusError
from sgus.core.grades import GRADES
from sgus.core.region import Region
from sgus.stats.agreement.panel import MISSING
from sgus.workflows.cohorts import read_rows
from sgus.workflows.observer_images import read_item
from sgus.workflows.observer_models import ModelReadings
from sgus.workflows.observers import Observed

if TYPE_CHECKING:
    from sgus.images.decode import DecodedImage
    from sgus.workflows.grading import GradedImage

_MODEL: Final = "model"


class Grades(Protocol):
    """What is asked of a loaded model."""

    def grade(
        self, image: DecodedImage, *, region: Region | None = None, cams: bool = True
    ) -> GradedImage:
        """Grade one picture."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a model said of one image.

    Attributes:
        grade: Its grade, or None where it could not grade the image.
        learnt: It learnt from this very file.
        error: Why there is no grade, or "".
    """

    grade: int | None
    learnt: bool = False
    error: str = ""


Answers = MutableMapping[str, Answer]


def known_images(observed: Observed, learnt_from: Collection[str]) -> list[str]:
    """Images whose very file a model learnt from.

    Args:
        observed: The readings.
        learnt_from: SHA-256 of the files it learnt from.
    """
    learnt = set(learnt_from)
    hashes = observed.item_attributes.get("sha256", ())
    return [
        item
        for item, digest in zip(observed.panel.items, hashes, strict=False)
        if digest and digest in learnt
    ]


def check_scale(observed: Observed) -> None:
    """Refuse readings on a scale that no model grades on.

    Raises:
        CohortError: The scale is not that of OMERACT.
    """
    if observed.panel.scale != GRADES:
        said = ", ".join(map(str, observed.panel.scale))
        cause = f"its scale is {said}, and models grade {GRADES[0]} to {GRADES[-1]}"
        raise CohortError(observed.name, cause, "Give predictions on the scale of the readers")


def grade_items(
    model: Grades, observed: Observed, root: Path, *, answers: Answers, skip: Collection[str] = ()
) -> Iterator[int]:
    """Grade what has no answer yet; one bad file stops nothing.

    Args:
        model: Grades pictures; it finds the ultrasound region where the cohort names none.
        observed: The readings.
        root: The cohort on disk.
        answers: Image to answer; filled in place, so that an interrupted run goes on.
        skip: Images not to be graded, such as those the model learnt from.

    Yields:
        How many of the images have an answer, after each one.
    """
    regions = _regions(root)
    left_out = set(skip)
    wanted = [item for item in observed.panel.items if item not in left_out]
    done = sum(item in answers for item in wanted)
    for item in wanted:
        if item in answers:
            continue
        answers[item] = _asked(model, observed, root, item, regions.get(item))
        done += 1
        yield done


def _asked(
    model: Grades, observed: Observed, root: Path, item: str, region: Region | None
) -> Answer:
    try:
        graded = model.grade(read_item(root, observed, item), region=region, cams=False)
    except SgusError as error:
        return Answer(None, error=f"{error.cause}. {error.next_step}.")
    return Answer(graded.grade, learnt=graded.learnt)


def _regions(root: Path) -> dict[str, Region]:
    """Ultrasound region of each image, where the cohort names one."""
    rows = read_rows(root / "images.csv")
    return {row["image_id"]: Region.parse(row["region"]) for row in rows if row.get("region")}


def answered_readings(
    name: str, observed: Observed, answers: Answers, *, known: Collection[str], identity: str
) -> ModelReadings:
    """The answers as readings of one more reader.

    Args:
        name: Of the model.
        observed: The readings of people.
        answers: Of the model.
        known: Images it learnt from, left out and counted.
        identity: Hash that tells this model from others.

    Raises:
        CohortError: It learnt from all of the images, or could grade none of the others.
    """
    panel = observed.panel
    learnt = {item for item in panel.items if item in answers and answers[item].learnt}
    learnt |= set(known)
    codes = np.full(panel.n_items, MISSING, dtype=np.int8)
    errors = []
    for place, item in enumerate(panel.items):
        answer = answers.get(item)
        if answer is None or item in learnt:
            continue
        if answer.grade is None:
            errors.append(f"{item}: {answer.error}")
        else:
            codes[place] = panel.scale.index(answer.grade)
    n_matched = int((codes != MISSING).sum())
    if not n_matched:
        raise CohortError(name, *_none_left(len(learnt), errors))
    return ModelReadings(
        name=name if name not in panel.readers else f"{name} ({_MODEL})",
        codes=codes,
        n_matched=n_matched,
        n_without=panel.n_items - n_matched,
        n_other=0,
        n_learnt=len(learnt),
        n_ungraded=len(errors),
        notes=tuple(_notes(n_matched, panel.n_items, len(learnt), errors)),
        sha256=identity,
    )


def _none_left(n_learnt: int, errors: list[str]) -> tuple[str, str]:
    if errors:
        return f"none of the images could be graded; {errors[0]}", "Check the cohort"
    return (
        f"the model learnt from all of the {n_learnt} images that were read: its grades of them "
        "would show memory, not skill",
        "Choose another model, or give out-of-fold predictions of a run",
    )


def _notes(n_matched: int, n_items: int, n_learnt: int, errors: list[str]) -> Iterator[str]:
    yield f"{n_matched} of {n_items} images that were read have its grade"
    if n_learnt:
        yield f"{n_learnt} images were left out: the model learnt from them"
    if errors:
        yield f"{len(errors)} images could not be graded, such as {errors[0]}"
