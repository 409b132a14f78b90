from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.region import Region

edge = st.integers(0, 40)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    x0, y0 = draw(edge), draw(edge)
    return Region(x0, y0, x0 + draw(st.integers(1, 20)), y0 + draw(st.integers(1, 20)))


@given(regions(), regions())
def test_overlap_equals_counting_pixels(a: Region, b: Region) -> None:
    canvas_a, canvas_b = np.zeros((2, 61, 61), dtype=bool)
    canvas_a[a.slices] = True
    canvas_b[b.slices] = True
    expected = (canvas_a & canvas_b).sum() / (canvas_a | canvas_b).sum()
    assert a.iou(b) == pytest.approx(expected)


@given(regions())
def test_text_is_read_back(region: Region) -> None:
    assert Region.parse(region.text()) == region


@pytest.mark.parametrize("text", ["", "1 2 3", "1 2 3 x", "5 5 5 9", "-1 0 3 3"])
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a region|invalid literal"):
        Region.parse(text)


def test_clip_keeps_the_part_inside() -> None:
    assert Region(2, 3, 90, 80).clip(50, 60) == Region(2, 3, 50, 60)
    with pytest.raises(ValueError, match="not a region"):
        Region(60, 0, 90, 80).clip(50, 60)
