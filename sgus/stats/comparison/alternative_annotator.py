"""The alternative annotator test: may a model take the place of one of the readers?

Each reader is left out in turn, and the question is who stands closer to the readers who remain,
the model or the one left out. On each image the model has the advantage where it is at least as
close to them as the reader is; the reader likewise. The model wins against a reader when its
share of advantages is, beyond chance, above the reader's less a bonus `epsilon` for what a model
saves. It passes when it wins against half the readers or more.

References:
    Calderon, Reichart & Dror 2025, The Alternative Annotator Test for LLM-as-a-Judge,
    10.18653/v1/2025.acl-long.782 (arXiv 2501.10970). The clustering by patient is this project's
    addition: with one image a patient the p values are those of the paper's paired t-test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.core.rng import generator
from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.family import Agreement
from sgus.stats.agreement.panel import CodeArray, Panel
from sgus.stats.comparison.advantage import (
    AdvantageSigns,
    Alignment,
    advantage_family,
    advantage_signs,
)
from sgus.stats.comparison.false_discovery import rejected_by_benjamini_yekutieli
from sgus.stats.comparison.signed_rank import signed_rank_p_less

EPSILON_EXPERTS: Final = 0.2
"""The paper's bonus where the readers are experts (0.15 skilled, 0.1 crowd workers)."""
LEAST_FOR_T: Final = 30
"""Independent units below which the paper asks for a signed-rank test in place of the t-test."""
LEAST_READERS: Final = 3
"""Readers below which there is no consensus to be closer to."""
PASS_AT: Final = 0.5
_NO_SPREAD: Final = 1e-12  # rounding of sums, not spread

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class AgainstReader:
    """The model in the place of one reader.

    Attributes:
        reader: Who is left out.
        model_advantage: Share of the images on which the model is at least as close to the
            others as the reader is, or None without an image.
        reader_advantage: Share on which the reader is at least as close as the model.
        p_value: One-sided, of the hypothesis that the model's share is no higher than the
            reader's less epsilon; None without an image.
        wins: Whether that is rejected, among all readers together; None without an image.
        n_items: Images that this reader, the model and another reader read.
        n_units: Patients among them.
        test: `paired t`, `cluster-robust t`, or `signed rank`; None without an image.
        reason: Why there is no test, or None.
    """

    reader: str
    model_advantage: float | None
    reader_advantage: float | None
    p_value: float | None
    wins: bool | None
    n_items: int
    n_units: int
    test: str | None
    reason: str | None


@dataclass(frozen=True)
class AlternativeAnnotator:
    """What the test says.

    Attributes:
        alignment: How closeness was measured.
        epsilon: Bonus for the model.
        q: Share of false wins that is accepted.
        against: The model in the place of each reader.
        winning_rate: Share of the readers whom the model wins against, or None with a reason.
        average_advantage: Mean over readers of `model_advantage`, to compare models by: how
            likely the model is as close as a reader drawn at random. With its interval.
        passes: Whether the winning rate is one half or more.
        n_items: Images used for any reader.
        n_units: Patients among them.
        n_readers: Readers tested.
        method: The tests, with their unit.
        notes: What to know before quoting it, a sentence each.
        reason: Why there is no result, or None.
    """

    alignment: Alignment
    epsilon: float
    q: float
    against: tuple[AgainstReader, ...]
    winning_rate: float | None
    average_advantage: Agreement
    passes: bool | None
    n_items: int
    n_units: int
    n_readers: int
    method: str
    notes: tuple[str, ...]
    reason: str | None


def alternative_annotator_test(
    panel: Panel,
    model: CodeArray,
    *,
    alignment: Alignment = "rmse",
    epsilon: float = EPSILON_EXPERTS,
    q: float = 0.05,
    n_resamples: int = 2000,
    seed: int = 0,
) -> AlternativeAnnotator:
    """Test whether the model may stand in for the readers.

    An image counts for a reader when the reader, the model and at least one other reader graded
    it. Patients are the independent units: with several images of a patient the t-test uses the
    cluster-robust variance of the mean, with n_patients - 1 degrees of freedom, and the
    signed-rank test the mean of each patient.

    Args:
        panel: The readers, without the model.
        model: `(n_items,)`, place on the scale, or `MISSING`.
        alignment: How closeness is measured.
        epsilon: Bonus for the model, 0 to below 1; to be chosen before the figures are seen.
        q: Share of false wins that is accepted, above 0 and below 1.
        n_resamples: Resamples of patients for the interval of the average advantage.
        seed: Seed of the resamples.

    Returns:
        The result; fewer than three readers who can be tested give None with the reason.

    Raises:
        ConfigError: The alignment is unknown, or epsilon or q is out of range.
        ValueError: There is not one code of the model for each item.
    """
    _check(alignment, epsilon, q)
    signs = advantage_signs(panel, model, alignment=alignment)
    used = signs.used
    untested = [_against(panel, signs, j, epsilon) for j in range(panel.n_readers)]
    against = _with_wins(untested, q)
    tested = [one for one in against if one.wins is not None]
    enough = len(tested) >= LEAST_READERS
    rate = float(np.mean([bool(one.wins) for one in tested])) if enough else None
    reason = None if enough else _too_few(len(tested), panel.n_readers)
    family = advantage_family(panel, signs, alignment=alignment, reason=reason)
    rng = generator(seed, "average advantage")
    (average,) = estimate(panel, [family], n_resamples=n_resamples, rng=rng)
    items = used.any(axis=1)
    return AlternativeAnnotator(
        alignment=alignment,
        epsilon=epsilon,
        q=q,
        against=against,
        winning_rate=rate,
        average_advantage=average,
        passes=None if rate is None else rate >= PASS_AT,
        n_items=int(items.sum()),
        n_units=len(np.unique(panel.unit_index[items])),
        n_readers=len(tested),
        method=_method(tested, panel.unit),
        notes=_notes(against),
        reason=reason,
    )


def _against(panel: Panel, signs: AdvantageSigns, j: int, epsilon: float) -> AgainstReader:
    rows = np.flatnonzero(signs.used[:, j])
    name = panel.readers[j]
    if len(rows) == 0:
        text = "no image that this reader, the model and another reader graded"
        return AgainstReader(name, None, None, None, None, 0, 0, None, text)
    sign = signs.sign[rows, j]
    _, unit = np.unique(panel.unit_index[rows], return_inverse=True)
    p, test = _paired_test(sign, unit.ravel(), epsilon)
    return AgainstReader(
        reader=name,
        model_advantage=float((sign <= 0).mean()),
        reader_advantage=float((sign >= 0).mean()),
        p_value=p,
        wins=False,
        n_items=len(rows),
        n_units=int(unit.max()) + 1,
        test=test,
        reason=None,
    )


def _paired_test(sign: IntArray, unit: IntArray, epsilon: float) -> tuple[float, str]:
    """P value for a mean sign below epsilon, and the test it comes from."""
    from scipy.special import stdtr

    size = np.bincount(unit).astype(np.float64)
    total = np.bincount(unit, weights=sign.astype(np.float64))
    n_units, n = len(size), len(sign)
    mean = total.sum() / n
    if n_units >= LEAST_FOR_T:
        squares = ((total - size * mean) ** 2).sum()
        error = np.sqrt(n_units / (n_units - 1) * squares) / n
        if error > _NO_SPREAD:
            name = "paired t" if n_units == n else "cluster-robust t"
            return float(stdtr(n_units - 1, (mean - epsilon) / error)), name
    # Also where nothing varies, as for a model that copies the reader: there is no t then.
    return signed_rank_p_less(total / size - epsilon), "signed rank"


def _with_wins(against: list[AgainstReader], q: float) -> tuple[AgainstReader, ...]:
    p = np.array([one.p_value for one in against if one.p_value is not None], dtype=np.float64)
    wins = iter(rejected_by_benjamini_yekutieli(p, q=q).tolist())
    return tuple(
        one if one.p_value is None else replace(one, wins=bool(next(wins))) for one in against
    )


def _too_few(n_tested: int, n_readers: int) -> str:
    if n_readers < LEAST_READERS:
        return f"the test needs {LEAST_READERS} readers, there are {n_readers}"
    return (
        f"the test needs {LEAST_READERS} readers, only {n_tested} of {n_readers} graded an image "
        "together with the model and another reader"
    )


_UNITS: Final = {"patient": "patients", "item": "images"}


def _method(tested: list[AgainstReader], unit: str) -> str:
    names = " and ".join(sorted({one.test for one in tested if one.test is not None}))
    independent = _UNITS.get(unit, "groups of images that may hold several patients")
    tests = names or "no"
    return (
        f"{tests} test, one-sided, independent units: {independent}; several readers by "
        "Benjamini-Yekutieli"
    )


def _notes(against: tuple[AgainstReader, ...]) -> tuple[str, ...]:
    few = [one.reader for one in against if one.wins is not None and one.n_units < LEAST_FOR_T]
    left_out = [one.reader for one in against if one.wins is None]
    notes = [
        "Epsilon is a bonus for the model that has to be chosen before the figures are seen; "
        "with a bonus, passing does not say that the model is as close as the readers"
    ]
    if few:
        notes.append(
            f"Fewer than {LEAST_FOR_T} independent units for {', '.join(few)}: a signed-rank "
            "test took the place of the t-test, and more images are advised"
        )
    if left_out:
        notes.append(f"Not tested, for want of common images: {', '.join(left_out)}")
    return tuple(notes)


def _check(alignment: str, epsilon: float, q: float) -> None:
    if alignment not in get_args(Alignment):
        known = ", ".join(get_args(Alignment))
        raise ConfigError("alignment", f"{alignment!r} is unknown", f"Choose one of: {known}")
    if not 0.0 <= epsilon < 1.0:
        cause = f"{epsilon} is not from 0 to below 1"
        raise ConfigError("epsilon", cause, f"Choose for example {EPSILON_EXPERTS} for experts")
    if not 0.0 < q < 1.0:
        raise ConfigError("q", f"{q} is not between 0 and 1", "Choose for example 0.05")
