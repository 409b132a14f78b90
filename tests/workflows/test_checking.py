from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance

from sgus.core.errors import CohortError
from sgus.workflows.checking import check_cohort


@pytest.fixture
def cohort(import_study):
    return import_study()


def edit(root, row, **cells):
    path = root / "images.csv"
    lines = [line.split(",") for line in path.read_text().splitlines()]
    for column, text in cells.items():
        lines[row - 1][lines[0].index(column)] = text
    path.write_text("\n".join(",".join(line) for line in lines) + "\n")


def found(root):
    return [(problem.kind, problem.row) for problem in check_cohort(root).problems]


def test_check_cohort__clean(cohort):
    result = check_cohort(cohort)
    assert result.text() == f"12 images looked at in {cohort}: no problem."
    assert result.as_dict()["n_problems"] == 0


def test_check_cohort__every_problem_of_a_cohort_too_broken_to_load(cohort):
    edit(cohort, 2, grade="1.5")
    edit(cohort, 3, grade="4")
    edit(cohort, 4, image_id="1")
    edit(cohort, 5, patient_id="")
    edit(cohort, 6, centre="B")
    edit(cohort, 7, region="0 0 999 20")
    edit(cohort, 8, width_px="7")
    edit(cohort, 9, path="../outside.png")
    (cohort / "images" / "9.png").unlink()
    (cohort / "images" / "10.png").write_bytes(b"no image")
    (cohort / "images" / "12.png").write_bytes((cohort / "images" / "11.png").read_bytes())
    (cohort / "images" / "stray.png").write_bytes(b"x")
    assert found(cohort) == [
        ("extra-file", None), ("extra-file", None), ("grade", 2), ("grade", 3), ("same-id", 4),
        ("no-patient", 5), ("two-centres", 7), ("region", 7), ("size", 8), ("path", 9),
        ("missing-file", 10), ("unreadable", 11), ("changed-file", 13), ("identical", 13),
    ]  # fmt: skip
    lines = check_cohort(cohort).text().splitlines()
    assert lines[-1].startswith(f"12 images looked at in {cohort}: 14 problems (2 extra-file, ")


def test_check_cohort__identical_images_and_their_grades(cohort):
    (cohort / "images" / "2.png").write_bytes((cohort / "images" / "1.png").read_bytes())
    whats = [problem.what for problem in check_cohort(cohort).problems]
    assert (
        "byte for byte the same as image 1 (row 2), and their grades disagree (0 and 1)" in whats[1]
    )


def test_check_cohort__near_duplicates(cohort, study):
    bright = ImageEnhance.Brightness(Image.open(study.images / "001.png")).enhance(1.1)
    bright.save(cohort / "images" / "2.png")
    assert ("near-duplicate", 3) in found(cohort)


def test_check_cohort__broken_ratings_columns_and_info(cohort):
    (cohort / "ratings.csv").write_text("image_id,rater_id,reading,grade\nz,R,1,2\n")
    (cohort / "cohort.json").write_text('{"name": "x", "colour": 1}')
    path = cohort / "images.csv"
    path.write_text(path.read_text().replace("spacing_mm", "spacing"))
    assert [kind for kind, _ in found(cohort)] == ["column", "cohort", "ratings"]


def test_check_cohort__what_is_no_cohort(tmp_path):
    with pytest.raises(CohortError, match="no such directory"):
        check_cohort(tmp_path / "none")
    with pytest.raises(CohortError, match=r"images.csv: there is no such file"):
        check_cohort(tmp_path)


@pytest.mark.real
def test_check_cohort__the_real_images_have_no_problem(real_cohort):
    result = check_cohort(real_cohort.root)
    assert result.n_images == len(real_cohort.images)
    assert result.problems == ()
