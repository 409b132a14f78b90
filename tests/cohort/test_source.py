from __future__ import annotations

import pytest

from sgus.cohort.source import ImageFolder, find_files, image_name
from sgus.core.errors import CohortError


@pytest.fixture
def folder(tmp_path):
    for name in ("001.jpg", "2.png", "010.jpg", "10.png", "a.JPG", "a.b.png", ".hidden.png",
                 "Thumbs.db", "readme.txt"):  # fmt: skip
        (tmp_path / name).write_bytes(b"x")
    return ImageFolder(tmp_path)


@pytest.mark.parametrize(
    ("image_id", "files"),
    [
        ("001.jpg", ["001.jpg"]),
        ("001", ["001.jpg"]),
        ("1", ["001.jpg"]),
        ("0002", ["2.png"]),
        ("10", ["10.png"]),  # by name before by number
        ("0010", ["010.jpg", "10.png"]),
        ("a", ["a.JPG"]),
        ("a.b", ["a.b.png"]),
        ("3", []),
        ("../a.JPG", []),
    ],
)
def test_image_folder__candidates(folder, image_id, files):
    assert folder.candidates(image_id) == files


def test_image_folder__what_is_beside_the_images(folder):
    assert folder.others == ["readme.txt"]


def test_image_folder__without_images_or_absent(tmp_path):
    with pytest.raises(CohortError, match="no image file is here"):
        ImageFolder(tmp_path)
    with pytest.raises(CohortError, match="no such folder"):
        ImageFolder(tmp_path / "none")


def test_find_files__a_problem_for_each_row_without_one_file(folder):
    files, problems = find_files(folder, ["1", "", "7", "0010"], [2, 3, 4, 5])
    assert [file.name if file else None for file in files] == ["001.jpg", None, None, None]
    assert [(problem.kind, problem.row) for problem in problems] == [
        ("missing-file", 4), ("ambiguous-file", 5),
    ]  # fmt: skip
    assert "010.jpg, 10.png" in problems[1].what


def test_image_name():
    assert [image_name(text) for text in ("1", "1.JPG", "a.b", "a.b.png")] == [
        "1", "1", "a.b", "a.b",
    ]  # fmt: skip
