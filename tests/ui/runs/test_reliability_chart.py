from __future__ import annotations

import pytest

from sgus.ui.runs.reliability_chart import bin_rows, reliability_figure
from sgus.ui.theme import FADED
from tests.ui.runs.explored import sections


def chosen(section, scope="stage1", binning="equal_width"):
    return [d for d in section["diagrams"] if d["scope"] == scope and d["binning"] == binning]


@pytest.mark.parametrize("binning", ["equal_width", "equal_count"])
def test_reliability__a_point_a_filled_bin_before_and_after(binning):
    section = sections()["reliability"]
    diagrams = chosen(section, binning=binning)
    assert [d["state"] for d in diagrams] == ["before", "after"]
    figure = reliability_figure(diagrams, section["figures"], title="t", along="p", up="share")
    bars = [trace for trace in figure.data if trace.type == "bar"]
    for diagram, bar in zip(diagrams, bars, strict=True):
        assert list(bar.y) == [one["n_images"] for one in diagram["bins"]]
        assert sum(bar.y) == 120
    points = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]
    found = sorted(y for trace in points[:2] for y in trace.y)
    values = [b["value"] for b in diagrams[0]["bins"] if b["value"] is not None]
    assert found == sorted(values)
    assert points[1].marker.color == FADED


def test_reliability__one_panel_where_nothing_was_fitted():
    section = sections(40, 0)["reliability"]
    diagrams = chosen(section)
    figure = reliability_figure(diagrams, section["figures"], title="t", along="p", up="share")
    assert [d["state"] for d in diagrams] == ["before"]
    assert len(figure.layout.annotations) == 1
    assert "calibration error" in figure.layout.annotations[0].text


def test_bin_rows__hold_every_bin():
    rows = bin_rows(chosen(sections()["reliability"]))
    assert len(rows) == 20
    assert {row["state"] for row in rows} == {"before", "after"}
    assert sum(row["n_images"] for row in rows) == 240
