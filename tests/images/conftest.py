"""Real pictures for the image tests."""

from __future__ import annotations

import functools

import pytest

from sgus.images.decode import read_image
from sgus.images.region import find_region


@pytest.fixture(scope="session")
def real_image(harmonicss):
    """Decode a benchmark image by its number, once a session."""

    @functools.cache
    def decode(image_id):
        return read_image(harmonicss / "Anonymized images" / f"{image_id}.jpg").pixels

    return decode


@pytest.fixture(scope="session")
def real_ids(harmonicss):
    """Numbers of all benchmark images."""
    found = sorted(path.stem for path in (harmonicss / "Anonymized images").glob("*.jpg"))
    assert len(found) == 172
    return found


@pytest.fixture(scope="session")
def real_region(real_image):
    """Region found in a benchmark image, once a session."""
    return functools.cache(lambda image_id: find_region(real_image(image_id)))
