"""What the model would have said of the same gland with another gain, focus, device or crop."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import CohortError
from sgus.core.grades import GRADES, most_probable_grade
from sgus.images.decode import DecodedImage, read_image
from sgus.images.geometry import network_window, prepare
from sgus.images.perturb import AS_IT_IS, VARIATIONS, Varied
from sgus.workflows.cohort_gallery import image_file, region_of
from sgus.workflows.look_common import HeldOut, cohort_of_view, held_out, model_at, row_of

if TYPE_CHECKING:
    import pandas as pd

    from sgus.core.region import Region
    from sgus.nn.model_files import LoadedModel
    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

SAME: Final = 1e-4
"""Difference of a probability up to which two computations in float32 say the same."""
_THREADS: Final = 2
_KEPT: Final = 256

Floats = NDArray[np.float64]
_memory: OrderedDict[tuple[str, str, str], Floats] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Answer:
    """What the model says of one variation; the first one is the picture as it is.

    Attributes:
        what: `as it is`, `gain`, `blur`, `handheld`, `crop` or `shift`.
        strength: As a person reads it, such as `+3 dB`; "" for the picture as it is.
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
        difference: Largest difference of a probability to the run's own prediction.
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
    difference: float
    as_run: bool
    as_run_words: str
    model_words: str
    synthetic: bool

    @property
    def table(self) -> pd.DataFrame:
        """A row an answer: its fields, the probabilities as p0 to p3."""
        import pandas as pd

        rows = []
        for one in self.answers:
            p = {f"p{grade}": one.p[grade] for grade in GRADES}
            row = {"what": one.what, "strength": one.strength, "value": one.value, **p}
            row |= {"log_odds": one.log_odds, "predicted": one.predicted}
            rows.append(row | {"holds": one.holds, "same_side": one.same_side})
        return pd.DataFrame(rows)


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
    held = held_out(view, image_id)
    cohort = cohort_of_view(view)
    row = row_of(cohort, image_id)
    region = region_of(cohort, row)
    if region is None:
        raise CohortError(image_id, "it has no ultrasound region", "Run the check verb")
    image = read_image(image_file(cohort, row))
    if image.sha256 != cohort.images["sha256"].iat[row]:
        cause = "the file is not the one that was imported (its sha256 differs)"
        raise CohortError(image_id, cause, "Put the imported file back, or import again")
    p = _probabilities(image, region, model_at(held.model))
    answers = _answers(p, boundary)
    n_holding = sum(one.holds for one in answers[1:])
    n_same_side = sum(one.same_side for one in answers[1:])
    difference = float(np.abs(p[0] - held.p).max())
    return WhatIf(
        image_id=image_id,
        answers=answers,
        n=len(answers) - 1,
        n_holding=n_holding,
        n_same_side=n_same_side,
        sentence=_sentence(answers, boundary, n_holding, n_same_side),
        difference=difference,
        as_run=difference <= SAME,
        as_run_words=_as_run_words(difference),
        model_words=_model_words(held),
        synthetic=cohort.info.synthetic,
    )


def _probabilities(image: DecodedImage, region: Region, loaded: LoadedModel) -> Floats:
    """`(1 + n_variations, 4)`, the picture as it is first; kept for the pictures asked last."""
    key = (image.sha256, region.text(), loaded.info.weights_sha256)
    with _lock:
        if key in _memory:
            _memory.move_to_end(key)
            return _memory[key]
    p = _asked(image, region, loaded)
    with _lock:
        _memory[key] = p
        while len(_memory) > _KEPT:
            _memory.popitem(last=False)
    return p


def _asked(image: DecodedImage, region: Region, loaded: LoadedModel) -> Floats:
    import torch

    from sgus.train.predict import predict_probabilities

    height, width = loaded.info.network.height, loaded.info.network.width
    region = region.clip(image.pixels.shape[1], image.pixels.shape[0])
    window = network_window(region, height=height, width=width)
    varied = Varied(image.pixels, region, window=window)

    def seen(at: int) -> NDArray[np.uint8]:
        pixels, area = varied.by((AS_IT_IS, *VARIATIONS)[at])
        return prepare(pixels, area, height=height, width=width).pixels

    with ThreadPoolExecutor(_THREADS) as pool:
        batch = np.stack(list(pool.map(seen, range(1 + len(VARIATIONS)))))
    return predict_probabilities(loaded.network, torch.from_numpy(batch)[:, None])[0]


def _answers(p: Floats, boundary: Boundary) -> tuple[Answer, ...]:
    predicted = most_probable_grade(p)
    log_odds = boundary.log_odds(p)
    return tuple(
        Answer(
            what=variation.what,
            strength=variation.strength,
            value=variation.value,
            p=(float(row[0]), float(row[1]), float(row[2]), float(row[3])),
            predicted=int(grade),
            log_odds=float(odds),
            holds=bool(grade == predicted[0]),
            same_side=bool((odds > 0) == (log_odds[0] > 0)),
        )
        for variation, row, grade, odds in zip(
            (AS_IT_IS, *VARIATIONS), p, predicted, log_odds, strict=True
        )
    )


def _sentence(
    answers: tuple[Answer, ...], boundary: Boundary, n_holding: int, n_same_side: int
) -> str:
    n, grade = len(answers) - 1, answers[0].predicted
    side = boundary.upper if answers[0].log_odds > 0 else boundary.lower
    said = f"The call (grade {grade}) holds in {n_holding} of {n} variations; "
    said += f"between {boundary.lower} and {boundary.upper} it stays on the side of {side} in "
    said += f"{n_same_side} of {n}."
    turned = OrderedDict.fromkeys(one.what for one in answers[1:] if not one.holds)
    return f"{said} It changes with: {', '.join(turned)}." if turned else said


def _as_run_words(difference: float) -> str:
    if difference <= SAME:
        return "As it is, the picture gives the run's own probabilities (within 0.0001)."
    return (
        f"As it is, the picture gives other probabilities than the run wrote down (by up to "
        f"{difference:.4f}): its model was stored in half precision, or the model or the "
        "prediction table was changed since."
    )


def _model_words(held: HeldOut) -> str:
    return f"Asked: {held.words}."
