from __future__ import annotations

import pytest

from sgus.report.compare import compare_runs
from sgus.ui.runs.compare_words import (
    BETTER,
    OPEN,
    WORSE,
    changed_rows,
    changed_words,
    colour_of,
    count_rows,
    difference_lines,
    difference_rows,
    setting_rows,
    settings_of,
    shared_words,
    turn,
)
from tests.report.conftest import make_table
from tests.ui.runs.test_figure_words import figure


@pytest.fixture(scope="module")
def found():
    tables = {"old": make_table(blur=2.0), "new": make_table(blur=0.1)}
    facts = {"config": {"epochs": 3, "network": {"head": "flat"}}, "seed": 0, "split": "a"}
    other = {"config": {"epochs": 9, "network": {"head": "flat"}}, "seed": 0}
    configs = {"old": settings_of(facts), "new": settings_of(other)}
    return compare_runs(tables, configs=configs, n_resamples=60)


def test_differences__are_of_the_other_run_minus_the_first(found):
    lines = difference_lines(found["differences"], "old", "new")
    assert lines[0].name == "accuracy, 4 grades"
    drawn = lines[0].figure
    assert drawn["value"] == pytest.approx(drawn["second_value"] - drawn["first_value"])
    assert drawn["low"] <= drawn["value"] <= drawn["high"]
    assert drawn["value"] > 0
    assert lines[0].colour == BETTER
    score = next(line for line in lines if line.name.startswith("ranked"))
    assert score.figure["value"] < 0
    assert score.colour == BETTER
    row = difference_rows(lines, "old", "new")[0]
    assert row["difference"].startswith("+")
    assert row["difference"].endswith("points")
    assert row["made from"] == "120 images of 40 patients"


def test_turn__swaps_the_ends():
    turned = turn(figure(value=0.1, low=-0.2, high=0.3))
    assert (turned["value"], turned["low"], turned["high"]) == (-0.1, -0.3, 0.2)
    assert turn(figure(value=None, low=None, high=None))["low"] is None


@pytest.mark.parametrize(
    ("name", "low", "high", "colour"),
    [
        ("accuracy", 0.1, 0.2, BETTER),
        ("accuracy", -0.2, -0.1, WORSE),
        ("accuracy", -0.1, 0.1, OPEN),
        ("accuracy", None, None, OPEN),
        ("ranked_probability_score", 0.01, 0.02, WORSE),
    ],
)
def test_colour__only_where_the_interval_says_so(name, low, high, colour):
    assert colour_of(figure(name, 0.1, low, high)) == colour


def test_changed__counts_and_list_agree(found):
    rows = changed_rows(found["changed"], "four_grades")
    said = changed_words(found["changed_counts"], "new", "old", "four_grades")
    assert said.startswith(f"new answers {len(rows)} images otherwise than old: ")
    counts = count_rows(found["changed_counts"], "four_grades")
    assert sum(row["answered otherwise"] for row in counts) == len(rows)
    right = sum("(wrong)" not in row["new"] for row in rows)
    assert sum(row["put right"] for row in counts) == right
    assert changed_words([], "new", "old", "stage1") == "new and old answer every image alike."


def test_settings__that_differ(found):
    rows = setting_rows(found["settings"])
    assert {"setting": "epochs", "old": "3", "new": "9"} in rows
    assert {"setting": "split", "old": "a", "new": "not there"} in rows
    assert [row["setting"] for row in rows] == ["epochs", "split"]
    long = [{"setting": "weights", "values": {"a": "0f" * 32, "b": None}, "missing": []}]
    assert setting_rows(long) == [{"setting": "weights", "a": "0f0f0f0f0f0f...", "b": "none"}]


def test_shared__says_what_each_run_loses():
    runs = [{"run": "a", "n_images": 120}, {"run": "b", "n_images": 404}]
    images = {"n_images": 120, "n_patients": 15, "intersected": True, "runs": runs}
    assert shared_words(images) == (
        "120 images of 15 patients that all runs were tested on; a loses 0 of 120, "
        "b loses 284 of 404."
    )
    same = images | {"intersected": False}
    assert shared_words(same) == "120 images of 15 patients: the very same in all runs."
