from __future__ import annotations

import pytest

from sgus.cohort.splits import make_split, verify_split
from sgus.core.errors import SplitError


@pytest.fixture
def cohort(make_cohort):
    return make_cohort(
        [
            {"image_id": f"i{at}", "patient_id": f"P{at // 2}", "centre": "AB"[at // 2 % 2],
             "grade": str(at % 4)}
            for at in range(24)
        ]
    )  # fmt: skip


def changed(split, **parts):
    """The split with parts of its first fold replaced."""
    fold = split.folds[0].model_copy(update=parts)
    return split.model_copy(update={"folds": [fold, *split.folds[1:]]})


def test_verify_split__accepts_what_was_made(cohort):
    for scheme in ("holdout", "kfold", "leave-one-centre-out"):
        verify_split(make_split(cohort, scheme), cohort)


def test_verify_split__a_changed_manifest(cohort, make_cohort):
    other = make_cohort([{"image_id": "i0", "patient_id": "P0", "grade": "1"}])
    with pytest.raises(SplitError, match="the cohort has changed since it was made"):
        verify_split(make_split(cohort, "holdout"), other)


def test_verify_split__a_patient_on_two_sides(cohort):
    split = make_split(cohort, "holdout")
    fold = split.folds[0]
    moved, kept = fold.test[0], fold.test[1:]
    bad = changed(split, train=[*fold.train, moved], test=kept)
    with pytest.raises(SplitError, match=rf"patient P\d+ is in test and train: images .*{moved}"):
        verify_split(bad, cohort)


def test_verify_split__one_picture_on_two_sides(cohort):
    split = make_split(cohort, "holdout")
    pair = [split.folds[0].train[0], split.folds[0].test[0]]
    with pytest.raises(SplitError, match=f"one picture is in .*{pair[0]}, {pair[1]}"):
        verify_split(split, cohort, [pair])
    recorded = split.model_copy(update={"duplicates": [pair]})
    with pytest.raises(SplitError, match="one picture is in"):
        verify_split(recorded, cohort)


def test_verify_split__images_missing_unknown_or_repeated(cohort):
    split = make_split(cohort, "holdout")
    fold = split.folds[0]
    gone = fold.train[0]
    bad = changed(split, train=fold.train[1:], test=[*fold.test, fold.test[0], "stranger"])
    with pytest.raises(SplitError) as caught:
        verify_split(bad, cohort)
    said = str(caught.value)
    assert f"image {gone} is in no part" in said
    assert f"image {fold.test[0]} stands 2 times in test" in said
    assert "image stranger is unknown, excluded or not graded" in said


def test_verify_split__an_image_in_two_parts_and_an_empty_part(cohort):
    split = make_split(cohort, "holdout")
    fold = split.folds[0]
    with pytest.raises(SplitError, match=f"image {fold.test[0]} is in test and train"):
        verify_split(changed(split, train=[*fold.train, fold.test[0]]), cohort)
    with pytest.raises(SplitError, match="test is empty"):
        verify_split(changed(split, test=[], train=fold.train + fold.test), cohort)


def test_verify_split__every_image_is_tested_once_over_the_folds(cohort):
    split = make_split(cohort, "kfold")
    first, second = split.folds[:2]
    with pytest.raises(SplitError, match=f"image {first.test[0]} is never tested"):
        verify_split(changed(split, test=first.test[2:]), cohort)
    with pytest.raises(SplitError, match=f"image {second.test[0]} is tested in 2 folds"):
        verify_split(changed(split, test=first.test + second.test), cohort)


def test_verify_split__the_centre_held_out_is_held_out(cohort):
    split = make_split(cohort, "leave-one-centre-out")
    bad = changed(split, held_out="B")
    with pytest.raises(SplitError, match="breaks the rule of holding B out"):
        verify_split(bad, cohort)
