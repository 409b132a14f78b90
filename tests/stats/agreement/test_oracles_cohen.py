"""Cohen's kappa of every pair against scikit-learn and statsmodels on random panels."""

from __future__ import annotations

import warnings
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from sgus.stats.agreement.cohen import WEIGHTINGS, cohen_family
from sgus.stats.agreement.family import ClosedForm
from sgus.stats.agreement.light import light_family
from tests.reference.random_panels import Drawn, cross_table, drawn_panels
from tests.stats.agreement.rated import observed
from tests.stats.agreement.rated_panels import panel_of

# Names of the weights over there.
SKLEARN = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}
HARD = [
    panel_of(np.full((9, 2), 1), scale=(0, 1, 2)),  # one grade
    panel_of([[0, 1]]),  # one item
    panel_of([[0, 0]]),
    panel_of([[0, -1], [-1, 1], [2, -1]]),  # no item in common
    panel_of([[0, 0, -1], [1, 1, 3], [2, 2, 3], [-1, 0, 3]]),  # perfect, and a constant reader
    panel_of([[0, 3], [3, 0], [0, 3], [3, 0]]),  # never agree
    panel_of([[3, 3]] * 300 + [[3, 2]]),  # nearly all of one grade
]


def hard(test):
    for panel in HARD:
        test = example(Drawn(panel, panel))(test)
    return test


class Found(NamedTuple):
    """One kappa with its formula, before an interval is withheld for want of items."""

    value: float
    reason: str | None
    closed: ClosedForm | None
    n_items: int


def ours(panel):
    family = cohen_family(panel)
    found = zip(
        observed(family), family.reasons, family.closed, family.used.sum(axis=0), strict=True
    )
    return {
        (frozenset(label.raters), label.weights): Found(*one)
        for label, one in zip(family.labels, found, strict=True)
    }


def quietly(oracle):
    """What it gives, NaN where it warns of 0/0; it goes on with NaN where we give a reason."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return oracle()


@hard
@settings(max_examples=120)
@given(drawn_panels(max_readers=4))
def test_values_are_those_of_scikit_learn(drawn):
    """With `labels`: without, it forgets grades that neither reader gave, and weights shift."""
    panel = drawn.panel
    even = len(set(np.diff(panel.scale))) == 1  # it weights by place, we by the grade's value
    for (readers, weights), row in ours(drawn.twin).items():
        a, b = sorted(readers)
        table = cross_table(panel, a, b).astype(int)
        first, second = (np.repeat(side, table.ravel()) for side in np.indices(table.shape)
                         .reshape(2, -1))  # fmt: skip
        assert row.n_items == len(first)
        if not len(first):
            assert row.reason == "no item was read by both"  # it raises
        elif even or weights == "unweighted":
            labels = range(panel.n_grades)
            score = partial(cohen_kappa_score, labels=labels, weights=SKLEARN[weights])
            theirs = quietly(partial(score, first, second))
            assert (row.reason is not None) == np.isnan(theirs)
            assert row.value == pytest.approx(theirs, abs=1e-12, nan_ok=True)


@hard
@settings(max_examples=120)
@given(drawn_panels())
def test_values_errors_and_intervals_are_those_of_statsmodels(drawn):
    panel = drawn.panel
    for (readers, weights), row in ours(drawn.twin).items():
        table = cross_table(panel, *sorted(readers))
        if not table.any():
            assert row.reason == "no item was read by both"
            continue  # it fails on its own check of the table
        options = {} if weights == "unweighted" else {"weights": panel.scale, "wt": weights}
        theirs = quietly(partial(cohens_kappa, table, **options))
        if np.isnan(theirs.kappa):
            assert "chance leaves no disagreement" in row.reason
            assert row.closed is None
            continue
        assert row.value == pytest.approx(theirs.kappa, abs=1e-11)
        if row.closed is None:  # no spread: a difference of squares leaves a rounding over there
            assert abs(theirs.var_kappa) < 1e-10
            continue
        assert row.closed.se**2 == pytest.approx(theirs.var_kappa, abs=1e-10)
        ends = row.value + row.closed.se * np.array([-1.959963984540054, 1.959963984540054])
        assert ends == pytest.approx([theirs.kappa_low, theirs.kappa_upp], abs=1e-5)
        # Kappa cannot lie beyond -1 and 1, and so our ends do not; theirs may.
        clipped = np.clip(ends, -1.0, 1.0)
        assert (row.closed.low, row.closed.high) == pytest.approx(tuple(clipped), abs=1e-12)


@settings(max_examples=60)
@given(drawn_panels())
def test_light_is_the_mean_of_the_pairs_that_statsmodels_can_compute(drawn):
    found = light_family(drawn.twin)
    values = observed(found)
    panel = drawn.panel
    tables = [cross_table(panel, a, b) for a in panel.readers for b in panel.readers if a < b]
    for at, weights in enumerate(WEIGHTINGS):
        options = {} if weights == "unweighted" else {"weights": panel.scale, "wt": weights}
        kappas = [
            quietly(partial(cohens_kappa, table, return_results=False, **options))
            for table in tables
            if table.any()
        ]
        defined = [kappa for kappa in kappas if not np.isnan(kappa)]
        assert found.n_pairs[at] == len(defined)
        if defined:
            assert values[at] == pytest.approx(np.mean(defined), abs=1e-11)
        else:
            assert np.isnan(values[at])
            assert found.reasons[at] is not None
