from __future__ import annotations

import pytest

from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import typed_images
from sgus.cohort.store import staging, write_cohort
from sgus.core.errors import CohortError
from sgus.core.files import sha256_bytes

INFO = CohortInfo(name="one")


def images(grade="1"):
    return typed_images([{"image_id": "a", "path": "images/a.png", "grade": grade}])


def write(root, **changes):
    return write_cohort(root, INFO, images(**changes), files={"images/a.png": b"pixels"})


def test_write_cohort__fills_in_hashes_and_leaves_nothing_beside(tmp_path):
    cohort = write(tmp_path / "deep" / "down" / "cohort")
    assert cohort.images["sha256"].tolist() == [sha256_bytes(b"pixels")]
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert sorted(path.name for path in cohort.root.iterdir()) == [
        "cohort.json", "images", "images.csv",
    ]  # fmt: skip


def test_write_cohort__into_an_empty_directory(tmp_path):
    (tmp_path / "cohort").mkdir()
    assert write(tmp_path / "cohort").image_path("a").read_bytes() == b"pixels"


def test_write_cohort__twice_the_same_changes_nothing_another_is_refused(tmp_path):
    root = tmp_path / "cohort"
    write(root)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    write(root)
    with pytest.raises(CohortError, match="another cohort is there"):
        write(root, grade="2")
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["cohort"]


def test_write_cohort__a_place_in_use_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(CohortError, match="in use and is no cohort"):
            write(place)


def test_write_cohort__an_image_without_bytes_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"no file for images/a.png"):
        write_cohort(tmp_path / "c", INFO, images(), files={})
    with pytest.raises(CohortError, match="at least one image"):
        write_cohort(tmp_path / "c", INFO, images().iloc[:0], files={})
    assert list(tmp_path.iterdir()) == []


def test_staging__is_removed_after_an_interrupt(tmp_path):
    def interrupted():
        with staging(tmp_path / "cohort") as staged:
            (staged / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
