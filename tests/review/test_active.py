"""What to adjudicate next: each factor against a slow version, the greedy choice by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.review.active import (
    NEIGHBOURS,
    UNKNOWN,
    choose,
    density,
    disagreement,
    doubt,
    sides,
    similarities,
)
from sgus.review.boundary import boundary

AT = boundary("0/1")


def slow_bits(share: float) -> float:
    if share in (0.0, 1.0):
        return 0.0
    return -share * math.log2(share) - (1 - share) * math.log2(1 - share)


def test_doubt__is_greatest_between_the_two_grades() -> None:
    p = np.array([[0.5, 0.5, 0, 0], [0.05, 0.05, 0.45, 0.45], [1, 0, 0, 0], [0, 0, 0.5, 0.5]])
    assert doubt(p, AT) == pytest.approx([1.0, 0.1, 0.0, 0.0])


@given(st.lists(st.floats(0.001, 1), min_size=4, max_size=4))
def test_doubt__is_entropy_times_mass(weights: list[float]) -> None:
    p = np.array([weights]) / sum(weights)
    mass = float(p[0, 0] + p[0, 1])
    assert doubt(p, AT)[0] == pytest.approx(mass * slow_bits(float(p[0, 1] / mass)), abs=1e-9)


def test_disagreement__of_votes() -> None:
    lower, upper = np.array([0, 5, 3, 2]), np.array([0, 0, 2, 2])
    expected = [UNKNOWN, slow_bits(1 / 7), slow_bits(3 / 7), 1.0]
    assert disagreement(lower, upper) == pytest.approx(expected)


def test_sides__of_a_boundary() -> None:
    lower, upper = sides(np.array([[2, 1, 1, 0], [0, 0, 0, 5]]), boundary("1/2"))
    assert lower.tolist() == [3, 0]
    assert upper.tolist() == [1, 5]


def test_density__against_loops() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(30, 5))
    patients = np.array([f"P{row % 4}" for row in range(30)], dtype=object)
    centred = features - features.mean(axis=0)
    for row, found in enumerate(density(features, patients)):
        like = [
            max(0.0, float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
            for other, b in enumerate(centred)
            if patients[other] != patients[row]
            for a in [centred[row]]
        ]
        assert found == pytest.approx(np.mean(sorted(like)[-NEIGHBOURS:]))


def test_density__of_one_patient_is_none() -> None:
    patients = np.array(["P"] * 3, dtype=object)
    assert density(np.eye(3), patients).tolist() == [0.0, 0.0, 0.0]


def test_choose__goes_around_copies() -> None:
    features = np.array([[1.0, 0], [1.0, 0], [-1, 0.2], [0, 1]])
    like = similarities(features)
    score = np.array([1.0, 0.9, 0.5, 0.2])
    assert choose(score, like, n=3).tolist() == [0, 2, 3]
    assert choose(score, like, n=9).tolist() == [0, 2, 3, 1]
    allowed = np.array([False, True, True, True])
    assert choose(score, like, n=2, allowed=allowed).tolist() == [1, 2]


@given(st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_choose__never_picks_twice(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    like = similarities(rng.normal(size=(8, 3)))
    picked = choose(rng.random(8), like, n=n)
    assert len(set(picked.tolist())) == len(picked) == min(n, 8)
