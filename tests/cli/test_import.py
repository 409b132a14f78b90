from __future__ import annotations

import pytest

from sgus.cli.main import main
from sgus.cohort.manifest import load_cohort

MAPS = [
    word
    for setting in (
        "image_id=Anonymized ID", "patient_id=Patient ID", "centre=Center", "device=machine",
        "grade=OMERACT score",
    )
    for word in ("--map", setting)
]  # fmt: skip


def run(study, out, *more):
    words = ["import", "table", str(study.table), "--images", str(study.images)]
    return main([*words, *MAPS, "--out", str(out), *more])


def test_import_table__says_what_came_in_and_what_is_next(study, tmp_path, capsys):
    assert run(study, tmp_path / "c", "--name", "clinic", "--terms", "ours") == 0
    said = capsys.readouterr().out
    assert f"clinic: 12 images, 6 patients in {tmp_path / 'c'}" in said
    assert said.splitlines()[1].split() == ["grade", "0", "1", "2", "3", "all"]
    assert "0 images carried more than pixels" in said
    assert f"Next: python -m sgus check {tmp_path / 'c'}" in said
    assert load_cohort(tmp_path / "c").info.terms == "ours"
    assert run(study, tmp_path / "c", "--name", "clinic", "--terms", "ours") == 0
    assert "the same: nothing was written" in capsys.readouterr().out


def test_import_table__a_bad_grade(study, tmp_path, capsys):
    study.rows[2][4] = "5"
    study.write()
    assert run(study, tmp_path / "c") == 2
    assert "row 4 (image 3): grade '5' is outside 0-3." in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


def test_import_table__an_unknown_field(study, tmp_path, capsys):
    assert run(study, tmp_path / "c", "--map", "score=machine") == 2
    assert "there is no field 'score'. Use one of: image_id," in capsys.readouterr().err


def test_import_harmonicss__a_wrong_folder(tmp_path, capsys):
    assert main(["import", "harmonicss", str(tmp_path), "--out", str(tmp_path / "c")]) == 2
    assert "no folder 'Anonymized images'" in capsys.readouterr().err


@pytest.mark.real
def test_import_harmonicss__the_real_folder(harmonicss, tmp_path, capsys):
    assert main(["import", "harmonicss", str(harmonicss), "--out", str(tmp_path / "c")]) == 0
    said = capsys.readouterr().out
    assert "172 images, 81 grouping keys" in said
    assert main(["check", str(tmp_path / "c")]) == 0
