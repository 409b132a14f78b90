"""AC1/AC2, Conger, Brennan-Prediger and Fleiss with gaps and weights, against plain loops.

The package irrCAC is no oracle: it asks for a scipy that does not install beside ours and fails
on items that nobody read. Its published figures are in `test_published.py`.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from sgus.stats.agreement.brennan import brennan_family
from sgus.stats.agreement.conger import conger_family
from sgus.stats.agreement.fleiss import fleiss_family
from sgus.stats.agreement.gwet import gwet_family
from sgus.stats.agreement.item_counts import WEIGHTS
from sgus.stats.agreement.overall import percent_family
from sgus.stats.agreement.panel import MISSING
from tests.reference.gwet_slow import (
    coefficient,
    fleiss_standard_error,
    gwet_standard_error,
    observed_agreement,
    scale_weights,
    standard_error,
)
from tests.reference.random_panels import drawn_panels
from tests.stats.agreement.rated import observed
from tests.stats.agreement.rated_panels import panel_of

FAMILIES = {
    "fleiss_kappa": fleiss_family,
    "conger_kappa": conger_family,
    "gwet_ac": gwet_family,
    "pabak": brennan_family,
}
T_975 = {  # degrees of freedom of the few panels looked at by hand
    4: 2.7764451051977987,
    9: 2.2621571627409915,
}


def loop_rows(panel):
    return [[None if code == MISSING else int(code) for code in row] for row in panel.codes]


def one_grade(panel, *, paired):
    """Whether the readings that count are all of one grade; `paired`: lone ones do not count."""
    least = 2 if paired else 1
    kept = panel.codes[panel.given.sum(axis=1) >= least]
    return len(set(kept[kept != MISSING].tolist())) < 2


@settings(max_examples=120)
@given(drawn_panels())
def test_values_are_those_of_the_loops(drawn):
    rows = loop_rows(drawn.panel)
    found = {name: family(drawn.twin) for name, family in FAMILIES.items()}
    percent = percent_family(drawn.twin)
    for at, name in enumerate(WEIGHTS):
        weights = scale_weights(drawn.panel.scale, name)
        for statistic, family in found.items():
            expected = coefficient(statistic, rows, weights)
            # The formula gives 1 for one grade only, which we do not: it shows nothing.
            if expected is None or one_grade(drawn.panel, paired=statistic == "pabak"):
                assert family.reasons[at] is not None, statistic
                assert family.closed[at] is None
                continue
            assert family.reasons[at] is None, statistic
            value = observed(family)[at]
            assert value == pytest.approx(expected, abs=1e-10), (statistic, name)
        if percent.reasons[at] is None:
            agreed = observed_agreement(rows, weights, [1.0] * len(rows))
            assert observed(percent)[at] == pytest.approx(agreed, abs=1e-12)


@settings(max_examples=120)
@given(drawn_panels())
def test_errors_with_gaps_are_those_of_the_handbook(drawn):
    rows = loop_rows(drawn.panel)
    ac, fleiss = gwet_family(drawn.twin), fleiss_family(drawn.twin)
    for at, name in enumerate(WEIGHTS):
        weights = scale_weights(drawn.panel.scale, name)
        for family, error in ((ac, gwet_standard_error), (fleiss, fleiss_standard_error)):
            if family.reasons[at] is None and sum(map(any_read, rows)) > 1:
                expected = error(rows, weights)
                closed = family.closed[at]
                if closed is None:
                    assert expected == pytest.approx(0.0, abs=1e-10)
                else:
                    assert closed.se == pytest.approx(expected, abs=1e-9), name


def any_read(row):
    return any(grade is not None for grade in row)


@settings(max_examples=60)
@given(drawn_panels(most_missing=0.0, max_items=12, max_readers=4, max_grades=4))
def test_errors_without_gaps_are_how_the_figure_moves_with_each_item(drawn):
    """Conger's among them, whose formula in the handbook is long: here it is a derivative."""
    if one_grade(drawn.panel, paired=False):
        return
    rows = loop_rows(drawn.panel)
    for statistic, make in FAMILIES.items():
        family = make(drawn.twin)
        for at, name in enumerate(WEIGHTS):
            if family.reasons[at] is None:
                expected = standard_error(statistic, rows, scale_weights(drawn.panel.scale, name))
                closed = family.closed[at]
                assert (closed.se if closed else 0.0) == pytest.approx(expected, abs=1e-9), (
                    statistic,
                    name,
                )


@pytest.mark.parametrize("n", [5, 10])
def test_the_interval_is_that_of_t_cut_off_at_one(n):
    codes = np.repeat(np.arange(n)[:, None] % 4, 3, axis=1)
    codes[0, 0] = 3
    codes[1, 1] = 2
    family = gwet_family(panel_of(codes))
    for value, closed in zip(observed(family), family.closed, strict=True):
        half = T_975[n - 1] * closed.se
        assert (closed.low, closed.high) == pytest.approx((value - half, min(1.0, value + half)))
