from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.files import sha256_file
from sgus.core.region import Region
from sgus.images import texture_store
from sgus.images.decode import read_image
from sgus.images.geometry import prepare
from sgus.images.texture import FEATURE_NAMES, texture_features
from sgus.images.texture_store import HEIGHT, WIDTH, Textured, texture_table
from tests.conftest import speckled

REGION = Region(10, 8, 118, 88)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Textured]:
    made = []
    for seed in range(3):
        path = tmp_path / f"{seed}.png"
        Image.fromarray(speckled(seed)).save(path)
        made.append(Textured(f"picture {seed}", path, sha256_file(path), REGION))
    return made


def test_features_are_those_of_each_prepared_picture(pictures: list[Textured]) -> None:
    table = texture_table(pictures, directory=None)
    assert table.shape == (3, len(FEATURE_NAMES))
    for row, item in zip(table, pictures, strict=True):
        seen = prepare(read_image(item.path).pixels, REGION, height=HEIGHT, width=WIDTH)
        np.testing.assert_array_equal(row, texture_features(seen.pixels))


def test_what_is_kept_is_not_computed_again(
    pictures: list[Textured], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    store = tmp_path / "cache"
    first = texture_table(
        pictures[:2], directory=store, tick=lambda done, of, left: told.append((done, of))
    )
    assert told == [(1, 2), (2, 2)]
    told.clear()
    table = texture_table(
        pictures[::-1], directory=store, tick=lambda done, of, left: told.append((done, of))
    )
    assert told == [(1, 1)]
    np.testing.assert_array_equal(table[1:], first[::-1])
    monkeypatch.setattr(texture_store, "TEXTURE_VERSION", 99)
    texture_table(pictures[:1], directory=store, tick=lambda *said: told.append((0, 0)))
    assert told[-1] == (0, 0)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"no zip"])
def test_a_damaged_store_is_made_again(
    pictures: list[Textured], tmp_path: Path, content: bytes
) -> None:
    store = tmp_path / "cache"
    first = texture_table(pictures, directory=store)
    (kept,) = store.iterdir()
    kept.write_bytes(content)
    np.testing.assert_array_equal(texture_table(pictures, directory=store), first)


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_kept(
    pictures: list[Textured], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    with pytest.raises(ImageError, match="the bad one"):
        texture_table(
            [*pictures, Textured("the bad one", bad, "ff", REGION)], directory=tmp_path / "cache"
        )
    told: list[int] = []
    texture_table(
        pictures, directory=tmp_path / "cache", tick=lambda done, of, left: told.append(of)
    )
    assert not told


def test_a_first_picture_that_cannot_be_read_leaves_no_store(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    with pytest.raises(ImageError, match="the bad one"):
        texture_table([Textured("the bad one", bad, "ff", REGION)], directory=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_too_long_is_refused_and_what_is_done_is_kept(
    pictures: list[Textured], tmp_path: Path
) -> None:
    with pytest.raises(ImageError, match=r"3 pictures would take about .* Allow more than 0 min"):
        texture_table(pictures, directory=tmp_path / "cache", limit_s=0.0)
    assert texture_table(pictures, directory=tmp_path / "cache", limit_s=0.0).shape[0] == 3


def test_no_picture_is_an_error() -> None:
    with pytest.raises(ImageError, match="not one picture"):
        texture_table([], directory=None)
