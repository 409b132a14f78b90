from __future__ import annotations

import json

import pytest

from sgus.cli.main import main


@pytest.fixture
def root(import_study):
    return import_study()


@pytest.mark.parametrize(
    ("options", "name", "folds"),
    [
        (["--scheme", "holdout", "--fractions", "0.5", "0.25", "0.25"], "holdout", ["holdout"]),
        (["--scheme", "kfold", "--folds", "3", "--name", "three"], "three", ["1", "2", "3"]),
        (["--scheme", "leave-one-centre-out"], "leave-one-centre-out", ["A", "B"]),
    ],
)
def test_split__writes_the_split_and_prints_its_table(root, capsys, options, name, folds):
    assert main(["split", str(root), *options]) == 0
    said = capsys.readouterr().out
    assert "12 images of 6 patients" in said
    assert "patients  images  grade 0  grade 1  grade 2  grade 3" in said
    values = json.loads((root / "splits" / f"{name}.json").read_text())
    assert [fold["name"] for fold in values["folds"]] == folds


def test_split__an_unknown_scheme(root, capsys):
    assert main(["split", str(root), "--scheme", "random"]) == 2
    assert "Use one of: holdout, kfold, leave-one-centre-out" in capsys.readouterr().err
    assert not (root / "splits").exists()
