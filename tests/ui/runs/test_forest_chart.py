from __future__ import annotations

from sgus.ui.runs.forest_chart import Line, forest_figure, said_text, span_of
from sgus.ui.theme import FADED
from tests.ui.runs.test_figure_words import figure


def test_forest__draws_values_intervals_and_headings():
    lines = [
        Line("gland"),
        Line("parotid", figure()),
        Line("few", figure(few=True, low=None, high=None, n_patients=3, reason="only 3")),
        Line("none", figure(value=None, low=None, high=None)),
    ]
    drawn = forest_figure(lines, title="t", along="accuracy", at=0.5)
    sure, few, values = drawn.data
    assert list(sure.x) == [0.7, 0.9, None]
    assert not few.x
    assert list(values.y) == [1, 2]
    assert values.marker.color[1] == FADED
    assert drawn.layout.yaxis.ticktext[0] == "<b>gland</b>"
    said = [one.text for one in drawn.layout.annotations]
    assert said[0] == ""
    assert said[1] == "83\u00a0% (70 to 90\u00a0%), n 404/50"
    assert said[3].startswith("not defined")
    assert drawn.layout.xaxis.tickformat == ".0%"


def test_forest__names_from_a_table_are_no_markup():
    drawn = forest_figure([Line("<b>x</b>", figure())], title="t", along="a")
    assert "<b>x" not in drawn.layout.yaxis.ticktext[0]


def test_span__holds_everything():
    low, high = span_of([figure(), figure(value=0.2, low=None, high=None)])
    assert low < 0.2
    assert high > 0.9
    assert span_of([]) == (0.0, 1.0)


def test_said_text__counts_examinations():
    assert said_text(figure(n_examinations=12)).endswith("n 12")
