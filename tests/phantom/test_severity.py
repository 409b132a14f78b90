"""Appearance by severity: what rises, what starts where, what grades may not show."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.phantom.severity import FIBROUS_FROM, Appearance, draw_appearance, mean_coverage

FREE = {"fibrous", "radius_mm", "spread", "elongation", "echogenicity_db"}


def _look(severity: float, seed: int = 0) -> Appearance:
    return draw_appearance(severity, np.random.default_rng(seed))


@given(
    seed=st.integers(0, 1000),
    pair=st.tuples(st.floats(0, 3.999), st.floats(0, 3.999)).map(sorted),
)
def test_disease_never_looks_milder_at_higher_severity(seed: int, pair: list[float]) -> None:
    low, high = (asdict(_look(severity, seed)) for severity in pair)
    falling = [name for name in low if name not in FREE and high[name] < low[name] - 1e-12]
    assert not falling


@given(seed=st.integers(0, 1000), severity=st.floats(0, 3.999))
def test_every_value_is_possible(seed: int, severity: float) -> None:
    look = _look(severity, seed)
    assert 0 <= look.coverage <= 0.75
    assert 0 <= look.anechoic_share <= 0.6
    assert 0.4 < look.radius_mm < 3.5
    assert look.contrast_db > 2
    assert 0 <= look.diffuse <= 1
    assert look.fibrous in (0, 1)


def test_grades_0_and_1_have_no_hypoechoic_areas_but_the_last_of_1() -> None:
    assert [mean_coverage(s) for s in (0, 0.9, 1.5, 1.6)] == [0, 0, 0, 0]
    assert mean_coverage(1.95) < 0.032
    covered = [mean_coverage(s) for s in (2.0, 2.4, 2.8, 3.2, 3.6)]
    assert covered == sorted(covered)
    assert covered[0] == pytest.approx(0.03, abs=0.005)
    assert covered[-1] == pytest.approx(0.60, abs=0.005)


def test_grade_1_is_inhomogeneous_against_grade_0() -> None:
    normal = [_look(0.3, seed) for seed in range(60)]
    mild = [_look(1.6, seed) for seed in range(60)]
    assert np.mean([b.mottling_db for b in mild]) > 2.5 * np.mean([a.mottling_db for a in normal])
    assert max(a.dots for a in normal) == 0
    assert min(b.dots for b in mild) > 0.03


def test_some_glands_of_the_highest_severity_are_fibrous_and_no_others() -> None:
    severe = np.mean([_look(3.7, seed).fibrous for seed in range(400)])
    assert 0.15 < severe < 0.3
    assert not any(_look(FIBROUS_FROM, seed).fibrous for seed in range(100))


def test_brightness_of_the_gland_hardly_differs_between_0_and_1() -> None:
    def mean_change(severity: float) -> float:
        look = _look(severity)
        return look.echogenicity_db - look.dots * look.dots_db

    assert mean_change(1.7) == pytest.approx(mean_change(0.3), abs=0.6)
    assert mean_change(3.6) < mean_change(1.7) - 3
