from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.files import sha256_file
from sgus.core.region import Region
from sgus.images import thumbnails
from sgus.images.thumbnails import HEIGHT, WIDTH, Thumbnails, name_of, thumbnail
from tests.made_up import encoded, marked, ultrasound

REGION = Region(30, 20, 450, 340)


def opened(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "WEBP"
        return np.asarray(picture.convert("L"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "P0001.png"
    path.write_bytes(encoded(ultrasound()))
    return path


def test_thumbnail__shows_the_region_and_nothing_around_it() -> None:
    pixels = np.zeros((300, 400), np.uint8)
    pixels[:, :100] = 255  # a panel that may hold a name
    pixels[50:250, 150:350] = 128
    small = opened(thumbnail(pixels, Region(150, 50, 350, 250), synthetic=False))
    assert small.shape == (HEIGHT, HEIGHT)
    assert abs(small.astype(int) - 128).max() <= 3


def test_thumbnail__keeps_its_shape_and_is_never_enlarged() -> None:
    wide = opened(thumbnail(np.full((100, 960), 90, np.uint8), None, synthetic=False))
    assert wide.shape == (25, WIDTH)
    tiny = opened(thumbnail(np.full((64, 70), 90, np.uint8), None, synthetic=False))
    assert tiny.shape == (64, 70)


def test_thumbnail__a_region_outside_the_picture_shows_all_of_it() -> None:
    far = Region(900, 900, 950, 950)
    assert opened(thumbnail(np.full((90, 120), 50, np.uint8), far, synthetic=False)).size


def test_thumbnail__a_phantom_says_so_in_a_strip() -> None:
    pixels = np.full((180, 240), 90, np.uint8)
    plain = opened(thumbnail(pixels, None, synthetic=False))
    said = opened(thumbnail(pixels, None, synthetic=True))
    strip = said[plain.shape[0] :]
    assert strip.shape[0] >= 12
    assert strip.max() > 200  # its letters
    assert strip[:, :10].max() < 40


def test_thumbnails__are_made_once(picture: Path, tmp_path: Path) -> None:
    kept = Thumbnails(tmp_path / "thumbnails")
    digest = sha256_file(picture)
    first = kept.get(picture, sha256=digest, region=REGION, synthetic=False)
    picture.unlink()
    assert kept.get(picture, sha256=digest, region=REGION, synthetic=False) == first
    (name,) = [path.name for path in (tmp_path / "thumbnails").iterdir()]
    assert "P0001" not in name
    with pytest.raises(ImageError, match=r"P0001\.png: the file cannot be read"):
        kept.get(picture, sha256=digest, region=None, synthetic=False)


def test_thumbnails__a_file_without_a_known_hash(picture: Path, tmp_path: Path) -> None:
    kept = Thumbnails(tmp_path / "thumbnails")
    first = kept.get(picture, sha256="", region=None, synthetic=False)
    picture.write_bytes(encoded(ultrasound(5)))
    assert kept.get(picture, sha256="", region=None, synthetic=False) != first


def test_thumbnails__another_file_under_the_name_is_refused(picture: Path, tmp_path: Path) -> None:
    kept = Thumbnails(tmp_path / "thumbnails")
    with pytest.raises(ImageError, match="not the file that was imported"):
        kept.get(picture, sha256="0" * 64, region=None, synthetic=False)


def test_thumbnails__a_file_that_says_it_is_a_phantom_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(marked(ultrasound()))
    kept = Thumbnails(tmp_path / "thumbnails")
    digest = sha256_file(path)
    said = opened(kept.get(path, sha256=digest, region=REGION, synthetic=False))
    assert said.shape[0] > HEIGHT


@pytest.mark.parametrize("damage", [b"", b"RIFF", b"not a picture at all"])
def test_thumbnails__a_damaged_one_is_made_again(
    picture: Path, tmp_path: Path, damage: bytes
) -> None:
    kept = Thumbnails(tmp_path / "thumbnails")
    digest = sha256_file(picture)
    whole = kept.get(picture, sha256=digest, region=REGION, synthetic=False)
    (path,) = (tmp_path / "thumbnails").iterdir()
    for data in (damage, whole[:-5]):
        path.write_bytes(data)
        assert kept.get(picture, sha256=digest, region=REGION, synthetic=False) == whole


def test_thumbnails__a_folder_that_cannot_be_written_to(picture: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    kept = Thumbnails(tmp_path / "taken")
    digest = sha256_file(picture)
    assert kept.get(picture, sha256=digest, region=REGION, synthetic=False)[:4] == b"RIFF"


def test_thumbnails__the_oldest_go_first(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "_SWEEP_EVERY", 10_000)
    folder = tmp_path / "thumbnails"
    kept = Thumbnails(folder, max_mb=0.05)
    digest = sha256_file(picture)
    for at in range(12):
        region = Region(30 + at, 20, 450, 340)
        kept.get(picture, sha256=digest, region=region, synthetic=False)
        path = folder / name_of(digest, region, synthetic=False)
        os.utime(path, ns=(at, at))
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert sum(sizes.values()) > 0.05 * 2**20
    left = kept.sweep()
    still = {path.name for path in folder.iterdir()}
    assert left == sum(sizes[name] for name in still) <= 0.9 * 0.05 * 2**20
    newest = [name_of(digest, Region(30 + at, 20, 450, 340), synthetic=False) for at in range(12)]
    assert still == set(newest[-len(still) :])


def test_thumbnails__nothing_of_an_empty_folder(tmp_path: Path) -> None:
    assert Thumbnails(tmp_path / "none").sweep() == 0


def test_name__differs_with_all_it_is_made_of() -> None:
    names = {
        name_of("a", None, synthetic=False),
        name_of("b", None, synthetic=False),
        name_of("a", REGION, synthetic=False),
        name_of("a", Region(30, 20, 450, 341), synthetic=False),
        name_of("a", None, synthetic=True),
    }
    assert len(names) == 5
