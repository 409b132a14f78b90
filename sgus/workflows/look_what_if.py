"""What the model would have said of the same gland with another gain, focus, device or crop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView


@dataclass(frozen=True)
class Answer:
    """What the model says of one variation; the first one is the picture as it is.

    Attributes:
        what: `as it is`, `gain`, `blur`, `handheld`, `crop` or `shift`.
        strength: As a person reads it, such as `+3 dB`.
        value: The same as a number in the unit of `strength`.
        p: Four grade probabilities.
        predicted: The most probable grade.
        log_odds: Of the upper grade of the boundary against the lower.
        holds: The predicted grade is that of the picture as it is.
        same_side: It is on the same side of the boundary (log-odds of the same sign).
    """

    what: str
    strength: str
    value: float
    p: tuple[float, float, float, float]
    predicted: int
    log_odds: float
    holds: bool
    same_side: bool


@dataclass(frozen=True)
class WhatIf:
    """How stable a call is.

    Attributes:
        image_id: The image.
        answers: The picture as it is, then every variation.
        n: Variations, the picture as it is not counted.
        n_holding: Of these, how many keep the predicted grade.
        n_same_side: Of these, how many stay on the same side of the boundary.
        sentence: How stable the call is, in words.
        difference: Largest difference of a probability to the run's own prediction; None where
            the run has none of this image by this model.
        as_run: That difference is at most 1e-4.
        as_run_words: The same in words, with what may be the cause where it is not.
        model_words: Which model was asked, in words.
        synthetic: The image is simulated.
    """

    image_id: str
    answers: tuple[Answer, ...]
    n: int
    n_holding: int
    n_same_side: int
    sentence: str
    difference: float | None
    as_run: bool
    as_run_words: str
    model_words: str
    synthetic: bool

    @property
    def table(self) -> pd.DataFrame:
        """A row an answer: what, strength, value, p0 to p3, log_odds, predicted, holds."""
        raise NotImplementedError


def what_if(view: RunView, image_id: str, boundary: Boundary) -> WhatIf:
    """Vary the decoded picture inside its ultrasound area and ask the model each time.

    The model is the one of the fold by which the image was tested. About 0.5 s; kept by the hash
    of the file and of the model.

    Args:
        view: The run; its cohort has to be at hand.
        image_id: An image of its test part (or, of a run of one fold, its validation part).
        boundary: Whose log-odds are told.

    Raises:
        RunError: The image was learnt from or is not in the run, or its model was not kept.
        CohortError: The cohort is not at hand, or the file was changed.
        ImageError: The file cannot be read.
    """
    raise NotImplementedError
