from __future__ import annotations

from sgus.ui.runs.forest_chart import shown_figures
from sgus.ui.runs.group_words import (
    MEASURES,
    group_lines,
    left_out_words,
    shared_words,
    whole_value,
)
from tests.ui.runs.explored import sections


def test_group_lines__every_group_has_a_line_for_every_measure():
    section = sections()["subgroups"]
    n_groups = sum(len(one["groups"]) for one in section["attributes"])
    for measure in MEASURES:
        lines = group_lines(section, measure)
        assert len(shown_figures(lines)) == n_groups
        assert len(lines) == n_groups + len(section["attributes"])
    assert [line.name for line in lines if line.figure is None][:2] == ["gland", "centre"]


def test_whole__is_that_of_the_report():
    figures = [
        {"figure": "accuracy", "scope": "four_grades", "where": "validation", "value": 0.9},
        {"figure": "accuracy", "scope": "four_grades", "where": "test", "value": 0.7},
        {"figure": "balanced_accuracy", "scope": "stage2a", "where": "test", "subset": "routed",
         "value": 0.1},
        {"figure": "balanced_accuracy", "scope": "stage2a", "where": "test", "subset": "truth",
         "value": 0.8},
    ]  # fmt: skip
    report = {"figures": figures}
    assert whole_value(report, "accuracy", "test") == 0.7
    assert whole_value(report, "balanced accuracy of 0 v 1", "test") == 0.8
    assert whole_value(report, "quadratic kappa", "test") is None
    assert whole_value(None, "accuracy", "test") is None


def test_left_out_and_shared__are_said():
    assert left_out_words([]) == ""
    said = left_out_words([{"attribute": "device_class", "reason": "the cohort does not say"}])
    assert said == "Not shown: device class (the cohort does not say)."
    shared = [{"attribute": "gland", "patients_in_several": 15},
              {"attribute": "sex", "patients_in_several": 0}]  # fmt: skip
    assert shared_words(shared, "patient") == "Patients who stand in several groups: gland (15)."
    assert shared_words(shared[1:], "patient") == ""
