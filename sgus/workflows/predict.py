"""Grading many files: one after the other, whatever is wrong with some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sgus.core.errors import SgusError
from sgus.core.files import sha256_file
from sgus.images.decode import read_image
from sgus.workflows.grading import GradedImage, Grader
from sgus.workflows.wanted import Wanted


@dataclass(frozen=True, eq=False)
class Prediction:
    """The result for one file: either `graded` or `error` is there.

    Attributes:
        image: Name of the file as it was given.
        sha256: Hash of its bytes; empty when it could not be read.
        graded: What the model says.
        error: Why there is none, a sentence.
    """

    image: str
    sha256: str = ""
    graded: GradedImage | None = None
    error: str = ""


def predict(
    grader: Grader, wanted: Iterable[Wanted], *, cams: bool = False
) -> Iterator[Prediction]:
    """Grade one file after the other; a file that cannot be graded does not stop the rest."""
    for item in wanted:
        yield _predict_one(grader, item, cams=cams)


def _predict_one(grader: Grader, item: Wanted, *, cams: bool) -> Prediction:
    if item.path is None:
        return Prediction(item.name, error=item.problem)
    try:
        graded = grader.grade(read_image(item.path), cams=cams)
    except SgusError as error:
        return Prediction(item.name, sha256=_hash(item.path), error=str(error))
    return Prediction(item.name, sha256=graded.sha256, graded=graded)


def _hash(path: Path) -> str:
    try:
        return sha256_file(path)
    except OSError:  # missing or not a file: the error of the decoder has said so
        return ""
