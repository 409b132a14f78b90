from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sgus.core.errors import RunError
from sgus.report.predictions import check_predictions


def test_text_columns_become_numbers_and_rows_take_one_order(make):
    table = make(20, 8)
    shuffled = table.sample(frac=1, random_state=1).astype(str)
    clean = check_predictions(shuffled)
    assert clean["image_id"].tolist() == sorted(table["image_id"])
    assert clean["grade"].tolist() == table["grade"].tolist()
    pd.testing.assert_frame_equal(clean, check_predictions(table.astype(str)))


def test_fold_is_optional_and_other_columns_are_dropped(make):
    clean = check_predictions(make(20, 8).drop(columns="fold").assign(gland="parotid"))
    assert (clean["fold"] == "").all()
    assert "gland" not in clean


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("grade", 4, r"grade is not a whole number from 0 to 3 \(row 5\)"),
        ("grade", 1.5, r"grade is not a whole number from 0 to 3 \(row 5\)"),
        ("grade", np.nan, r"grade is not a whole number .* \(row 5\)"),
        ("predicted", -1, r"predicted is not a whole number .* \(row 5\)"),
        ("p2", np.nan, r"a probability is not a number from 0 to 1 \(row 5\)"),
        ("p_stage1", 1.01, r"a probability is not a number from 0 to 1 \(row 5\)"),
        ("p_stage1", "high", r"a probability is not a number from 0 to 1 \(row 5\)"),
        ("patient_id", None, r"patient_id is empty \(row 5\)"),
        ("patient_id", " ", r"patient_id is empty \(row 5\)"),
        ("image_id", "", r"image_id is empty \(row 5\)"),
        ("split", "tset", r"split is none of train, validation, test \(row 5\)"),
        ("image_id", "img0000", r"an image stands twice in one part of one fold \(rows 2, 5\)"),
    ],
)
def test_a_bad_cell_is_refused_by_its_row(make, column, value, message):
    table = make(20, 8).astype(object)
    table.loc[3, column] = value
    with pytest.raises(RunError, match=message):
        check_predictions(table)


def test_probabilities_have_to_sum_to_one_and_be_the_product_of_the_stages(make):
    table = make(20, 8)
    table.loc[0, "p0"] = table.loc[0, "p0"] * 0.99 + 0.001
    with pytest.raises(RunError, match=r"p0 to p3 do not sum to one \(row 2\)"):
        check_predictions(table)
    table = make(20, 8)
    table[["p0", "p1"]] = table[["p1", "p0"]].to_numpy()
    with pytest.raises(RunError, match=r"do not multiply out to p0 to p3 \(rows 2, 3, .* more\)"):
        check_predictions(table)


def test_rounding_to_five_places_is_accepted(make):
    check_predictions(make(50, 20).round(5))


def test_single_precision_a_hair_above_one_is_one(make):
    table = make(20, 8)
    table.loc[0, ["p_stage1", "p_stage2b", "p0", "p1", "p2", "p3"]] = [1 + 1e-7, 0, 0, 0, 1, 0]
    assert check_predictions(table).loc[0, "p_stage1"] == 1.0


def test_missing_columns_and_no_rows_are_named(make):
    with pytest.raises(RunError, match=r"columns are missing: grade, p_stage2b"):
        check_predictions(make(20, 8).drop(columns=["grade", "p_stage2b"]))
    with pytest.raises(RunError, match="no rows"):
        check_predictions(make(20, 8).iloc[:0])


def test_a_patient_on_two_sides_of_a_fold_is_refused(make):
    table = make(20, 8)
    table.loc[table.index[-1], "split"] = "validation"
    with pytest.raises(RunError, match="a patient stands on two sides of one fold"):
        check_predictions(table)


def test_an_image_or_a_patient_tested_in_two_folds_is_refused(make):
    table = make(20, 8, n_folds=2)
    again = table.iloc[[0]].assign(fold="2")
    with pytest.raises(RunError, match=r"an image is tested in more than one fold \(rows 2, 22\)"):
        check_predictions(pd.concat([table, again]))
    again = again.assign(image_id="another")
    with pytest.raises(RunError, match="a patient is tested in more than one fold"):
        check_predictions(pd.concat([table, again]))
