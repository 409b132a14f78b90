from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement.icc import ONE_WAY, TWO_WAY, one_way_family, two_way, two_way_family
from tests.stats.agreement.rated import (
    alike,
    expectations,
    observed,
    panels,
    pick,
    published,
    rated,
)

PUBLISHED = {
    "ICC(1)": "ICC(1)",
    "ICC(3)": "ICC(k)",
    "ICC(C,1)": "ICC(C,1)",
    "ICC(C,3)": "ICC(C,k)",
    "ICC(A,1)": "ICC(A,1)",
    "ICC(A,3)": "ICC(A,k)",
}


def analysis_of_variance(x):
    """Mean squares between items, between readers and of the rest, by deviations."""
    n, m = x.shape
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    rest = x - rows[:, None] - columns + grand
    return (
        m * ((rows - grand) ** 2).sum() / (n - 1),
        n * ((columns - grand) ** 2).sum() / (m - 1),
        (rest**2).sum() / ((n - 1) * (m - 1)),
    )


def by_the_book(x):
    n, m = x.shape
    r, c, e = analysis_of_variance(x)
    fractions = (
        (r - e, r + (m - 1) * e + m * (c - e) / n),
        (r - e, r + (c - e) / n),
        (r - e, r + (m - 1) * e),
        (r - e, r),
    )
    return [above / below if below > 1e-9 else np.nan for above, below in fractions]


def complete(panel):
    """Grades of the items that all readers read who read anything."""
    codes = panel.codes[:, (panel.codes >= 0).any(axis=0)]
    return codes[(codes >= 0).all(axis=1)].astype(float)


@given(panels())
def test_two_way_is_that_of_an_analysis_of_variance(panel):
    family = two_way_family(panel)
    x = complete(panel)
    usable = x.shape[0] > 1 and x.shape[1] > 1
    expected = by_the_book(x) if usable else [np.nan] * 4
    assert alike(observed(family), expected)
    assert [reason is None for reason in family.reasons] == np.isfinite(expected).tolist()


@given(panels(missing=False, min_readers=2, min_items=2))
def test_mean_squares(panel):
    found = two_way(two_way_family(panel).features.sum(axis=0))
    expected = analysis_of_variance(panel.codes.astype(float))
    assert alike([found.items, found.readers, found.rest], expected)


@given(panels())
def test_one_way_is_that_of_an_analysis_of_variance(panel):
    items = [row[row >= 0].astype(float) for row in panel.codes]
    items = [grades for grades in items if len(grades) > 1]
    expected = [np.nan, np.nan]
    if len(items) > 1:
        sizes = np.array([len(grades) for grades in items])
        total, grand = sizes.sum(), np.concatenate(items).mean()
        between = sum(len(g) * (g.mean() - grand) ** 2 for g in items) / (len(items) - 1)
        within = sum(((g - g.mean()) ** 2).sum() for g in items) / (total - len(items))
        each = (total - (sizes**2).sum() / total) / (len(items) - 1)
        below = between + (each - 1) * within
        single = (between - within) / below if below > 1e-9 else np.nan
        k = int((panel.codes >= 0).any(axis=0).sum())
        average = 1 + (k - 1) * single
        expected = [single, k * single / average if average > 1e-9 else np.nan]
    assert alike(observed(one_way_family(panel)), expected, tolerance=1e-6)


def test_published_values_and_intervals(shared_data):
    panel = published(shared_data, "anxiety", grades=6)
    families = (two_way_family(panel), one_way_family(panel))
    seen = set()
    for key, params, value, tolerance in expectations(shared_data, "anxiety_icc"):
        if key == "icc":
            form = PUBLISHED[params["name"]]
            family = families[form in ONE_WAY]
            at = pick(family, form=form)
            closed = family.closed[at]
            assert observed(family)[at] == pytest.approx(value["est"], abs=tolerance)
            assert (closed.low, closed.high) == pytest.approx(
                (value["lo"], value["hi"]), abs=tolerance
            )
            assert closed.se is None
            seen.add(form)
    assert seen == {*TWO_WAY, *ONE_WAY}


def test_a_severe_reader_lowers_agreement_and_not_consistency():
    codes = np.array([[0, 1], [1, 2], [2, 3], [0, 1], [1, 2]])
    family = two_way_family(rated(codes))
    found = dict(zip(TWO_WAY, observed(family), strict=True))
    assert found["ICC(C,1)"] == found["ICC(C,k)"] == 1
    assert found["ICC(A,1)"] < 1
    assert set(family.closed) == {None}  # no residual variance


def test_reasons_say_how_many_items_are_complete():
    family = two_way_family(rated([[0, 1, 2], [1, -1, 2], [0, 0, -1]]))
    assert set(family.reasons) == {
        "1 of 3 items were read by all 3 readers; it takes two such items"
    }
    assert set(two_way_family(rated([[1, 1], [1, 1]])).reasons) == {
        "every reading is the same: there is no variance to divide"
    }
    flat = two_way_family(rated([[0, 1], [1, 0]]))
    assert flat.reasons[TWO_WAY.index("ICC(C,k)")] == (
        "the items do not differ in their mean grade: the estimate has no meaning"
    )
    assert set(two_way_family(rated([[0], [1]])).reasons) == {"only one reader"}
    assert set(one_way_family(rated([[0, 1], [1, -1]])).reasons) == {
        "1 of 2 items were read by two readers; it takes two such items"
    }


def test_a_reader_without_readings_takes_no_part():
    codes = np.array([[0, 1], [1, 1], [3, 2], [0, 0]])
    beside = np.insert(codes, 2, -1, axis=1)
    for make in (two_way_family, one_way_family):
        alone, joined = make(rated(codes)), make(rated(beside))
        assert alike(observed(alone), observed(joined))
        assert joined.n_raters == alone.n_raters
        assert alone.closed[0].low == pytest.approx(joined.closed[0].low)


def test_one_way_has_no_interval_for_unequal_readers():
    family = one_way_family(rated([[0, 1, 0], [1, 1, -1], [3, 2, 2], [0, 0, 1]]))
    assert np.isfinite(observed(family)).all()
    assert set(family.closed) == {None}
