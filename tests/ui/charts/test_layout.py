from __future__ import annotations

import plotly.graph_objects as go
import pytest

from sgus.ui.charts.export import say_basis
from sgus.ui.charts.layout import chart_layout, label, named


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>Anna</b>", "&lt;b&gt;Anna&lt;/b&gt;"),
        ("A & B", "A &amp; B"),
        ("x" * 50, "x" * 33 + "…"),
        ("ليلى", "ليلى"),
        ("a\nb", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_label__a_name_is_shown_as_it_is_written(name: str, shown: str) -> None:
    assert label(name) == shown


def test_named__categories_stay_apart_where_their_labels_are_alike() -> None:
    names = ["x" * 50 + "1", "x" * 50 + "2"]
    axis = named(names)
    assert axis["tickvals"] == names
    assert axis["ticktext"] == ["x" * 33 + "…"] * 2


def test_say_basis__below_what_runs_along_with_room_for_it() -> None:
    figure = go.Figure(layout=chart_layout("T", height=300))
    figure.update_xaxes(title_text="kappa")
    bottom = figure.layout.margin.b
    say_basis(figure, "404 images")
    assert figure.layout.xaxis.title.text == "kappa<br>404 images"
    assert figure.layout.height - 300 == figure.layout.margin.b - bottom > 0
    bare = go.Figure(layout=chart_layout("T", height=300))
    say_basis(bare, "404 images")
    assert bare.layout.xaxis.title.text == "404 images"
