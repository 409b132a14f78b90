from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.core.errors import CohortError
from sgus.workflows.cohorts import cohort_facts, data_folder, list_cohorts
from sgus.workflows.samples import demo_cohort, sample_image
from tests.made_up import save_small_cohort


def test_cohort_facts__count_images_patients_grades_and_readers(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    save_small_cohort(root)
    facts = cohort_facts(root)
    assert (facts.name, facts.synthetic, facts.n_images) == ("small", True, 6)
    assert (facts.n_patients, facts.patient_unit, facts.n_excluded) == (3, "patient", 1)
    assert (facts.n_readers, facts.n_readings) == (2, 12)
    assert facts.grades == {"parotid": {0: 1, 2: 1, None: 1}, "submandibular": {1: 1, 3: 2}}
    assert facts.next_step == "python -m sgus split data/demo --scheme kfold"
    (root / "splits").mkdir()
    (root / "splits" / "kfold.json").write_text("{}")
    assert cohort_facts(root).next_step == "python -m sgus train data/demo --split kfold"


def test_list_cohorts__one_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    save_small_cohort(tmp_path / "good")
    for name, text in (("array", "[]"), ("damaged", "{")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cohort.json").write_text(text)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "cohort.json").write_text("{}")
    cohorts, problems = list_cohorts(tmp_path)
    assert [facts.root.name for facts in cohorts] == ["good"]
    assert [problem.split(":")[0] for problem in problems] == ["array", "damaged", "empty"]
    assert "images.csv cannot be opened" in problems[2]
    assert list_cohorts(tmp_path / "nowhere") == ([], [])


def test_data_folder__can_be_named_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SGUS_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("SGUS_DATA")
    assert data_folder().name == "data"


def test_demo_cohort__is_never_one_of_people(tmp_path: Path) -> None:
    save_small_cohort(tmp_path / "a")
    save_small_cohort(tmp_path / "demo")
    save_small_cohort(tmp_path / "people", synthetic=False)
    a, demo, people = list_cohorts(tmp_path)[0]
    assert demo_cohort([a, demo, people]) is demo
    assert demo_cohort([people, a]) is a
    assert demo_cohort([people]) is None
    assert demo_cohort([]) is None


def test_sample_image__goes_through_the_grades_and_says_what_is_known(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    save_small_cohort(root)
    samples = [sample_image(root, number) for number in range(5)]
    # Grade 3 has two images, one of them excluded; one image has no grade.
    assert [sample.name for sample in samples] == ["i0.png", "i1.png", "i2.png", "i3.png", "i0.png"]
    assert samples[1].note == (
        "Grade of this image in the cohort: 1; simulated with severity 1.5 (true grade 1)."
    )
    assert samples[2].data == (root / "images" / "i2.png").read_bytes()


def test_sample_image__stays_inside_its_cohort(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    save_small_cohort(root)
    (tmp_path / "secret.png").write_bytes(b"x")
    table = root / "images.csv"
    table.write_text(table.read_text().replace("images/i0.png", "../secret.png"))
    with pytest.raises(CohortError, match="lies outside its cohort"):
        sample_image(root, 0)
    (root / "images" / "i1.png").unlink()
    with pytest.raises(CohortError, match="the image cannot be read"):
        sample_image(root, 1)


def test_sample_image__needs_a_graded_one(tmp_path: Path) -> None:
    (tmp_path / "images.csv").write_text("image_id,path,grade\na,images/a.png,\n")
    (tmp_path / "cohort.json").write_text(json.dumps({}))
    with pytest.raises(CohortError, match="no graded image"):
        sample_image(tmp_path, 0)
