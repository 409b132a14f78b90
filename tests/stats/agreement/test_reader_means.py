from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement import estimate
from sgus.stats.agreement.cohen import cohen_family
from sgus.stats.agreement.light import light_family
from sgus.stats.agreement.reader_means import reader_mean_family
from tests.stats.agreement.rated_panels import alike_panel, panel_of, panels


def rows_of(panel, family=reader_mean_family):
    rng = np.random.default_rng(0)
    return estimate(panel, [family(panel)], n_resamples=100, rng=rng)


@given(panels(min_readers=1))
def test_is_the_mean_of_the_readers_own_pairs(panel):
    pairs = rows_of(panel, cohen_family)
    for row in rows_of(panel):
        (reader,) = row.label.raters
        own = [
            pair.value
            for pair in pairs
            if pair.label.weights == row.label.weights
            and len(pair.label.raters) == 2
            and reader in pair.label.raters
            and pair.value is not None
        ]
        assert row.n_pairs == len(own)
        assert row.n_raters == len(own) + 1
        assert row.value == (pytest.approx(np.mean(own), abs=1e-12) if own else None)
        assert (row.reason is not None) or own


def test_the_mean_of_the_readers_is_lights_kappa():
    panel = alike_panel(1)
    light = {row.label.weights: row.value for row in rows_of(panel, light_family)}
    for weights, value in light.items():
        own = [row.value for row in rows_of(panel) if row.label.weights == weights]
        assert np.mean(own) == pytest.approx(value, abs=1e-12)
        assert len(own) == panel.n_readers


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (np.zeros((4, 1)), "only one reader"),
        (np.zeros((4, 2)), "no other reader has a kappa with this one"),
        (np.array([[0, -1], [1, -1], [-1, 0]]), "no other reader has a kappa with this one"),
    ],
)
def test_what_is_undefined_says_why(codes, reason):
    rows = rows_of(panel_of(codes))
    assert len(rows) == 3 * codes.shape[1]
    assert {(row.value, row.low, row.reason) for row in rows} == {(None, None, reason)}
