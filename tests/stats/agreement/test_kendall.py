from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import rankdata

from sgus.stats.agreement.kendall import kendall_family
from tests.stats.agreement.rated import alike, expectations, observed, panels, published, rated


def by_the_book(codes):
    codes = codes[:, (codes >= 0).any(axis=0)]
    codes = codes[(codes >= 0).all(axis=1)]
    n, m = codes.shape
    if n < 2 or m < 2:
        return [np.nan, np.nan]
    ranks = np.stack([rankdata(column) for column in codes.T], axis=1).sum(axis=1)
    spread = ((ranks - ranks.mean()) ** 2).sum()
    ties = sum((t**3 - t) for column in codes.T for t in np.unique(column, return_counts=True)[1])
    whole = m**2 * (n**3 - n)
    if whole == m * ties:
        return [np.nan, np.nan]
    return [12 * spread / (whole - m * ties), 12 * spread / whole]


@given(panels())
def test_is_that_of_a_loop(panel):
    assert alike(observed(kendall_family(panel)), by_the_book(panel.codes))


def test_published_values(shared_data):
    found = observed(kendall_family(published(shared_data, "anxiety", grades=6)))
    seen = 0
    for key, params, value, tolerance in expectations(shared_data, "anxiety_icc"):
        if key == "kendall_W":
            at = 0 if params["tie_correction"] else 1
            assert found[at] == pytest.approx(value["W"], abs=tolerance)
            seen += 1
    assert seen == 2


def test_perfect_agreement_is_one_only_with_the_correction():
    corrected, plain = observed(kendall_family(rated([[g, g, g] for g in (0, 1, 1, 2, 3, 3)])))
    assert corrected == 1
    assert plain < 1


def test_a_constant_reader_is_no_error():
    codes = np.array([[0, 1, 2], [1, 1, 2], [2, 1, 3], [3, 1, 3]])
    assert np.isfinite(observed(kendall_family(rated(codes)))).all()


def test_reasons():
    constant = kendall_family(rated([[0, 1], [0, 1], [0, 1]]))
    assert set(constant.reasons) == {"no reader gave two different grades: nothing can be ranked"}
    gaps = kendall_family(rated([[0, 1], [0, -1]]))
    assert set(gaps.reasons) == {"1 of 2 items were read by all 2 readers; it takes two such items"}
    assert gaps.used[:, 0].tolist() == [True, False]
