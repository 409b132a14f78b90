from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from sgus.core.region import Region
from sgus.ui.pictures import data_url, draw_region, encode
from sgus.ui.theme import REGION_COLOUR, WINDOW_COLOUR

GREY = np.full((60, 80), 100, dtype=np.uint8)


def test_draw_region__darkens_outside_and_keeps_inside() -> None:
    drawn = draw_region(GREY, Region(10, 10, 70, 50))
    assert drawn[5, 5].tolist() == [50, 50, 50]
    assert drawn[30, 40].tolist() == [100, 100, 100]
    assert tuple(drawn[10, 30]) == REGION_COLOUR
    assert tuple(drawn[49, 69]) == REGION_COLOUR


def test_draw_region__marks_window_and_text() -> None:
    mask = np.zeros(GREY.shape, dtype=bool)
    mask[30, 40] = True
    region, window = Region(0, 0, 80, 60), Region(20, 20, 60, 50)
    drawn = draw_region(GREY, region, window=window, text_mask=mask)
    assert tuple(drawn[20, 30]) == WINDOW_COLOUR
    assert drawn[30, 40].tolist() != [100, 100, 100]
    assert drawn[31, 40].tolist() == [100, 100, 100]


def test_draw_region__leaves_the_picture_alone() -> None:
    before = GREY.copy()
    draw_region(GREY, Region(10, 10, 70, 50), text_mask=GREY > 0)
    assert (before == GREY).all()


@pytest.mark.parametrize(("width", "expected"), [(300, (100, 50)), (80, (80, 40))])
def test_encode__scales_down_only(width: int, expected: tuple[int, int]) -> None:
    data = encode(np.zeros((width // 2, width, 3), dtype=np.uint8), max_width=100)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == expected


def test_data_url__holds_the_picture() -> None:
    rgb = np.zeros((40, 80, 3), dtype=np.uint8)
    kind, _, text = data_url(rgb).partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(text) == encode(rgb)
