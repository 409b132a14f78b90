from __future__ import annotations

import pytest

from sgus.ui.runs.curves_chart import MARK_COLOURS, MOST_POINTS, curve_rows, curves_figure
from tests.report.conftest import make_table
from tests.report.explore_cases import evidence_of
from tests.ui.runs.explored import sections


def drawn(section, marks=()):
    return curves_figure(section["curves"][0], section["figures"], marks, title="0/1 v 2/3")


def test_curves__draw_every_point_and_both_bands():
    section = sections()["curves"]
    figure = drawn(section)
    curve = section["curves"][0]
    lines = [trace for trace in figure.data if trace.line.width == 2.5]
    assert list(lines[0].x) == curve["points"]["false_positive_rate"]
    assert list(lines[0].y) == curve["points"]["sensitivity"]
    assert list(lines[1].y) == curve["points"]["precision"]
    assert sum(trace.fill == "toself" for trace in figure.data) == 2
    area = next(f for f in section["figures"] if f["figure"] == "auc")
    titles = [one.text for one in figure.layout.annotations]
    assert titles[0].startswith(f"ROC: AUC {area['value']:.2f} (")


def test_curves__a_mark_stands_where_its_figures_are():
    from sgus.core.grades import STAGES
    from sgus.report.stage_curves import StageThresholds

    at = StageThresholds.of(evidence_of(make_table()), STAGES[0]).at(0.4)
    named = {figure["figure"]: figure["value"] for figure in at}
    figure = drawn(sections()["curves"], [("threshold 0.40", MARK_COLOURS[0], "circle", at)])
    roc, precision = [trace for trace in figure.data if trace.name == "threshold 0.40"]
    assert roc.x[0] == pytest.approx(1 - named["specificity"])
    assert roc.y[0] == precision.x[0] == named["sensitivity"]
    assert precision.y[0] == named["positive_predictive_value"]
    assert roc.error_x.array[0] > 0


def test_curves__no_band_where_patients_are_too_few():
    section = sections(4, 0)["curves"]
    figure = drawn(section)
    assert not any(trace.fill == "toself" for trace in figure.data)
    assert "no band" in section["curves"][0]["band_reason"]


def test_curves__of_many_images_are_thinned_and_keep_their_ends():
    section = sections()["curves"]
    curve = section["curves"][0]
    n = 5 * MOST_POINTS
    points = {name: [i / n for i in range(n + 1)] for name in curve["points"]}
    figure = curves_figure(curve | {"points": points}, section["figures"], (), title="t")
    line = next(trace for trace in figure.data if trace.line.width == 2.5)
    assert len(line.x) == MOST_POINTS
    assert (line.x[0], line.x[-1]) == (0.0, 1.0)


def test_curve_rows__hold_points_and_bands():
    curve = sections()["curves"]["curves"][0]
    rows = curve_rows(curve)
    points = [row for row in rows if row["what"] == "point"]
    assert len(points) == len(curve["points"]["threshold"])
    assert points[3]["sensitivity"] == curve["points"]["sensitivity"][3]
    assert {row["what"] for row in rows} == {"point", "roc_band", "precision_recall_band"}
