from __future__ import annotations

from sgus.review.boundary import boundary
from sgus.ui.confusions.variations import answer_rows, stability_figure
from sgus.workflows.look_what_if import Answer, WhatIf


def found() -> WhatIf:
    answers = (
        Answer("as it is", "", 0.0, (0.3, 0.6, 0.1, 0.0), 1, 0.7, True, True),
        Answer("gain", "+3 dB", 3.0, (0.2, 0.7, 0.1, 0.0), 1, 1.25, True, True),
        Answer("blur", "2 px", 2.0, (0.6, 0.3, 0.1, 0.0), 0, -0.7, False, False),
    )
    return WhatIf("i", answers, 2, 1, 1, "Says.", None, True, "", "", True)


def test_stability__a_point_an_answer_on_its_side() -> None:
    figure = stability_figure(found(), boundary("0/1"))
    same, other = figure.data
    assert list(same.x) == [0.7, 1.25]
    assert list(same.y) == ["as it is", "gain +3 dB"]
    assert list(other.x) == [-0.7]
    assert other.marker.symbol != same.marker.symbol  # not by colour alone
    low, high = figure.layout.xaxis.range
    assert low < -0.7
    assert high > 1.25
    assert figure.layout.yaxis.categoryarray[-1] == "as it is"  # plotly draws upwards


def test_rows__to_take_away() -> None:
    rows = answer_rows(found())
    assert [row["holds"] for row in rows] == [True, True, False]
    assert rows[2]["p0"] == 0.6
