from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from sgus.core.region import Region
from sgus.ui.viewer.picture import viewer_map, viewer_picture


def pixels_of(url: str) -> np.ndarray:
    head, data = url.split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def noise(height: int = 40, width: int = 60) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width), dtype=np.uint8)


def test_viewer_picture__is_the_region_with_its_very_grey_levels() -> None:
    whole = noise()
    made = viewer_picture(whole, title="one", region=Region(10, 5, 50, 35), spacing=0.1)
    assert np.array_equal(pixels_of(made.url), whole[5:35, 10:50])
    assert (made.width, made.height, made.spacing) == (40, 30, 0.1)
    assert made.as_data()["spacing"] == 0.1


def test_viewer_picture__fills_text() -> None:
    whole = noise()
    whole[10:16, 20:40] = 255
    mask = whole == 255
    mask[:] = False
    mask[10:16, 20:40] = True
    shown = pixels_of(viewer_picture(whole, title="one", text_mask=mask).url)
    assert (shown[10:16, 26:34] < 255).mean() > 0.9
    assert np.array_equal(shown[30:], whole[30:])


@pytest.mark.parametrize("spacing", [None, 0.0, -1.0, float("nan")])
def test_viewer_picture__a_spacing_that_is_none_is_not_known(spacing: float | None) -> None:
    assert viewer_picture(noise(), title="one", spacing=spacing).spacing is None


def test_viewer_picture__another_title_is_another_picture_to_the_browser() -> None:
    one, other = (viewer_picture(noise(), title=title).as_data() for title in ("one", "other"))
    assert one["url"] == other["url"]
    assert one["id"] != other["id"]


def test_viewer_map__covers_nothing_where_it_is_zero() -> None:
    cam = np.zeros((8, 10), np.float32)
    cam[2, 3] = 1.0
    made = viewer_map(cam, name="Stage 1", box=(1, 2, 10, 8))
    shown = pixels_of(made.url)
    assert shown.shape == (8, 10, 4)
    assert shown[2, 3, 3] == 255
    assert shown[..., 3].sum() == 255
    assert made.box == (1, 2, 10, 8)
