"""Is the model no worse than a reader, by more than a margin chosen beforehand?

The difference "model v leave-one-out consensus less reader v leave-one-out consensus" and its
two-sided 95 % interval decide: the lower end is that of a one-sided 97.5 % interval.

References:
    Piaggio et al. 2012, CONSORT for non-inferiority trials, 10.1001/jama.2012.87802.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sgus.core.errors import ConfigError
from sgus.stats.comparison.against_consensus import AgainstConsensus
from sgus.stats.comparison.measures import Measure

Verdict = Literal["non-inferior", "inferior", "not settled"]

_UNITS: Final = {"patient": ("patient", "patients"), "item": ("image", "images")}
_GROUPS: Final = ("group of images", "groups of images")
_SCOPES: Final = {"stage1": "0/1 v 2/3", "stage2a": "0 v 1", "stage2b": "2 v 3"}


@dataclass(frozen=True)
class NonInferiority:
    """What may be said of the model, and no more.

    Attributes:
        verdict: `non-inferior` (the whole interval lies above minus the margin), `inferior` (the
            whole interval lies below), `not settled`; None where there is no interval.
        margin: In units of the figure, above 0.
        difference: The model's figure less the reader's, or None.
        low: Lower end of the two-sided 95 % interval, or None.
        high: Upper end.
        n_items: Images.
        n_units: Patients, or what is resampled in their place.
        n_readers: Readers the difference is averaged over, 1 for a single one.
        unit: What `n_units` counts: `patient`, `grouping key` or `item`.
        sentence: For clinicians.
        detail: What the sentence rests on, and what it does not say.
        reason: Why there is no verdict, or None.
    """

    verdict: Verdict | None
    margin: float
    difference: float | None
    low: float | None
    high: float | None
    n_items: int
    n_units: int
    n_readers: int
    unit: str
    sentence: str
    detail: str
    reason: str | None


def check_margin(margin: float) -> None:
    """Refuse a margin that would decide nothing, or everything.

    Raises:
        ConfigError: It is not above 0 and below 1.
    """
    if not 0.0 < margin < 1.0:  # NaN fails this too
        cause = f"{margin} is not above 0 and below 1"
        step = "Choose, before looking at the figures, how much worse than a reader is acceptable"
        raise ConfigError("non-inferiority margin", cause, step)


def non_inferiority(compared: AgainstConsensus, *, margin: float, unit: str) -> NonInferiority:
    """State whether the model is non-inferior.

    Args:
        compared: A comparison of `Beside`: the mean over readers, or a single reader.
        margin: Largest loss that is acceptable, in units of the figure; to be chosen before the
            figures are seen.
        unit: What was resampled: `Beside.unit`.

    Raises:
        ConfigError: The margin is not above 0 and below 1.
    """
    check_margin(margin)
    found = compared.difference
    verdict = _verdict(found.low, found.high, margin)
    reason = None if verdict is not None else found.reason
    return NonInferiority(
        verdict=verdict,
        margin=margin,
        difference=found.value,
        low=found.low,
        high=found.high,
        n_items=found.n_items,
        n_units=found.n_units,
        n_readers=found.n_pairs,
        unit=unit,
        sentence=_sentence(compared, verdict, margin, unit),
        detail=_detail(compared.measure, unit),
        reason=reason,
    )


def _verdict(low: float | None, high: float | None, margin: float) -> Verdict | None:
    if low is None or high is None:
        return None
    if low > -margin:
        return "non-inferior"
    return "inferior" if high < -margin else "not settled"


def _sentence(compared: AgainstConsensus, verdict: Verdict | None, margin: float, unit: str) -> str:
    found, who = compared.difference, _reader(compared)
    if verdict is None or found.value is None or found.low is None or found.high is None:
        return (
            f"Whether the model is worse than {who} cannot be said: "
            f"{found.reason or 'there is no interval'}."
        )
    one, many = _UNITS.get(unit, _GROUPS)
    of = "" if unit == "item" else f" of {found.n_units} {one if found.n_units == 1 else many}"
    more = "higher" if found.value >= 0 else "lower"
    return (
        f"On {found.n_items} images{of}, the model's {_figure(compared.measure)} with the "
        f"consensus of the other readers was {abs(found.value):.2f} {more} than that of {who} "
        f"(95 % interval of the difference {_signed(found.low)} to {_signed(found.high)}). "
        f"{_conclusion(verdict, found.low, found.high, margin)}"
    )


def _conclusion(verdict: Verdict, low: float, high: float, margin: float) -> str:
    worse = f"worse by more than the margin of {margin:g}"
    if verdict == "inferior":
        return f"The model is {worse}."
    if verdict == "not settled":
        return (
            f"Whether it is {worse} is not settled: the interval holds differences on both sides "
            "of the margin, and more patients are needed."
        )
    text = f"These images speak against the model being {worse}: it is non-inferior at this margin"
    if high < 0.0:
        return f"{text}, and yet it agrees less than the readers do."
    return f"{text}." if low <= 0.0 else f"{text}, and it agrees more than the readers do."


def _detail(measure: Measure, unit: str) -> str:
    _, many = _UNITS.get(unit, _GROUPS)
    return (
        f"The margin, in units of {_figure(measure)}, has to be chosen before the figures are "
        "seen: one chosen to fit them proves nothing. Non-inferior does not mean as good as, nor "
        "fit for use on patients. Each reader is left out in turn; the model and that reader are "
        "held against the median of the others on the same images. The interval is two-sided, so "
        f"that its lower end is a one-sided 97.5 % limit, and comes from resampling {many}: it "
        "covers other such ones, not other readers, centres or machines, and not several looks at "
        "the same data."
    )


def _reader(compared: AgainstConsensus) -> str:
    if compared.reader is not None:
        return f"reader {compared.reader}"
    n = compared.difference.n_pairs
    return f"a reader (mean of {n})" if n > 1 else "a reader"


def _figure(measure: Measure) -> str:
    if measure.statistic == "cohen_kappa":
        return f"{measure.weights} kappa"
    scope = _SCOPES.get(measure.scope)
    return f"accuracy in {scope}" if scope else "accuracy"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
