from __future__ import annotations

from sgus.report.baseline_lines import baseline_lines


def _report(**more):
    row = {
        "figure": "accuracy", "scope": "four_grades", "subset": None, "first": "model",
        "second": "majority", "first_value": 0.65, "second_value": 0.4, "value": 0.25,
        "low": 0.1, "high": 0.41, "n_images": 120, "n_patients": 15, "reason": None, **more,
    }  # fmt: skip
    return {
        "resampling": {"unit": "patient"}, "reason": None, "caution": "Careful.",
        "baselines": [{"name": "majority", "title": "Majority grade", "method": "Shares."}],
        "differences": [row],
    }  # fmt: skip


def test_a_line_has_both_values_the_difference_its_interval_and_n():
    lines = baseline_lines(_report())
    assert lines[1] == "Model against majority grade. Shares."
    assert lines[2].split("  ")[-1].strip() == (
        "0.65 - 0.40 = +0.25 (+0.10 to +0.41), 120 images of 15 patients"
    )
    assert lines[-1] == "Careful."


def test_a_missing_interval_and_a_missing_figure_have_their_reason():
    (line,) = [x for x in baseline_lines(_report(low=None, high=None, reason="few")) if "0.65" in x]
    assert line.endswith("120 images of 15 patients; few")
    (line,) = [x for x in baseline_lines(_report(value=None, reason="none")) if "Accuracy" in x]
    assert line.endswith("not computed: none")


def test_no_differences_say_why():
    assert baseline_lines(_report() | {"reason": "no test images"}) == [
        "No differences: no test images."
    ]
