"""Figures of all readers against statsmodels and krippendorff on random panels."""

from __future__ import annotations

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import example, given, settings
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from sgus.stats.agreement.brennan import brennan_family
from sgus.stats.agreement.fleiss import fleiss_family
from sgus.stats.agreement.krippendorff import LEVELS, krippendorff_family
from tests.reference.random_panels import Drawn, by_readers, drawn_panels
from tests.stats.agreement.rated import observed, pick
from tests.stats.agreement.rated_panels import panel_of


@settings(max_examples=120)
@given(drawn_panels(most_missing=0.0))
def test_fleiss_and_brennan_prediger_are_those_of_statsmodels(drawn):
    """Without gaps only: its `aggregate_raters` counts a missing reading as one more category."""
    panel = drawn.panel
    table, _ = aggregate_raters(panel.codes.astype(int), n_cat=panel.n_grades)
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one grade only: 0/0
        theirs = fleiss_kappa(table)
        uniform = fleiss_kappa(table, method="uniform")
        by_grade = [fleiss_kappa(np.stack([one, table.sum(axis=1) - one], axis=1))
                    for one in table.T]  # fmt: skip
    fleiss, brennan = fleiss_family(drawn.twin), brennan_family(drawn.twin)
    found = observed(fleiss)
    at = pick(fleiss, weights="unweighted", form="overall")
    assert np.isnan(theirs) == (fleiss.reasons[at] is not None)
    assert found[at] == pytest.approx(theirs, abs=1e-12, nan_ok=True)
    assert found[-panel.n_grades :] == pytest.approx(by_grade, abs=1e-11, nan_ok=True)
    place = pick(brennan, weights="unweighted")
    if (table.sum(axis=0) > 0).sum() > 1:
        assert observed(brennan)[place] == pytest.approx(uniform, abs=1e-12)
    else:
        assert brennan.reasons[place] is not None
        assert uniform == 1.0  # which we do not give for one grade only


HARD = [
    panel_of(np.full((5, 3), 2)),  # one grade
    panel_of([[0, -1], [-1, 3]]),  # no item with two readings
    panel_of([[0, 0, -1], [1, -1, -1], [-1, -1, 3], [0, 0, 0]]),  # two grades, but none pairable
    panel_of([[1, 1], [2, 2]]),
    panel_of([[1, 2]]),
    panel_of(np.full((4, 2), -1)),
]


def hard(test):
    for panel in HARD:
        test = example(Drawn(panel, panel))(test)
    return test


@hard
@settings(max_examples=200)
@given(drawn_panels())
def test_alpha_is_that_of_krippendorff(drawn):
    """On the whole scale: its default is the grades that occur, which changes no level."""
    family = krippendorff_family(drawn.twin)
    found = observed(family)
    for at, level in enumerate(LEVELS):
        theirs = krippendorffs(drawn.panel, level)
        assert (family.reasons[at] is None) == np.isfinite(theirs)
        assert found[at] == pytest.approx(theirs, abs=1e-10, nan_ok=True)


def krippendorffs(panel, level):
    """NaN where it raises for want of pairs or divides zero by zero."""

    def alpha():
        return krippendorff.alpha(
            reliability_data=by_readers(panel).T,
            value_domain=np.asarray(panel.scale, dtype=float),
            level_of_measurement=level,
        )

    if not (panel.given.sum(axis=1) > 1).any():
        with pytest.raises(ValueError, match="at least two coders"):
            alpha()
        return float("nan")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return float(alpha())


def test_why_the_other_ways_are_avoided():
    """What these packages do that is no error of ours: seen here, so that it is known if it ends.

    statsmodels makes a category of a missing reading; scikit-learn without `labels` forgets a
    grade that neither reader gave, so that weights change.
    """
    from sklearn.metrics import cohen_kappa_score

    table, categories = aggregate_raters(np.array([[0.0, np.nan], [1.0, 1.0]]))
    assert len(categories) == 3
    assert table.sum() == 4
    first, second = [0, 1, 3, 3], [0, 3, 3, 1]
    bare = cohen_kappa_score(first, second, weights="linear")
    whole = cohen_kappa_score(first, second, weights="linear", labels=range(4))
    assert abs(bare - whole) > 0.01
