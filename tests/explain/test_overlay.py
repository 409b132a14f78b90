from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from sgus.core.errors import ConfigError
from sgus.explain.overlay import heat_colours, overlay

RAMP = np.linspace(0, 1, 256, dtype=np.float32)[None]
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20


def test_heat_colours__are_inferno() -> None:
    expected = matplotlib.colormaps["inferno"](RAMP)[:, :, :3] * 255
    assert np.abs(heat_colours(RAMP) - expected).max() <= 1.0


def test_heat_colours__get_lighter_all_the_way() -> None:
    luminance = heat_colours(RAMP)[0] @ np.array([0.2126, 0.7152, 0.0722])
    assert luminance[-1] - luminance[0] > 150
    assert np.diff(luminance).min() > -1.0


def test_overlay__shows_the_image_where_the_map_is_zero() -> None:
    cam = np.zeros((3, 4), np.float32)
    cam[1, 2] = 1.0
    drawn = overlay(GREY, cam, opacity=1.0)
    untouched = cam == 0
    assert (drawn[untouched] == GREY[untouched][:, None]).all()
    assert drawn[1, 2].tolist() == heat_colours(cam)[1, 2].tolist()


def test_overlay__mixes_by_opacity_and_map() -> None:
    cam = np.full((3, 4), 0.5, np.float32)
    expected = 0.8 * GREY[:, :, None] + 0.2 * heat_colours(cam)
    assert np.abs(overlay(GREY, cam, opacity=0.4) - expected).max() <= 0.5


def test_overlay__without_opacity_is_the_image() -> None:
    drawn = overlay(GREY, np.ones((3, 4), np.float32), opacity=0.0)
    assert (drawn == GREY[:, :, None]).all()


def test_overlay__refuses_an_opacity_out_of_range() -> None:
    with pytest.raises(ConfigError, match=r"1\.5 is not between 0 and 1"):
        overlay(GREY, np.ones((3, 4), np.float32), opacity=1.5)


def test_overlay__refuses_a_map_of_another_shape() -> None:
    with pytest.raises(ValueError, match=r"the image is \(3, 4\), its map \(2, 2\)"):
        overlay(GREY, np.ones((2, 2), np.float32))
