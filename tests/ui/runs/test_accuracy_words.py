from __future__ import annotations

from sgus.ui.runs.accuracy_words import ceilings_of, differences_html, report_points
from tests.ui.runs.test_words import figure

REPORT = {
    "figures": [
        figure("accuracy", 0.65, 0.56, 0.75, interval={"method": "patient bootstrap"}),
        figure("accuracy", 0.8, scope="stage2a", subset="truth", interval=None, n_patients=11),
        figure("accuracy", 0.7, scope="stage2a", subset="routed", interval=None),
    ]
}
BASELINES = {
    "baselines": [{"name": "majority", "title": "Majority <grade>"}],
    "figures": [{"baseline": "majority", **figure("accuracy", 0.4, interval=None)}],
    "differences": [
        {**figure("accuracy", 0.25, 0.1, 0.41), "second": "majority", "first_value": 0.65,
         "second_value": 0.4},
        {**figure("ranked_probability_score", -0.105, n_patients=8), "second": "majority",
         "first_value": 0.086, "second_value": 0.191, "reason": "too few"},
    ],
}  # fmt: skip


def test_points__of_model_and_baselines() -> None:
    points = report_points(REPORT, BASELINES)
    assert [(one.name, one.scope, one.value, one.low) for one in points] == [
        ("model", "four_grades", 0.65, 0.56),
        ("model", "stage2a", 0.8, None),
        ("Majority <grade>", "four_grades", 0.4, None),
    ]
    assert points[1].n_units == 11
    assert [one.kind for one in points] == ["model", "model", "reader"]
    assert len(report_points(REPORT, None)) == 2


def test_differences__signed_and_grey_on_few() -> None:
    said = differences_html(BASELINES, unit="patient").replace("\u00a0", " ")
    assert "<b>+25 points</b> (+10 to +41)" in said
    assert "\N{MINUS SIGN}0.1" in said
    assert "too few" in said
    assert "Majority &lt;grade&gt;" in said
    assert said.count("italic") == 1


def test_ceilings__as_the_report_has_them() -> None:
    row = {
        "scope": "stage1", "figure": "accuracy", "label": "median", "value": 0.9, "low": 0.8,
        "high": 0.95, "n_items": 4, "n_units": 2, "n_readers": 3, "method": "m", "reason": None,
    }  # fmt: skip
    (one,) = ceilings_of({"ceiling": {"figures": [row]}})
    assert one.row() == row
    assert ceilings_of({}) == []
    assert ceilings_of({"ceiling": {"figures": []}}) == []
