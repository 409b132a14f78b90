from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sgus.core.errors import RunError
from sgus.core.grades import most_probable_grade
from sgus.review.boundary import boundary
from sgus.review.folds import fold_spread

P = {
    "sure 0": [0.9, 0.1, 0.0, 0.0],
    "near 0": [0.6, 0.4, 0.0, 0.0],
    "near 1": [0.3, 0.5, 0.2, 0.0],
    "sure 2": [0.0, 0.1, 0.8, 0.1],
}


def table(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Image, patient, fold, split, name of its probabilities."""
    made = pd.DataFrame(rows, columns=["image_id", "patient_id", "fold", "split", "p"])
    p = np.array([P[name] for name in made.pop("p")])
    made[["p0", "p1", "p2", "p3"]] = p
    return made.assign(predicted=most_probable_grade(p))


def test_fold_spread__is_largest_less_smallest_of_the_models_that_did_not_learn_it() -> None:
    rows = table(
        ("a", "A", "1", "test", "sure 0"),
        ("a", "A", "2", "validation", "near 1"),
        ("a", "A", "3", "validation", "near 0"),
        ("a", "A", "4", "train", "sure 2"),  # it learnt from A: it does not count
        ("b", "B", "1", "train", "sure 0"),
        ("b", "B", "2", "test", "sure 2"),
        ("c", "C", "3", "test", "sure 0"),
        ("c", "C", "4", "validation", "sure 0"),
    )
    found = fold_spread(rows, boundary("0/1")).set_index("image_id")
    assert found.index.tolist() == ["a", "c"]
    assert found["n_held_out"].tolist() == [3, 2]
    assert found["fold_spread"].tolist() == pytest.approx([0.7 - 0.1, 0.0])
    assert found["folds_higher"].tolist() == pytest.approx([1 / 3, 0.0])
    found = fold_spread(rows, boundary("1/2")).set_index("image_id")
    assert found["fold_spread"].tolist() == pytest.approx([0.2, 0.0])
    assert found["folds_higher"].tolist() == [0.0, 0.0]


def test_fold_spread__needs_folds_that_held_an_image_out_twice() -> None:
    once = table(("a", "A", "1", "test", "sure 0"), ("b", "B", "1", "validation", "sure 0"))
    with pytest.raises(RunError, match="of 1 fold only; that needs a k-fold run with validation"):
        fold_spread(once, boundary("0/1"))
    apart = table(("a", "A", "1", "test", "sure 0"), ("b", "B", "2", "test", "sure 0"))
    with pytest.raises(RunError, match="by one model only; that needs a k-fold run"):
        fold_spread(apart, boundary("0/1"))
    with pytest.raises(RunError, match="of 0 fold only"):
        fold_spread(table(("a", "A", "1", "train", "sure 0")), boundary("0/1"))


def test_fold_spread__refuses_a_patient_on_both_sides_of_a_fold() -> None:
    rows = table(
        ("a", "A", "1", "test", "sure 0"),
        ("a2", "A", "1", "train", "sure 0"),
        ("a", "A", "2", "validation", "sure 0"),
    )
    with pytest.raises(RunError, match="patient A was learnt from and held out in fold 1"):
        fold_spread(rows, boundary("0/1"))
