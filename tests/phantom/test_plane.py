"""Draws of a plane: shared with the gland but for a turn."""

from __future__ import annotations

import numpy as np
import pytest

from sgus.phantom.plane import PlaneDraws


@pytest.mark.parametrize("shift", [0.0, 0.35, 1.0, np.pi / 2])
def test_normals_of_two_planes_correlate_as_stated(shift: float) -> None:
    own_plane = PlaneDraws(5, 1, 0.0, name="texture").standard_normal(40_000)
    other = PlaneDraws(5, 2, shift, name="texture").standard_normal(40_000)
    assert other.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(own_plane, other)[0, 1] == pytest.approx(np.cos(shift), abs=0.02)


def test_other_draws_are_the_glands() -> None:
    first = PlaneDraws(5, 1, 0.35, name="texture")
    second = PlaneDraws(5, 2, 0.35, name="texture")
    assert first.standard_normal() != second.standard_normal()
    assert first.uniform(2, 3, size=4) == pytest.approx(second.uniform(2, 3, size=4), abs=0)
    assert first.integers(0, 10**6) == second.integers(0, 10**6)


def test_names_and_glands_have_streams_of_their_own() -> None:
    draws = {
        float(PlaneDraws(seed, 1, 0.35, name=name).uniform())
        for seed in (1, 2)
        for name in ("areas", "texture")
    }
    assert len(draws) == 4


def test_arrays_have_the_type_asked_for() -> None:
    draws = PlaneDraws(5, 1, 0.35, name="texture")
    assert draws.standard_normal((2, 3), dtype=np.float32).dtype == np.float32
