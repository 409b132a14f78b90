from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance

from sgus.cohort.duplicates import HASH_COLUMN
from sgus.cohort.manifest import load_cohort
from sgus.cohort.splits import load_split, make_split
from sgus.core.errors import SplitError
from sgus.workflows.splitting import split_cohort


@pytest.fixture
def cohort(study, import_study):
    (study.images / "005.png").write_bytes((study.images / "001.png").read_bytes())
    return import_study()


def test_split_cohort__identical_images_of_two_patients_stay_together(cohort):
    for seed in range(5):
        result = split_cohort(cohort, "holdout", seed=seed, name=f"s{seed}")
        (fold,) = result.split.folds
        assert any({"1", "2", "5", "6"} <= set(ids) for ids in fold.parts().values())


def test_split_cohort__table_adds_up_and_gaps_are_said(cohort):
    result = split_cohort(cohort, "kfold", n_folds=3, validation_fraction=0.2)
    table = result.table
    assert len(table) == 9
    assert (table.filter(like="grade").sum(axis=1) == table["images"]).all()
    assert (table.groupby("fold")["images"].sum() == 12).all()
    assert table.loc[table["part"] == "test", "images"].sum() == 12
    empty = (table.filter(like="grade") == 0).any(axis=1) & (table["images"] > 0)
    assert len(result.warnings) == empty.sum()
    assert "12 images of 6 patients" in result.text()
    assert load_split(load_cohort(cohort), "kfold") == result.split


def test_split_cohort__hashes_are_computed_where_the_manifest_has_none(cohort):
    path = cohort / "images.csv"
    lines = [line.rsplit(",", 1)[0] for line in path.read_text().splitlines()]
    assert HASH_COLUMN not in lines[0]
    path.write_text("\n".join(lines) + "\n")
    assert split_cohort(cohort, "holdout").split.duplicates == [["1", "5"]]


def test_split_cohort__like_pictures_are_found_where_the_manifest_has_no_hashes(
    study, import_study
):
    with Image.open(study.images / "001.png") as picture:
        ImageEnhance.Brightness(picture).enhance(1.1).save(study.images / "006.png")
    root = import_study()
    path = root / "images.csv"
    lines = [line.rsplit(",", 1)[0] for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\n")
    result = split_cohort(root, "kfold", n_folds=3, validation_fraction=0.0)
    assert result.split.duplicates == [["1", "6"]]
    for fold in result.split.folds:
        assert len({"1", "6"} & set(fold.test)) in (0, 2)


def test_split_cohort__a_split_that_leaks_is_not_written(cohort, monkeypatch):
    def leaking(*arguments, **options):
        split = make_split(*arguments, **options)
        (fold,) = split.folds
        moved = fold.model_copy(
            update={"train": fold.train[1:], "test": [*fold.test, fold.train[0]]}
        )
        return split.model_copy(update={"folds": [moved]})

    monkeypatch.setattr("sgus.workflows.splitting.make_split", leaking)
    with pytest.raises(SplitError, match="is in test and train"):
        split_cohort(cohort, "holdout")
    assert not (cohort / "splits").exists()


def test_split_cohort__a_cohort_changed_afterwards_is_refused(cohort):
    split_cohort(cohort, "holdout")
    path = cohort / "images.csv"
    path.write_text(path.read_text().replace(",P5,", ",P0,"))
    with pytest.raises(SplitError, match="the cohort has changed since it was made"):
        load_split(load_cohort(cohort), "holdout")
