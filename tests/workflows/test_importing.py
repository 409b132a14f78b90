from __future__ import annotations

import hashlib

import numpy as np
import pytest
from PIL import Image

from sgus.cohort.harmonicss import read_harmonicss
from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import load_cohort
from sgus.cohort.quality import NO_REGION
from sgus.cohort.table import read_table
from sgus.core.errors import CohortError
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.workflows import importing
from sgus.workflows.checking import check_cohort
from sgus.workflows.importing import import_cohort
from tests.made_up import marked

MAPPING = {
    "image_id": "Anonymized ID", "patient_id": "Patient ID", "centre": "Center",
    "device": "machine", "grade": "OMERACT score",
}  # fmt: skip


def source_of(study):
    study.write()
    info = CohortInfo(name="study")
    return read_table(study.table, images=study.images, mapping=MAPPING, info=info)


def fingerprint(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_import_cohort__whole_repeatable_and_the_source_untouched(study, tmp_path):
    before = fingerprint(study.images.parent)
    first = import_cohort(source_of(study), tmp_path / "one")
    second = import_cohort(source_of(study), tmp_path / "two")
    again = import_cohort(source_of(study), tmp_path / "one")
    assert (first.created, again.created, first.n_cleaned) == (True, False, 0)
    assert first.cohort.manifest_hash == second.cohort.manifest_hash == again.cohort.manifest_hash
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")
    assert fingerprint(study.images.parent) == before
    assert first.problems == ()
    assert check_cohort(tmp_path / "one").problems == ()


def test_import_cohort__manifest_says_what_the_files_are(study, tmp_path):
    cohort = import_cohort(source_of(study), tmp_path / "out").cohort
    row = cohort.images.iloc[0]
    original = (study.images / "001.png").read_bytes()
    assert cohort.image_path("1").read_bytes() == original
    assert row["sha256"] == hashlib.sha256(original).hexdigest()
    assert (row["width_px"], row["height_px"]) == (128, 96)
    region = Region.parse(row["region"])
    assert region.iou(Region(10, 8, 118, 88)) > 0.8


def test_import_cohort__metadata_is_left_behind_and_the_pixels_are_not(study, tmp_path):
    path = study.images / "001.png"
    exif = Image.Exif()
    exif[0x010E] = "Jane Roe"
    Image.open(path).save(path, exif=exif)
    Image.open(study.images / "002.png").save(study.images / "002.tif")
    (study.images / "002.png").unlink()
    result = import_cohort(source_of(study), tmp_path / "out")
    assert result.n_cleaned == 2
    assert not any(b"Jane Roe" in f.read_bytes() for f in (tmp_path / "out").rglob("*.*"))
    stored = read_image(result.cohort.image_path("1"))
    assert np.array_equal(stored.pixels, read_image(path).pixels)
    assert result.cohort.image_path("2").name == "2.png"


def test_import_cohort__a_phantom_stays_one_and_keeps_no_other_word(study, tmp_path):
    path = study.images / "001.png"
    data = marked(Image.open(path))
    assert b"anatomy_seed" in data
    path.write_bytes(data)
    result = import_cohort(source_of(study), tmp_path / "out")
    assert (result.n_cleaned, result.notes[-1][:27]) == (1, "1 images: SYNTHETIC PHANTOM")
    stored = result.cohort.image_path("1")
    assert read_image(stored).synthetic
    assert b"anatomy_seed" not in stored.read_bytes()
    assert not read_image(result.cohort.image_path("2")).synthetic


def test_import_cohort__all_problems_at_once_and_nothing_left_behind(study, tmp_path):
    study.rows[0][4] = "1.5"
    study.rows[1][0] = "3"
    study.rows[4][0] = "77"
    (study.images / "006.png").write_bytes(b"no image")
    (study.images / "007.png").write_bytes((study.images / "007.png").read_bytes()[:200])
    with pytest.raises(CohortError) as caught:
        import_cohort(source_of(study), tmp_path / "deep" / "out")
    said = str(caught.value)
    assert "5 problems" in said
    assert "row 2 (image 1): grade '1.5' is not a whole number" in said
    assert "row 4 (image 3): the same image_id stands in row 3" in said
    assert "row 6 (image 77): no file 77 in pictures" in said
    assert "row 7 (image 6): it is " in said
    assert "row 8 (image 7): " in said
    assert "Nothing was imported" in said
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_import_cohort__what_does_not_block_is_reported(study, tmp_path):
    (study.images / "004.png").write_bytes((study.images / "001.png").read_bytes())
    study.rows[6][1] = "P0"
    study.rows[8][1] = ""
    result = import_cohort(source_of(study), tmp_path / "out")
    assert [problem.kind for problem in result.problems] == [
        "identical", "two-centres", "no-patient",
    ]  # fmt: skip
    assert "their grades disagree (0 and 3)" in result.problems[0].what
    assert [p.kind for p in check_cohort(tmp_path / "out").problems] == [
        "identical", "two-centres", "no-patient",
    ]  # fmt: skip


def test_import_cohort__without_a_region_kept_but_excluded(study, tmp_path):
    blank = np.zeros((96, 128), np.uint8)
    blank[10:14, 10:40] = 200
    Image.fromarray(blank).save(study.images / "001.png")
    result = import_cohort(source_of(study), tmp_path / "out")
    assert [problem.kind for problem in check_cohort(tmp_path / "out").problems] == ["no-region"]
    row = result.cohort.images.iloc[0]
    assert (row["region"], row["excluded"], row["exclusion_reason"]) == ("", True, NO_REGION)
    assert len(result.cohort.usable()) == 11


def test_import_cohort__an_interrupt_leaves_nothing(study, tmp_path, monkeypatch):
    calls = []

    def interrupted(pixels):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return Region(10, 8, 118, 88)

    monkeypatch.setattr(importing, "find_region", interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_cohort(source_of(study), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_import_cohort__never_into_the_source(study):
    before = fingerprint(study.images)
    for place in (study.images, study.images / "cohort", study.images / "new" / "cohort"):
        with pytest.raises(CohortError, match="inside the folder it is made from"):
            import_cohort(source_of(study), place)
    assert fingerprint(study.images) == before


def test_import_cohort__beside_the_table_as_in_a_working_folder(study):
    assert import_cohort(source_of(study), study.table.parent / "cohort").created


@pytest.mark.real
def test_import_cohort__the_real_images(real_cohort, harmonicss):
    images = load_cohort(real_cohort.root).images
    assert len(images) == len(read_harmonicss(harmonicss).records)
    counts = images["grade"].value_counts()
    assert [counts[grade] for grade in range(4)] == [74, 23, 31, 44]
    assert not images["excluded"].any()
    assert (images["region"] != "").all()
