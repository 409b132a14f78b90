import threading

import numpy as np
import pytest
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images import cache
from sgus.images.cache import build_cache
from sgus.images.decode import read_image
from sgus.images.geometry import prepare
from tests.images.pictures import speckle

SIZE = {"height": 48, "width": 64}


@pytest.fixture
def items(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    found = []
    for number in range(5):
        path = folder / f"{number}.png"
        Image.fromarray(speckle(100, 140, seed=number)).save(path)
        found.append((f"i{number}", path, Region(number, 0, 140, 100)))
    return found


@pytest.fixture
def preparations(monkeypatch):
    """Counts the pictures that were really prepared."""
    done = []

    def counting(*arguments, **options):
        done.append(1)
        return prepare(*arguments, **options)

    monkeypatch.setattr(cache, "prepare", counting)
    return done


def one_by_one(items):
    return np.stack(
        [prepare(read_image(path).pixels, region, **SIZE).pixels for _, path, region in items]
    )


def test_is_what_prepare_gives_in_order(items, tmp_path):
    expected = one_by_one(items)
    np.testing.assert_array_equal(build_cache(items, **SIZE, directory=None), expected)
    stored = build_cache(items, **SIZE, directory=tmp_path / "cache")
    np.testing.assert_array_equal(stored, expected)
    assert isinstance(stored, np.memmap)
    for array in (stored, build_cache(items, **SIZE, directory=None)):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0, 0] = 1


def test_second_time_nothing_is_prepared(items, tmp_path, preparations):
    first = build_cache(items, **SIZE, directory=tmp_path)
    seen = []
    second = build_cache(
        items, **SIZE, directory=tmp_path, progress=lambda done, of: seen.append((done, of))
    )
    np.testing.assert_array_equal(first, second)
    assert len(preparations) == 5
    assert seen == [(5, 5)]


@pytest.mark.parametrize("what", ["bytes", "region", "order", "size", "version"])
def test_anything_that_matters_makes_it_anew(items, tmp_path, preparations, monkeypatch, what):
    build_cache(items, **SIZE, directory=tmp_path)
    size = dict(SIZE)
    if what == "bytes":
        Image.fromarray(speckle(100, 140, seed=77)).save(items[2][1])
    elif what == "region":
        items[2] = (*items[2][:2], Region(0, 5, 140, 100))
    elif what == "order":
        items.reverse()
    elif what == "size":
        size["width"] = 48
    else:
        monkeypatch.setattr(cache, "PREPARE_VERSION", -1)
    build_cache(items, **size, directory=tmp_path)
    assert len(preparations) == 10


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "no checksum", "other array"])
def test_damaged_files_are_made_again(items, tmp_path, preparations, damage):
    expected = np.array(build_cache(items, **SIZE, directory=tmp_path))
    (path,) = tmp_path.glob("*.npy")
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[:-100])
    elif damage == "flip":
        data[-7] ^= 1
        path.write_bytes(data)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "no checksum":
        path.with_suffix(".sha256").unlink()
    else:
        cache._store(path, expected[:2])
    again = build_cache(items, **SIZE, directory=tmp_path)
    np.testing.assert_array_equal(again, expected)
    assert len(preparations) == 10


def test_progress_counts_every_picture(items):
    seen = []
    build_cache(items, **SIZE, directory=None, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(number, 5) for number in range(1, 6)]


def test_all_problems_are_named_and_nothing_is_stored(items, tmp_path):
    items[1][1].write_bytes(b"")
    items[3] = ("i3", items[3][1], Region(0, 0, 20, 20))
    with pytest.raises(ImageError, match=r"2 of 5 pictures: .*i1 .*empty.*i3 .*20 x 20"):
        build_cache(items, **SIZE, directory=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*")) if (tmp_path / "cache").exists() else True


def test_missing_file_is_named(items, tmp_path):
    items[1][1].unlink()
    with pytest.raises(ImageError, match=r"1\.png: the file cannot be read"):
        build_cache(items, **SIZE, directory=tmp_path / "cache")


def test_no_pictures():
    with pytest.raises(ImageError, match="not one picture"):
        build_cache([], **SIZE, directory=None)


def test_two_builders_at_once_leave_one_sound_file(items, tmp_path):
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(build_cache(items, **SIZE, directory=tmp_path))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for array in results:
        np.testing.assert_array_equal(array, one_by_one(items))
    assert {path.suffix for path in tmp_path.glob("images-*")} == {".npy", ".sha256"}
