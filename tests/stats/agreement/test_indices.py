from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement import estimate
from sgus.stats.agreement.cohen import cohen_family
from sgus.stats.agreement.indices import bias_family, pabak_family, prevalence_family
from sgus.stats.agreement.percent import percent_family
from tests.stats.agreement.rated_panels import panel_of, panels


def rows_of(panel, *families):
    made = [family(panel) for family in families]
    return estimate(panel, made, n_resamples=50, rng=np.random.default_rng(0))


@given(panels())
def test_indices_are_those_of_the_table_grade_or_not(panel):
    for row in rows_of(panel, prevalence_family, bias_family):
        one, other = (panel.codes[:, panel.readers.index(name)] for name in row.label.raters)
        both = (one >= 0) & (other >= 0)
        grade = panel.scale.index(row.label.grade)
        x, y = one[both] == grade, other[both] == grade
        a, b, c, d = (x & y).sum(), (x & ~y).sum(), (~x & y).sum(), (~x & ~y).sum()
        if not both.any():
            assert (row.value, row.reason) == (None, "no item was read by both")
        else:
            top = a - d if row.label.statistic == "prevalence_index" else b - c
            assert row.value == pytest.approx(top / both.sum(), abs=1e-15)


@given(panels(max_readers=2))
def test_pabak_is_a_straight_line_in_agreement_and_so_is_its_interval(panel):
    k = panel.n_grades
    share, pabak = rows_of(panel, percent_family, pabak_family)
    if share.value is None:
        assert (pabak.value, pabak.reason) == (None, share.reason)
        return
    both = panel.codes[(panel.codes >= 0).all(axis=1)]
    if len(np.unique(both)) == 1:
        assert pabak.value is None
        assert "chance leaves no disagreement" in pabak.reason
        return
    assert pabak.value == pytest.approx((k * share.value - 1) / (k - 1))
    if share.low is not None:
        ends = [(k * end - 1) / (k - 1) for end in (share.low, share.high)]
        assert (pabak.low, pabak.high) == pytest.approx(tuple(ends))
    if share.se is not None:
        assert pabak.se == pytest.approx(share.se * k / (k - 1))


def test_kappa_of_two_grades_follows_from_pabak_and_both_indices():
    """Byrt, Bishop & Carlin 1993: kappa = (PABAK - PI^2 + BI^2) / (1 - PI^2 + BI^2)."""
    codes = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [21, 4, 9, 6], axis=0)
    rows = rows_of(
        panel_of(codes, scale=(0, 1)), cohen_family, prevalence_family, bias_family, pabak_family
    )
    first = {row.label.statistic: row.value for row in reversed(rows)}
    pi, bi = first["prevalence_index"] ** 2, first["bias_index"] ** 2
    assert first["cohen_kappa"] == pytest.approx((first["pabak"] - pi + bi) / (1 - pi + bi))
    assert first["prevalence_index"] == pytest.approx((21 - 6) / 40)
    assert first["bias_index"] == pytest.approx((4 - 9) / 40)
