from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from sgus.report.document.svg import Frame, Line, interval_bar, plot

FRAME = Frame("A < title", "x & y", "why", (0.0, 10.0), (0.0, 2.0))


def points(svg: str) -> list[tuple[float, float]]:
    (found,) = re.findall(r'polyline [^>]*points="([^"]*)"', svg)
    return [tuple(map(float, pair.split(","))) for pair in found.split()]


def test_a_line_runs_through_the_places_of_its_points() -> None:
    drawn = plot(FRAME, [Line("model", [(0.0, 0.0), (5.0, 1.0), (10.0, 2.0)], "#000000")])
    (left, bottom), (middle_x, middle_y), (right, top) = points(drawn)
    assert (middle_x, middle_y) == pytest.approx(((left + right) / 2, (bottom + top) / 2), abs=0.1)
    assert left < right
    assert top < bottom
    assert (FRAME.x(0.0), FRAME.y(0.0)) == pytest.approx((left, bottom), abs=0.1)


def test_it_is_well_formed_and_escaped() -> None:
    line = Line("<b>", [(1.0, 1.0)], "#000000", bars=[(0.5, 1.5)])
    drawn = plot(FRAME, [line, line], band=[(0, 0.1, 0.2), (1, 0.2, 0.4), (2, None, None)])
    tree = ElementTree.fromstring(drawn)
    assert "A < title" in "".join(tree.itertext())
    assert drawn.count("&lt;b&gt;") == 1
    assert len(tree.findall(".//polygon")) == 1
    assert len(tree.findall(".//circle")) == 2


def test_a_band_breaks_where_it_is_not_known() -> None:
    band = [(0, 0.1, 0.2), (1, 0.1, 0.2), (2, None, None), (3, 0.1, 0.2), (4, 0.1, 0.2)]
    assert plot(FRAME, [], band=band).count("<polygon") == 2
    assert plot(FRAME, [], band=band[:1]).count("<polygon") == 0


def test_an_interval_bar_is_between_zero_and_one_or_not_at_all() -> None:
    drawn = interval_bar({"value": 0.5, "low": 0.25, "high": 0.75})
    tree = ElementTree.fromstring(drawn)
    assert tree.findall(".//path")[1].get("d") == "M29.0 6.0H81.0"
    assert tree.find(".//circle").get("cx") == "55.0"
    assert ElementTree.fromstring(
        interval_bar({"value": 0.5, "low": None, "high": None})
    ).findall(".//path")[1:] == []  # fmt: skip
    for value, low, high in [
        (1.5, 1.0, 2.0),
        (-0.1, -0.2, 0.1),
        (None, None, None),
        (3, None, None),
    ]:
        assert interval_bar({"value": value, "low": low, "high": high}) == ""
