from __future__ import annotations

from pathlib import Path

import pytest

from sgus.cohort.values import is_name
from sgus.ui.runs.publish_words import done_words, suggested_name, what_words
from sgus.workflows.publish_plan import PublishPlan


@pytest.mark.parametrize(
    ("run", "name"),
    [("demo-quick", "demo-quick"), ("Our Study_2 (b)", "our-study-2-b"), ("ß", "model")],
)
def test_a_suggested_name_can_be_a_model_s(run, name):
    assert suggested_name(run) == name
    assert is_name(suggested_name(run))


def test_a_long_name_is_cut():
    assert len(suggested_name("x" * 200)) == 60


def test_it_says_whose_model_and_whose_figures():
    one, folds, final = (Path("runs") / name for name in ("one", "folds", "final"))
    assert "its own test part" in what_words(PublishPlan(one, (one,), ()), "one")
    said = what_words(PublishPlan(final, (folds,), ()), "folds")
    assert said == "The model of final, with the figures of folds."
    assert what_words(PublishPlan(None, (), ("no",)), "x") == ""


def test_it_says_where_the_card_is():
    assert "models/first/README.md" in done_words("first", 12)
