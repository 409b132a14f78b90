from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sgus.cohort.manifest import Cohort
from sgus.cohort.splits import make_split, save_split
from sgus.workflows.cohort_counts import Count
from sgus.workflows.cohort_splits import (
    ALL_FOLDS,
    POOLED,
    SEVERAL,
    find_splits,
    part_facet,
    pictures,
    split_picture,
    thin_parts,
)
from sgus.workflows.cohort_view import cohort_view
from tests.workflows.cohort_rows import cohort_of


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    random = np.random.default_rng(0)
    records = [
        {"image_id": f"i{at}", "patient_id": f"P{at // 3}", "grade": str(random.integers(4)),
         "centre": "AB"[at // 3 % 2]}
        for at in range(90)
    ]  # fmt: skip
    records += [{"image_id": "lone", "patient_id": "P99"}]
    return cohort_of(records, root=tmp_path)


def test_picture__of_a_holdout_holds_every_patient_once(cohort: Cohort) -> None:
    split = make_split(cohort, "holdout")
    view = cohort_view(cohort)
    assert pictures(split) == (split.folds[0].name,)
    picture = split_picture(view, split, split.folds[0].name)
    assert picture.groups == ("train", "validation", "test")
    assert len({cell.patient for cell in picture.cells}) == len(picture.cells) == 30
    patients = dict(zip(cohort.images["image_id"], cohort.images["patient_id"], strict=True))
    for part, ids in split.folds[0].parts().items():
        cells = [cell for cell in picture.cells if cell.group == part]
        assert {cell.patient for cell in cells} == {patients[name] for name in ids}
        assert sum(cell.n_images for cell in cells) == len(ids)
        assert picture.counts[part][-1] == Count(len(ids), len(cells))
        sizes = [cell.n_images for cell in cells]
        assert sizes == sorted(sizes, reverse=True)
    for cell in picture.cells:
        mine = cohort.images[cohort.images["patient_id"] == cell.patient]["grade"]
        assert list(cell.grades) == [int((mine == grade).sum()) for grade in range(4)]


def test_picture__of_folds_says_who_is_tested_where(cohort: Cohort) -> None:
    split = make_split(cohort, "kfold", n_folds=3)
    view = cohort_view(cohort)
    assert pictures(split)[0] == ALL_FOLDS
    picture = split_picture(view, split, ALL_FOLDS)
    assert picture.groups == ("fold 1", "fold 2", "fold 3")
    assert picture.counts[POOLED][-1] == Count(90, 30)
    assert len(thin_parts(picture, least=1000)) == 1  # figures are made from all of them
    assert len(picture.cells) == 30
    one = split_picture(view, split, split.folds[1].name)
    assert one.groups == ("train", "validation", "test")
    assert len(one.cells) == 30


def test_picture__a_patient_of_two_centres_stands_apart(cohort: Cohort) -> None:
    images = cohort.images.copy()
    images.loc[images["image_id"] == "i0", "centre"] = "B"
    changed = replace(cohort, images=images)
    split = make_split(changed, "leave-one-centre-out", validation_fraction=0.0)
    picture = split_picture(cohort_view(changed), split, ALL_FOLDS)
    (cell,) = [cell for cell in picture.cells if cell.group == SEVERAL]
    assert (cell.patient, cell.n_images) == ("P0", 3)
    assert picture.groups[-1] == SEVERAL
    assert len(picture.cells) == 30


def test_find_splits__those_that_do_not_hold_are_said(cohort: Cohort) -> None:
    save_split(make_split(cohort, "holdout"), cohort)
    save_split(make_split(cohort, "kfold", name="old"), replace(cohort, manifest_hash="x"))
    path = cohort.root / "splits" / "old.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"manifest_hash": "0" * 64}))
    (cohort.root / "splits" / "broken.json").write_text("{")
    found = find_splits(cohort)
    assert list(found.splits) == ["holdout"]
    assert [problem.split(":")[0] for problem in found.problems] == ["broken", "old"]
    assert "the cohort has changed since it was made" in found.problems[1]


def test_part_facet__an_image_stands_in_one_part_of_every_fold(cohort: Cohort) -> None:
    for scheme in ("holdout", "kfold"):
        save_split(make_split(cohort, scheme), cohort)
    facet = part_facet(list(cohort.images["image_id"]), find_splits(cohort))
    assert facet.options[:3] == ("holdout: train", "holdout: validation", "holdout: test")
    assert len(facet.options) == 3 + 5 * 3
    assert facet.members[:, :-1].sum(axis=0).tolist() == [6] * 90
    assert not facet.members[:, -1].any()  # it is not graded


def test_part_facet__without_splits(cohort: Cohort) -> None:
    facet = part_facet(["a", "b"], find_splits(cohort))
    assert facet.options == ()
    assert facet.members.shape == (0, 2)


def test_thin_parts__name_grade_part_and_patients(cohort: Cohort) -> None:
    split = make_split(cohort, "holdout")
    picture = split_picture(cohort_view(cohort), split, split.folds[0].name)
    assert thin_parts(picture, least=0) == []
    for line in thin_parts(picture, least=3):
        part, _, rest = line.partition(": ")
        for phrase in rest.split(", "):
            grade, n = int(phrase.split()[1]), phrase.split(" in ")[1].split()[0]
            assert picture.counts[part][grade].patients == (0 if n == "no" else int(n)) < 3
    said = " ".join(thin_parts(picture, least=1000))
    assert said.count("grade 1 in") == 3
