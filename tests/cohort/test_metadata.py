from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from sgus.cohort.metadata import is_pixels_only

PIXELS = np.random.default_rng(0).integers(0, 255, (40, 50), dtype=np.uint8)


def encoded(kind, pixels=PIXELS, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def with_exif():
    exif = Image.Exif()
    exif[0x010E] = "Jane Roe"
    return exif


def png_text():
    text = PngImagePlugin.PngInfo()
    text.add_text("Patient", "Jane Roe")
    return text


@pytest.mark.parametrize(
    "data",
    [
        encoded("JPEG"),
        encoded("JPEG", np.dstack([PIXELS] * 3), progressive=True),
        encoded("JPEG", restart_marker_blocks=2),
        encoded("PNG"),
        encoded("PNG", dpi=(96, 96)),
    ],
)
def test_is_pixels_only__plain_files(data):
    assert is_pixels_only(data)


@pytest.mark.parametrize(
    "data",
    [
        encoded("JPEG", exif=with_exif()),
        encoded("JPEG", comment=b"Jane Roe"),
        encoded("JPEG", icc_profile=b"profile"),
        encoded("JPEG", xmp=b"<x/>"),
        encoded("JPEG") + b"Jane Roe",
        encoded("JPEG", progressive=True) + b"\xff\xd8",
        encoded("JPEG")[:-20],
        encoded("PNG", pnginfo=png_text()),
        encoded("PNG", exif=with_exif()),
        encoded("PNG") + b"Jane Roe",
        encoded("PNG")[:-4],
        encoded("BMP"),
        encoded("TIFF"),
        b"",
        b"\xff\xd8",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_is_pixels_only__anything_more_is_seen(data):
    assert not is_pixels_only(data)


@pytest.mark.real
def test_is_pixels_only__the_published_benchmark_is_clean(harmonicss):
    files = sorted((harmonicss / "Anonymized images").glob("*.jpg"))
    assert files
    assert all(is_pixels_only(file.read_bytes()) for file in files)
