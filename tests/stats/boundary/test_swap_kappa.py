from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from sgus.stats.boundary.swap_kappa import swap_kappa_family
from tests.stats.boundary.tables import (
    code_arrays,
    figures,
    is_repetition,
    named,
    panel_of,
    repeat,
)


def oracle(codes, a, b, code):
    near = np.isin(codes[:, [a, b]], (code, code + 1)).all(axis=1)
    x, y = codes[near, a], codes[near, b]
    if not near.any() or len({*x, *y}) < 2:
        return None
    return cohen_kappa_score(x, y)


@given(code_arrays(), st.integers(0, 2))
def test_kappas_are_those_of_scikit_learn_and_the_mean_is_theirs(codes, code):
    panel = panel_of(codes)
    cut = panel.n_readers // 2
    groups = {"old": panel.readers[:cut], "new": panel.readers[cut:]}
    found = named(swap_kappa_family(panel, (code, code + 1), reader_groups=groups))
    kappas = {
        (a, b): oracle(codes, a, b, code)
        for a in range(panel.n_readers)
        for b in range(a + 1, panel.n_readers)
    }
    for (a, b), kappa in kappas.items():
        pair = found["swap_kappa", "unweighted", "pair", (f"r{a}", f"r{b}"), code]
        assert pair == pytest.approx(kappa, abs=1e-12)
    for form, raters, chosen in (
        ("all items", panel.readers, lambda a, b: True),
        ("readers: old", panel.readers[:cut], lambda a, b: b < cut),
        ("readers: new", panel.readers[cut:], lambda a, b: a >= cut),
        ("readers: old with new", panel.readers, lambda a, b: a < cut <= b),
    ):
        some = [k for pair, k in kappas.items() if chosen(*pair) and k is not None]
        mean = sum(some) / len(some) if some else None
        assert found["swap_kappa", "unweighted", form, raters, code] == pytest.approx(mean)


def test_the_mean_states_its_pairs():
    # The third reader gives only zeros, as the first does where both are on the boundary.
    family = swap_kappa_family(panel_of([[0, 0, 0], [1, 1, 3], [1, 0, 3], [0, 1, -1]]), (0, 1))
    assert family.n_pairs[0] == 1
    assert family.n_raters[0] == 2
    assert family.used[:, 0].tolist() == [True] * 4
    assert figures(family)[family.labels[0]] == pytest.approx(0.0)
    assert sum("same of the two grades" in (why or "") for why in family.reasons) == 2


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_weights_are_repetitions(codes, seed):
    weights = np.random.default_rng(seed).integers(0, 4, len(codes))
    families = (swap_kappa_family(panel_of(c), (0, 1)) for c in (codes, repeat(codes, weights)))
    assert is_repetition(*families, weights)
