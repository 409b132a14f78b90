from __future__ import annotations

import math

import numpy as np
import pytest

from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.everything import agreement_families
from sgus.stats.agreement.family import Label
from sgus.stats.agreement.panel import Panel, Readings
from sgus.stats.agreement.ranges import range_of


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("percent_agreement", (0.0, 1.0)),
        ("kendall_w", (0.0, 1.0)),
        ("cohen_kappa", (-1.0, 1.0)),
        ("bias_index", (-1.0, 1.0)),
        ("reader_bias", (-math.inf, math.inf)),
        ("cohen_kappa_difference", (-math.inf, math.inf)),
        ("intra_minus_inter", (-math.inf, math.inf)),
    ],
)
def test_ranges(statistic, expected):
    assert range_of(Label(statistic, None, None, ("a", "b")), (0, 1, 2, 3)) == expected


@pytest.mark.parametrize(("weights", "least"), [("unweighted", -1 / 3), ("quadratic", -2.6)])
def test_pabak_begins_where_nobody_agrees(weights, least):
    label = Label("pabak", weights, "all readers", ("a", "b"))
    assert range_of(label, (0, 1, 2, 3)) == pytest.approx((least, 1.0))


def test_every_figure_and_its_interval_lie_in_the_range():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 24)
    codes = np.clip(truth[:, None, None] + rng.integers(-1, 2, (24, 3, 2)), 0, 3).astype(np.int8)
    first = Panel(
        np.ascontiguousarray(codes[..., 0]),
        items=tuple(map(str, range(24))),
        readers=("a", "b", "c"),
        scale=(0, 1, 2, 3),
        patients=tuple(str(i // 2) for i in range(24)),
        unit="patient",
    )
    rows = estimate(first, agreement_families(Readings(first, codes)), n_resamples=100, rng=rng)
    shown = [row for row in rows if row.low is not None]
    assert len(shown) > 50
    for row in shown:
        least, most = range_of(row.label, first.scale)
        assert least <= row.low <= row.value <= row.high <= most, row.label
