from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.boundary.intra_swaps import intra_swap_family
from tests.stats.boundary.tables import (
    code_arrays,
    is_repetition,
    named,
    panel_of,
    readings_of,
    repeat,
)


def slow_rate(codes, code, *, readers, within):
    swaps = whole = 0
    for item in codes:
        for j in readers:
            for x, y in combinations(item[j], 2):
                low, high = sorted((int(x), int(y)))
                if low < 0 or (within and not {low, high} <= {code, code + 1}):
                    continue
                whole += 1
                swaps += (low, high) == (code, code + 1)
    return swaps / whole if whole else None


@given(code_arrays(n_axes=3), st.integers(0, 2))
def test_every_rate_is_that_of_a_loop(codes, code):
    readings = readings_of(codes)
    names = readings.first.readers
    found = named(intra_swap_family(readings, (code, code + 1)))
    for statistic, within in (("swap_rate", False), ("swap_rate_within", True)):
        everyone = slow_rate(codes, code, readers=range(len(names)), within=within)
        pooled = found[statistic, None, "intra-reader, all readers", names, code]
        assert pooled == pytest.approx(everyone)
        for j, name in enumerate(names):
            slow = slow_rate(codes, code, readers=[j], within=within)
            assert found[statistic, None, "intra-reader", (name,), code] == pytest.approx(slow)


def test_single_readings_say_so():
    family = intra_swap_family(readings_of(panel_of([[0, 1], [1, 1]]).codes[..., None]), (0, 1))
    assert set(family.reasons[:3]) == {"no repeated readings"}
    assert family.n_pairs == (0,) * 6
    assert family.n_raters == (0, 1, 1, 0, 1, 1)


@given(code_arrays(n_axes=3), st.integers(0, 2**32 - 1))
def test_weights_are_repetitions(codes, seed):
    weights = np.random.default_rng(seed).integers(0, 4, len(codes))
    families = (intra_swap_family(readings_of(c), (0, 1)) for c in (codes, repeat(codes, weights)))
    assert is_repetition(*families, weights)
