from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sgus.cohort.schemes import fold_name
from sgus.cohort.splits import load_split, make_split, save_split, verify_split
from sgus.core.errors import ConfigError, SplitError

SCHEMES = ("holdout", "kfold", "leave-one-centre-out")


def records(n_patients, seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for patient in range(n_patients):
        for _ in range(rng.integers(1, 5)):
            name, grade = f"i{len(made)}", str(rng.integers(4))
            centre = "ABC"[patient % 3]
            made.append(
                {"image_id": name, "patient_id": f"P{patient}", "centre": centre, "grade": grade}
            )
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), scheme=st.sampled_from(SCHEMES), seed=st.integers(0, 99))
def test_make_split__nobody_and_no_picture_stands_on_two_sides(make_cohort, data, scheme, seed):
    rows = records(data.draw(st.integers(30, 45)), seed)
    ids = [row["image_id"] for row in rows]
    pairs = data.draw(st.lists(st.lists(st.sampled_from(ids), min_size=2, max_size=2), max_size=3))
    cohort = make_cohort(rows)
    validation = data.draw(st.sampled_from([0.0, 0.15]))
    split = make_split(
        cohort, scheme, seed=seed, duplicates=pairs, n_folds=3, validation_fraction=validation
    )
    verify_split(split, cohort, pairs)
    patient = {row["image_id"]: row["patient_id"] for row in rows}
    for fold in split.folds:
        sides = [set(part) for part in fold.parts().values()]
        for i in range(3):
            for j in range(i):
                assert not sides[i] & sides[j]
                assert not {patient[x] for x in sides[i]} & {patient[x] for x in sides[j]}
                assert not any(set(pair) & sides[i] and set(pair) & sides[j] for pair in pairs)
        assert fold.train
        assert fold.test
        assert bool(fold.validation) == (scheme == "holdout" or validation > 0)
    tested = [image_id for fold in split.folds for image_id in fold.test]
    if scheme == "holdout":
        (fold,) = split.folds
        assert sorted(fold.train + fold.validation + fold.test) == sorted(ids)
    else:
        assert sorted(tested) == sorted(ids)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_make_split__the_seed_decides(make_cohort, scheme):
    cohort = make_cohort(records(30))
    assert make_split(cohort, scheme, seed=1) == make_split(cohort, scheme, seed=1)
    if scheme != "leave-one-centre-out":  # whose test parts are given, and the rest small
        assert make_split(cohort, scheme, seed=1).folds != make_split(cohort, scheme, seed=2).folds


def test_make_split__shares_of_each_grade(make_cohort):
    rows = records(150)
    (fold,) = make_split(make_cohort(rows), "holdout").folds
    for grade in "0123":
        of_grade = {row["image_id"] for row in rows if row["grade"] == grade}
        for ids, share in ((fold.train, 0.7), (fold.validation, 0.15), (fold.test, 0.15)):
            assert len(of_grade & set(ids)) == pytest.approx(share * len(of_grade), abs=1.5)


def test_make_split__leaves_out_what_cannot_be_used_and_says_so(make_cohort):
    rows = records(20)
    rows[3] |= {"excluded": "true", "exclusion_reason": "doppler"}
    rows[5] |= {"grade": ""}
    split = make_split(make_cohort(rows), "kfold")
    assert split.left_out == ["i3", "i5"]
    assert split.n_images == len(rows) - 2


def test_make_split__leave_one_centre_out_with_a_patient_in_two_centres(make_cohort):
    rows = records(20)
    shared = [row for row in rows if row["patient_id"] == "P0"]
    shared[0]["centre"], there = "B", shared[1:]
    cohort = make_cohort(rows)
    split = make_split(cohort, "leave-one-centre-out")
    verify_split(split, cohort)
    assert there
    folds = {fold.held_out: fold for fold in split.folds}
    assert shared[0]["image_id"] in folds["B"].test
    for row in there:  # tested in its own centre, nowhere in the fold of the other
        assert row["image_id"] in folds["A"].test
        assert not any(row["image_id"] in ids for ids in folds["B"].parts().values())


@pytest.mark.parametrize(
    ("changes", "settings_", "cause"),
    [
        ({"patient_id": ""}, {}, "have no patient.*i0"),
        ({"grade": ""}, {}, "no image is graded"),
        ({"centre": "A"}, {"scheme": "leave-one-centre-out"}, "only one centre"),
        ({"centre": ""}, {"scheme": "leave-one-centre-out"}, "some images have no centre"),
        ({"patient_id": "P"}, {}, "1 patients cannot fill 3 parts"),
        ({}, {"fractions": (0.7, 0.7, 0.1)}, "not three shares of one whole"),
        ({}, {"fractions": (0.0, 0.5, 0.5)}, "not three shares of one whole"),
        ({}, {"n_folds": 1}, "1 is fewer than 2"),
        ({}, {"validation_fraction": 1.0}, "not from 0 to below 1"),
        ({}, {"name": "../x"}, "cannot be a file name"),
    ],
)
def test_make_split__refuses(make_cohort, changes, settings_, cause):
    rows = [row | changes for row in records(10)]
    scheme = {"scheme": "holdout"} | settings_
    with pytest.raises(SplitError, match=cause):
        make_split(make_cohort(rows), **scheme)


def test_make_split__an_unknown_scheme_lists_the_known(make_cohort):
    with pytest.raises(ConfigError, match="holdout, kfold, leave-one-centre-out"):
        make_split(make_cohort(records(10)), "random")


def test_fold_name__fits_a_directory_and_is_its_own():
    centres = ["Udine (Italy)", "a/b", "a b", "??"]
    names = [fold_name(centres, at) for at in range(4)]
    assert names == ["Udine-Italy", "a-b-2", "a-b-3", "centre"]


def test_save_split__once_and_never_over_another(make_cohort, tmp_path):
    cohort = replace(make_cohort(records(20)), root=tmp_path)
    path = save_split(make_split(cohort, "kfold"), cohort)
    assert path == tmp_path / "splits" / "kfold.json"
    save_split(make_split(cohort, "kfold"), cohort)
    with pytest.raises(SplitError, match="another split has this name"):
        save_split(make_split(cohort, "kfold", seed=1), cohort)
    assert load_split(cohort, "kfold") == make_split(cohort, "kfold")
    with pytest.raises(SplitError, match=r"split none: it is not in .*Use one of: kfold"):
        load_split(cohort, "none")


def test_load_split__a_split_changed_by_hand_is_refused(make_cohort, tmp_path):
    cohort = replace(make_cohort(records(20)), root=tmp_path)
    path = save_split(make_split(cohort, "holdout"), cohort)
    values = json.loads(path.read_text())
    moved = values["folds"][0]["test"].pop()
    values["folds"][0]["train"].append(moved)
    path.write_text(json.dumps(values))
    with pytest.raises(SplitError, match=rf"patient P\d+ is in test and train: images .*{moved}"):
        load_split(cohort, "holdout")


@pytest.mark.real
def test_make_split__real_images_every_grade_in_every_part(real_cohort):
    split = make_split(real_cohort, "kfold")
    grades = dict(zip(real_cohort.images["image_id"], real_cohort.images["grade"], strict=True))
    counts = {grade: [] for grade in range(4)}
    for fold in split.folds:
        for grade, found in counts.items():
            found.append(sum(grades[image_id] == grade for image_id in fold.test))
    assert [sum(found) for found in counts.values()] == [74, 23, 31, 44]
    assert all(max(found) - min(found) <= 1 for found in counts.values())
