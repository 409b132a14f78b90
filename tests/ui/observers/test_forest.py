from __future__ import annotations

from dataclasses import replace

import pytest

from sgus.stats.agreement.family import Agreement, Label
from sgus.ui.charts.layout import label
from sgus.ui.observers.forest import Line, forest_figure, forest_rows, room_for, said_text, span_of
from sgus.ui.theme import FADED, INK

ROW = Agreement(
    Label("cohen_kappa", "quadratic", "pair", ("A", "B")), 0.5, 0.25, 0.75, 0.1, 40, 20, 2, 1,
    "patient bootstrap", None,
)  # fmt: skip
UNDEFINED = replace(ROW, value=None, low=None, high=None, reason="no item was read by both")


def test_forest_figure__values_intervals_and_few_patients_in_grey() -> None:
    few = replace(ROW, value=0.9, low=0.8, high=1.0, n_units=9)
    figure = forest_figure(
        [Line("one", ROW), Line("two", UNDEFINED), Line("three", few)], title="T", along="kappa"
    )
    usual, grey, markers = figure.data
    assert list(usual.x) == [0.25, 0.75, None]
    assert list(grey.x) == [0.8, 1.0, None]
    assert list(markers.x) == [0.5, 0.9]
    assert list(markers.y) == [0, 2]
    assert list(markers.marker.color) == [INK, FADED]
    assert [a.text for a in figure.layout.annotations] == [
        "0.50 (0.25 to 0.75)", "not defined", "0.90 (0.80 to 1.00)",
    ]  # fmt: skip
    assert figure.layout.annotations[1].hovertext == "no item was read by both"
    assert list(figure.layout.yaxis.ticktext) == ["one", "two", "three"]


def test_forest_figure__nothing_to_draw() -> None:
    assert len(forest_figure([], title="T", along="kappa").data) == 3


@pytest.mark.parametrize(
    ("row", "how", "said"),
    [
        (ROW, {"share": False, "signed": True}, "+0.50 (0.25 to 0.75)"),
        (ROW, {"share": True}, "50\u00a0% (25 to 75\u00a0%)"),
        (replace(ROW, low=None, high=None), {"share": False}, "0.50"),
        (UNDEFINED, {"share": False}, "not defined"),
    ],
)
def test_said_text(row: Agreement, how: dict[str, bool], said: str) -> None:
    assert said_text(row, **how) == said


def test_span_of__holds_everything() -> None:
    low, high = span_of([ROW, UNDEFINED])
    assert low < 0.25
    assert high > 0.75
    assert span_of([UNDEFINED]) == (0.0, 1.0)


def test_rows_and_names() -> None:
    (row,) = forest_rows([Line("one", ROW)], what="x")
    assert (row["shown as"], row["what"], row["value"]) == ("one", "x", 0.5)
    assert label("x" * 50) == "x" * 33 + "…"


def test_forest_figure__there_is_room_for_names_and_numbers() -> None:
    names = ["A", "R" * 200, "n" * 200]
    figure = forest_figure([Line(name, ROW) for name in names], title="T", along="kappa")
    # A letter is 0.55 em in words and digits, 0.77 in capitals, of the 15 pixels of the font.
    assert figure.layout.margin.l >= 34 * 0.73 * 15
    assert figure.layout.margin.r >= 0.55 * 15 * len("0.50 (0.25 to 0.75)")
    assert room_for(names) == figure.layout.margin.l
    assert room_for([]) > 0
