from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.measures import GRID_MM, MEASURES, NAMES, central_area, measure

# 50 x 40 mm on the very grid: nothing is resampled and areas can be counted in pixels.
HEIGHT, WIDTH = 200, 250
REGION = Region(0, 0, WIDTH, HEIGHT)
GLAND = Region(50, 40, 200, 140)  # 30 x 20 mm


def speckle(seed: int = 0, *, spread: float = 14.0) -> NDArray[np.float64]:
    """Noise with the grain of speckle, mean 0."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(HEIGHT, WIDTH)), 0.8)
    return noise / noise.std() * spread


def picture(levels: NDArray[np.float64], *, spread: float = 14.0) -> NDArray[np.uint8]:
    return np.clip(np.rint(levels + speckle(spread=spread)), 0, 255).astype(np.uint8)


def flat(level: float = 120.0) -> NDArray[np.float64]:
    return np.full((HEIGHT, WIDTH), level)


def mask() -> NDArray[np.bool_]:
    made = np.zeros((HEIGHT, WIDTH), dtype=bool)
    made[GLAND.slices] = True
    return made


def measured(pixels: NDArray[np.uint8], *, spacing_mm: float | None = GRID_MM):
    found = measure(pixels, REGION, mask=mask(), spacing_mm=spacing_mm)
    assert not found.reasons
    return found.values


def test_even_speckle_has_nothing_to_tell() -> None:
    values = measured(picture(flat()))
    assert values["inhomogeneity"] < 3
    assert values["dark_share"] == 0
    assert abs(values["echogenicity"]) < 1.5
    assert values["bright_bands"] == 0


@pytest.mark.parametrize("period_mm", [7.5, 10.0])
def test_inhomogeneity_is_the_spread_of_a_known_wave(period_mm: float) -> None:
    """Of a sine, A / sqrt 2, less what averaging over 1 mm takes: exp(-2 (pi sigma / T)^2)."""
    wave = np.sin(2 * np.pi * np.arange(WIDTH) * GRID_MM / period_mm)
    expected = 30 / np.sqrt(2) * np.exp(-2 * (np.pi * 1.0 / period_mm) ** 2)
    found = measured(picture(flat() + 30 * wave))["inhomogeneity"]
    assert found == pytest.approx(expected, rel=0.06)


def test_what_changes_with_depth_alone_is_no_inhomogeneity() -> None:
    levels = flat() - 60 * np.arange(HEIGHT)[:, None] / HEIGHT
    values = measured(picture(levels))
    assert values["inhomogeneity"] < 3
    assert values["dark_share"] == 0
    assert abs(values["echogenicity"]) < 1.5


@pytest.mark.parametrize("radius", [10, 20, 30])
def test_the_dark_share_is_that_of_known_discs(radius: int) -> None:
    levels, rows, columns = flat(), *np.mgrid[:HEIGHT, :WIDTH]
    for x in (85, 160):
        levels[(rows - 90) ** 2 + (columns - x) ** 2 < radius**2] -= 60
    share = 2 * np.pi * radius**2 / (GLAND.width * GLAND.height)
    assert measured(picture(levels))["dark_share"] == pytest.approx(share, rel=0.12)


def test_dark_speckles_are_no_dark_areas() -> None:
    levels = flat()
    levels[GLAND.slices][::25, ::25] = 20  # single pixels, 0.04 mm² each
    assert measured(picture(levels))["dark_share"] == 0


@pytest.mark.parametrize("step", [-40.0, 25.0])
def test_echogenicity_is_the_step_to_the_tissue_beside_at_every_depth(step: float) -> None:
    levels = flat() - 50 * np.arange(HEIGHT)[:, None] / HEIGHT
    levels[GLAND.slices] += step
    assert measured(picture(levels))["echogenicity"] == pytest.approx(step, abs=1.5)


def test_what_is_black_beside_a_sector_is_no_tissue() -> None:
    pixels = picture(flat())
    pixels[:, :40] = 0
    assert abs(measured(pixels)["echogenicity"]) < 2


def test_without_tissue_beside_it_there_is_no_echogenicity() -> None:
    whole = np.ones((HEIGHT, WIDTH), dtype=bool)
    found = measure(picture(flat()), REGION, mask=whole, spacing_mm=GRID_MM)
    assert found.values["echogenicity"] is None
    assert "too little tissue" in found.reasons["echogenicity"]
    assert found.values["dark_share"] == 0


@pytest.mark.parametrize("thick", [3, 4])
def test_a_band_counts_with_its_own_area(thick: int) -> None:
    levels = flat()
    levels[90 : 90 + thick, 70:180] += 90  # 22 mm long
    share = thick * 110 / (GLAND.width * GLAND.height)
    # Averaging over 0.3 mm makes it up to a pixel thicker on each side.
    assert share <= measured(picture(levels))["bright_bands"] <= share * (thick + 2.5) / thick


def test_a_net_of_bands_counts_and_a_bright_spot_does_not() -> None:
    net, spot = flat(), flat()
    for start in range(3):
        net[60 + start : 130 : 20, 60:190] = 210
        net[60:123, 60 + start : 190 : 30] = 210
    spot[80:95, 110:125] += 90  # 3 x 3 mm, as long as a band and as wide
    assert measured(picture(net))["bright_bands"] > 0.05
    assert measured(picture(spot))["bright_bands"] == 0


def test_gain_cancels() -> None:
    levels = flat() + 15 * np.where(np.arange(WIDTH) // 30 % 2, 1, -1)
    levels[GLAND.slices] -= 20
    darker, brighter = measured(picture(levels - 20)), measured(picture(levels + 20))
    for name in NAMES:
        assert darker[name] == pytest.approx(brighter[name], abs=0.05)


def test_another_resolution_gives_the_same_measures() -> None:
    levels, rows, columns = flat(), *np.mgrid[:HEIGHT, :WIDTH]
    levels[(rows - 90) ** 2 + (columns - 120) ** 2 < 25**2] -= 60
    levels[GLAND.slices] -= 15
    pixels = picture(levels)
    double = np.kron(pixels, np.ones((2, 2), np.uint8))
    large = measure(
        double, Region(0, 0, 2 * WIDTH, 2 * HEIGHT),
        mask=np.kron(mask(), np.ones((2, 2), bool)), spacing_mm=GRID_MM / 2,
    )  # fmt: skip
    assert large.known_scale
    for name, value in measured(pixels).items():
        assert large.values[name] == pytest.approx(value, rel=0.02, abs=1e-3)


def test_nothing_outside_the_gland_leaks_in() -> None:
    quiet, loud = flat(), flat(20)
    loud[GLAND.slices] = 120
    for name in ("inhomogeneity", "dark_share", "bright_bands"):
        inside, beside = measured(picture(quiet))[name], measured(picture(loud))[name]
        assert beside == pytest.approx(inside, abs=0.1)


def test_without_a_mask_the_central_part_is_measured() -> None:
    assert central_area(REGION) == Region(62, 30, 188, 96)
    levels = flat()
    levels[100:] = 30  # below it
    found = measure(picture(levels), REGION, spacing_mm=GRID_MM)
    assert not found.by_mask
    assert found.values["dark_share"] == 0
    empty = measure(picture(levels), REGION, mask=~np.ones_like(mask()), spacing_mm=GRID_MM)
    assert empty == found


@pytest.mark.parametrize("spacing", [None, 0.0, 5.0, 0.001])
def test_an_unknown_or_impossible_spacing_is_said(spacing: float | None) -> None:
    found = measure(picture(flat()), REGION, spacing_mm=spacing)
    assert not found.known_scale
    assert found == measure(picture(flat()), REGION, spacing_mm=None)


def test_a_gland_of_a_few_pixels_has_no_texture() -> None:
    tiny = np.zeros((HEIGHT, WIDTH), dtype=bool)
    tiny[90:110, 90:110] = True  # 4 x 4 mm
    found = measure(picture(flat()), REGION, mask=tiny, spacing_mm=GRID_MM)
    assert set(found.values.values()) == {None}
    assert found.reasons == dict.fromkeys(NAMES, "the area is smaller than 25 mm²")


def test_a_mask_of_another_picture_is_refused() -> None:
    with pytest.raises(ImageError, match="not of the picture's size"):
        measure(picture(flat()), REGION, mask=np.ones((10, 10), dtype=bool))
    with pytest.raises(ImageError, match="lies outside"):
        measure(picture(flat()), Region(300, 0, 400, 100))


def test_every_measure_says_what_it_is() -> None:
    assert len(set(NAMES)) == 4
    assert all(one.meaning.endswith(".") and one.unit and one.title for one in MEASURES)
