from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sgus.phantom.export import SYNTHETIC_MARK, mask_png_bytes, png_bytes, with_mark
from sgus.phantom.request import PhantomRequest


@pytest.fixture
def phantom() -> Any:
    request = PhantomRequest(
        severity=1.25, gland="parotid", view="transverse", device="premium", anatomy_seed=7,
        scan_seed=8,
    )  # fmt: skip
    pixels = np.random.default_rng(0).integers(0, 255, (90, 120), dtype=np.uint8)
    return SimpleNamespace(pixels=pixels, request=request)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_png__keeps_every_pixel_and_the_mark(phantom: Any) -> None:
    picture = opened(png_bytes(phantom))
    assert picture.mode == "L"
    assert np.array_equal(np.asarray(picture), phantom.pixels)
    assert SYNTHETIC_MARK == "SYNTHETIC PHANTOM"
    assert picture.info["Comment"].startswith("SYNTHETIC PHANTOM: a simulated ultrasound image")


def test_png__holds_the_request_that_makes_it_again(phantom: Any) -> None:
    text = opened(png_bytes(phantom)).info["sgus"]
    assert text.startswith(f"{SYNTHETIC_MARK} ")
    values = json.loads(text.removeprefix(SYNTHETIC_MARK))
    assert PhantomRequest.parse(values, source="png") == phantom.request


def test_png__is_the_same_each_time(phantom: Any) -> None:
    assert png_bytes(phantom) == png_bytes(phantom)


def test_mask_png__keeps_the_mask(phantom: Any) -> None:
    mask = phantom.pixels > 100
    picture = opened(mask_png_bytes(mask))
    assert picture.mode == "1"
    assert np.array_equal(np.asarray(picture), mask)
    assert picture.info["Comment"].startswith(SYNTHETIC_MARK)


@pytest.mark.parametrize("shape", [(60, 200), (60, 200, 3)])
def test_with_mark__writes_below_the_picture_and_changes_none_of_it(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8)
    marked = with_mark(pixels)
    assert np.array_equal(marked[:60], pixels)
    strip = marked[60:]
    assert strip.shape[1:] == shape[1:]
    assert 0.03 < (strip > 128).mean() < 0.4
