"""ICC and its F intervals against pingouin, Kendall's W against ranks by scipy."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from scipy.stats import f as f_distribution
from scipy.stats import friedmanchisquare, rankdata

from sgus.stats.agreement.icc import ONE_WAY, TWO_WAY, one_way_family, two_way_family
from sgus.stats.agreement.kendall import kendall_family
from tests.reference.random_panels import by_readers, drawn_panels
from tests.stats.agreement.rated import observed
from tests.stats.agreement.rated_panels import panel_of

NAMES = {"ICC(1)": "ICC(1,1)", "ICC(k)": "ICC(1,k)"}


@pytest.fixture(autouse=True, scope="module")
def _not_rounded():
    """It rounds intervals to two decimals unless told not to."""
    before = pingouin.options["round.column.CI95"]
    pingouin.options["round.column.CI95"] = None
    yield
    pingouin.options["round.column.CI95"] = before


def pingouins(grades):
    """Its table by name of the form."""
    n, m = grades.shape
    long = pd.DataFrame(
        {
            "item": np.repeat(np.arange(n), m),
            "reader": np.tile(np.arange(m), n),
            "grade": grades.ravel(),
        }
    )
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # it uses what pandas will drop, and divides by zero
        table = pingouin.intraclass_corr(long, targets="item", raters="reader", ratings="grade")
    return table.set_index("Type")


@settings(max_examples=120)
@given(drawn_panels(most_missing=0.0))
def test_values_and_intervals_are_those_of_pingouin(drawn):
    grades = by_readers(drawn.panel)
    if grades.size < 5:
        return  # it refuses fewer readings
    theirs = pingouins(grades)
    for family, forms in ((two_way_family(drawn.twin), TWO_WAY), (one_way_family(drawn.twin),
                                                                    ONE_WAY)):  # fmt: skip
        for value, form, reason, closed in zip(
            observed(family), forms, family.reasons, family.closed, strict=True
        ):
            row = theirs.loc[NAMES.get(form, form)]
            if reason is not None:
                assert undefined(grades, form)
                continue
            assert value == pytest.approx(row["ICC"], abs=1e-8)
            # ICC(A,k): it steps up the interval of ICC(A,1), R's irr does not; see below.
            if closed is not None and form != "ICC(A,k)":
                assert (closed.low, closed.high) == pytest.approx(tuple(row["CI95"]), abs=1e-6)


def undefined(grades, form):
    """By the analysis of variance in the open: the denominator of this form is not positive."""
    items, readers, rest, within = mean_squares(grades)
    n, m = grades.shape
    below = {
        "ICC(A,1)": items + (m - 1) * rest + m * (readers - rest) / n,
        "ICC(A,k)": items + (readers - rest) / n,
        "ICC(C,1)": items + (m - 1) * rest,
        "ICC(C,k)": items,
        "ICC(1)": items + (m - 1) * within,
        "ICC(k)": items,
    }
    return below[form] < 1e-8


def mean_squares(grades):
    """Mean squares of items, readers, residual, and within items, from deviations."""
    n, m = grades.shape
    grand = grades.mean()
    item, reader = grades.mean(axis=1) - grand, grades.mean(axis=0) - grand
    rest = grades - grand - item[:, None] - reader[None, :]
    within = grades - grades.mean(axis=1, keepdims=True)
    return (
        m * (item**2).sum() / (n - 1),
        n * (reader**2).sum() / (m - 1),
        (rest**2).sum() / ((n - 1) * (m - 1)),
        (within**2).sum() / (n * (m - 1)),
    )


@settings(max_examples=120)
@given(drawn_panels(most_missing=0.0))
def test_the_interval_of_the_mean_of_readers_is_that_of_irr(drawn):
    """ICC(A,k) by the formulas of R's irr, written out with scipy's F distribution."""
    family = two_way_family(drawn.twin)
    at = TWO_WAY.index("ICC(A,k)")
    closed = family.closed[at]
    if closed is None:
        return
    grades = by_readers(drawn.panel)
    items, readers, rest, _ = mean_squares(grades)
    n, m = grades.shape
    rho = (items - rest) / (items + (readers - rest) / n)
    a = m * rho / (n * (1 - rho))
    b = 1 + m * rho * (n - 1) / (n * (1 - rho))
    free = (a * readers + b * rest) ** 2 / (
        (a * readers) ** 2 / (m - 1) + (b * rest) ** 2 / ((n - 1) * (m - 1))
    )
    upper = f_distribution.ppf(0.975, n - 1, free)
    lower = f_distribution.ppf(0.975, free, n - 1)
    low = n * (items - upper * rest) / (upper * (readers - rest) + n * items)
    high = n * (lower * items - rest) / (readers - rest + n * lower * items)
    assert (closed.low, closed.high) == pytest.approx((low, high), abs=1e-6)


@settings(max_examples=120)
@given(drawn_panels(most_missing=0.15))
def test_kendalls_w_is_that_of_mid_ranks(drawn):
    """And of Friedman's chi square, which is `m (n - 1) W`, corrected for ties."""
    panel = drawn.panel
    working = panel.given.any(axis=0)
    complete = panel.given[:, working].all(axis=1)
    family = kendall_family(drawn.twin)
    corrected, plain = observed(family)
    m, n = int(working.sum()), int(complete.sum())
    if m < 2 or n < 2:
        assert None not in family.reasons
        return
    codes = panel.codes[complete][:, working]
    ranks = rankdata(codes, axis=0)
    spread = ((ranks.sum(axis=1) - m * (n + 1) / 2) ** 2).sum()
    ties = sum((c**3 - c) for column in codes.T for c in np.unique(column, return_counts=True)[1])
    if m * (n**3 - n) == ties:
        assert None not in family.reasons
        return
    assert plain == pytest.approx(12 * spread / (m**2 * (n**3 - n)), abs=1e-12)
    expected = 12 * spread / (m**2 * (n**3 - n) - m * ties)
    assert corrected == pytest.approx(expected, abs=1e-12)
    if n > 2:  # Friedman's treatments are our items
        assert m * (n - 1) * corrected == pytest.approx(friedmanchisquare(*codes)[0], abs=1e-8)


def test_one_grade_and_one_item():
    """Where pingouin divides zero by zero we say so."""
    same = pingouins(np.full((5, 3), 2.0))
    assert not np.isfinite(same["ICC"]).any()
    for family in (two_way_family, one_way_family):
        assert None not in family(panel_of(np.full((5, 3), 2))).reasons
        assert None not in family(panel_of([[1, 2]])).reasons
    assert math.isnan(observed(kendall_family(panel_of(np.full((5, 3), 2))))[0])
