from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sgus.phantom.request import PhantomRequest
from sgus.workflows.severity_sweep import (
    SEVERITIES,
    Sweep,
    crossing_severity,
    crossings,
    glands_of,
    reader_crossings,
    reader_curves,
    sweep_gland,
)

S = np.array(SEVERITIES)
REQUEST = PhantomRequest(
    severity=0.5, gland="parotid", view="transverse", device="premium", anatomy_seed=3, scan_seed=4
)


def logistic(centres: Sequence[float], width: float = 0.2) -> NDArray[np.float64]:
    """Probabilities `(n_severities, 4)` of a model whose crossings are known exactly."""
    at_least = [1 / (1 + np.exp(-(S - centre) / width)) for centre in centres]
    edges = [np.ones_like(S), *at_least, np.zeros_like(S)]
    return np.stack([upper - lower for upper, lower in pairwise(edges)], 1)


def test_crossings__of_known_curves_are_where_they_must_be() -> None:
    found = crossings(Sweep(S, np.stack([logistic((0.8, 1.7, 2.95))] * 6)))
    assert [crossing.grade for crossing in found] == [1, 2, 3]
    assert [crossing.severity for crossing in found] == pytest.approx([0.8, 1.7, 2.95], abs=5e-3)
    assert all("do not vary" in str(crossing.reason) for crossing in found)


def test_crossings__the_interval_is_over_glands_and_holds_their_spread() -> None:
    shifts = np.linspace(-0.3, 0.3, 9)
    glands = np.stack([logistic((1 + shift, 2, 3 + shift / 3)) for shift in shifts])
    first, second, third = crossings(Sweep(S, glands))
    assert first.severity == pytest.approx(1.0, abs=0.01)
    assert first.low is not None
    assert first.high is not None
    # The mean of 9 crossings of SD 0.194 has a standard error of 0.065.
    assert first.high - first.low == pytest.approx(2 * 1.96 * shifts.std() / 3, rel=0.25)
    assert third.high is not None
    assert third.low is not None
    assert third.high - third.low == pytest.approx((first.high - first.low) / 3, rel=0.25)
    assert (second.low, second.high) == (None, None)
    assert crossings(Sweep(S, glands)) == (first, second, third)


def test_crossings__a_model_that_never_turns_says_so() -> None:
    always_two = np.zeros((6, len(S), 4))
    always_two[..., 2] = 1
    first, second, third = crossings(Sweep(S, always_two))
    assert (first.severity, second.severity, third.severity) == (None, None, None)
    assert first.reason == "the probability stays above one half at every severity"
    assert third.reason == "the probability stays below one half at every severity"


def test_crossing__is_linear_between_two_severities() -> None:
    assert crossing_severity(np.array([1.0, 2.0]), np.array([0.3, 0.8])) == pytest.approx(1.4)


def test_crossing__a_dip_makes_no_second_one() -> None:
    severities = np.arange(5.0)
    # Isotonic: the dip 0.6, 0.2 is pooled to 0.4, 0.4; the crossing is half-way from 2 to 3.
    curve = np.array([0.0, 0.6, 0.2, 0.6, 1.0])
    assert crossing_severity(severities, curve) == pytest.approx(2.5)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_crossing__lies_between_a_side_below_and_a_side_above(values: list[float]) -> None:
    severities = np.arange(float(len(values)))
    turn = crossing_severity(severities, np.array(values))
    if turn is None:
        return
    left = [value for s, value in zip(severities, values, strict=True) if s < turn]
    right = [value for s, value in zip(severities, values, strict=True) if s >= turn]
    assert np.mean(left) < 0.5 + 1e-9
    assert np.mean(right) >= 0.5 - 1e-9


def test_glands__the_first_is_the_one_asked_for_and_no_two_are_the_same() -> None:
    glands = glands_of(REQUEST, 8)
    assert glands[0] == REQUEST
    assert len({gland.anatomy_seed for gland in glands}) == 8
    assert {(gland.gland, gland.view, gland.device) for gland in glands} == {
        ("parotid", "transverse", "premium")
    }
    assert glands_of(REQUEST, 5) == glands[:5]


def test_sweep_gland__changes_nothing_but_the_severity() -> None:
    asked: list[PhantomRequest] = []

    def grade(request: PhantomRequest) -> NDArray[np.float64]:
        asked.append(request)
        return np.full(4, 0.25)

    assert len(list(sweep_gland(REQUEST, grade))) == len(SEVERITIES)
    assert tuple(request.severity for request in asked) == SEVERITIES
    assert {request.model_copy(update={"severity": 0.5}) for request in asked} == {REQUEST}


def test_readers__turn_near_the_whole_severities() -> None:
    severities, p = reader_curves()
    assert p.shape == (len(severities), 4)
    assert p.sum(axis=1) == pytest.approx(1)
    assert reader_crossings() == pytest.approx((1, 2, 3), abs=0.1)
