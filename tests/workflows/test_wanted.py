from __future__ import annotations

from pathlib import Path

import pytest

from sgus.core.errors import CohortError, ImageError
from sgus.workflows.wanted import Wanted, wanted_files, wanted_rows


def table(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text)
    return path


def test_wanted_files__a_folder_stands_for_its_images_by_name(scans: Path) -> None:
    (scans / "notes.txt").write_text("not an image")
    (scans / ".hidden.png").write_bytes(b"")
    alone = scans.parent / "missing.jpg"
    names = [item.name for item in wanted_files([alone, scans])]
    assert names == [str(alone), *(str(scans / f"{number:03d}.png") for number in (1, 2, 3))]


def test_wanted_files__refuses_a_folder_without_images(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"the folder holds no image \(\.jpg"):
        wanted_files([tmp_path])


def test_wanted_files__refuses_nothing() -> None:
    with pytest.raises(ImageError, match="no image was named"):
        wanted_files([])


def test_wanted_rows__finds_files_by_name_stem_and_number(scans: Path) -> None:
    labels = table(scans.parent, "Anonymized ID,Patient ID\n1,A\n002,A\n003.png,B\n")
    assert wanted_rows(labels, images=scans) == [
        Wanted("1", scans / "001.png"),
        Wanted("002", scans / "002.png"),
        Wanted("003.png", scans / "003.png"),
    ]


def test_wanted_rows__keeps_a_row_without_file_and_says_why(scans: Path) -> None:
    labels = table(scans.parent, "image_id,x\n1,a\n9,b\n,c\n")
    _, missing, nameless = wanted_rows(labels, images=scans)
    assert missing.path is None
    assert missing.problem == "no file 9 in scans. Put it there, or take the row out."
    assert nameless == Wanted("row 4", None, "the row has no image id")


def test_wanted_rows__takes_the_column_named(scans: Path) -> None:
    labels = table(scans.parent, "image_id,Scan\n7,1\n8,2\n")
    found = wanted_rows(labels, images=scans, id_column="scan")
    assert [item.name for item in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("asked", "cause"),
    [("nr", "there is no column 'nr'"), (None, "no column of image ids is known")],
)
def test_wanted_rows__refuses_an_unknown_column(scans: Path, asked: str | None, cause: str) -> None:
    labels = table(scans.parent, "who,what\n1,2\n")
    with pytest.raises(CohortError, match=f"{cause}. Name one with --id-column: 'who', 'what'"):
        wanted_rows(labels, images=scans, id_column=asked)


@pytest.mark.real
def test_wanted_rows__the_benchmarks_own_table(harmonicss: Path) -> None:
    (sheet,) = harmonicss.glob("*.xlsx")
    found = wanted_rows(sheet, images=harmonicss / "Anonymized images")
    assert len(found) >= 172
    assert sum(item.path is not None for item in found) == 172
