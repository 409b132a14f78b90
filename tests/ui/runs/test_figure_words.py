from __future__ import annotations

import pytest

from sgus.ui.runs.figure_words import (
    csv_rows,
    hover_words,
    interval_words,
    made_from,
    number,
    one,
    remark,
    shown_rows,
    those,
)


def figure(name="accuracy", value=0.8312, low=0.7, high=0.9, **more):
    made = {
        "figure": name, "scope": "four_grades", "value": value, "low": low, "high": high,
        "n_images": 404, "n_patients": 50, "few": False, "reason": None,
        "interval": {"method": "patient bootstrap, percentile"},
    }  # fmt: skip
    return made | more


@pytest.mark.parametrize(
    ("value", "how", "said"),
    [
        (0.8312, {}, "0.83"),
        (0.8312, {"share": True}, "83\u00a0%"),
        (0.9999, {}, ">0.99"),
        (1.0, {}, "1.00"),
        (0.0312, {}, "0.031"),
        (-0.0312, {"signed": True}, "\N{MINUS SIGN}0.031"),
        (0.25, {"signed": True}, "+0.25"),
        (-0.0001, {"signed": True}, "0.000"),
        (0.0, {"signed": True}, "0.00"),
        (0.034, {"share": True, "signed": True}, "+3"),
        (-0.002, {"share": True, "signed": True}, "0"),
        (2.84, {}, "2.84"),
    ],
)
def test_number(value, how, said):
    assert number(value, **how) == said


def test_interval_words__say_what_is_missing():
    assert interval_words(figure()) == "83\u00a0% (70 to 90\u00a0%)"
    assert interval_words(figure("auc")) == "0.83 (0.70 to 0.90)"
    assert interval_words(figure(low=None, high=None)) == "83\u00a0%"
    assert interval_words(figure(value=None)) == "not defined"
    assert interval_words(figure("auc", 0.1, -0.05, 0.25), signed=True) == (
        "+0.10 (\N{MINUS SIGN}0.050 to +0.25)"
    )


def test_made_from__names_people_as_they_are_known():
    assert made_from(figure()) == "404 images of 50 patients"
    assert made_from(figure(n_images=1, n_patients=1)) == "1 image of 1 patient"
    assert made_from(figure(n_examinations=60)) == "60 examinations of 50 patients"
    grouped = figure(interval={"method": "group bootstrap, percentile"})
    assert made_from(grouped) == "404 images of 50 groups"


def test_remark__is_the_reason_and_that_it_is_few():
    assert remark(figure()) == ""
    assert remark(figure(few=True)) == "fewer than 10 patients"
    said = remark(figure(few=True, reason="no interval: only 3 patients, fewer than 5"))
    assert said == "no interval: only 3 patients, fewer than 5"
    assert "only 3" in hover_words(figure(reason="no interval: only 3 patients"))


def test_rows__hold_what_is_shown_and_every_digit():
    figures = [figure(), figure("auc", scope="stage1")]
    assert one(figures, scope="stage1")["figure"] == "auc"
    assert one(figures, scope="stage2a") is None
    assert len(those(figures, scope="four_grades")) == 1
    row = shown_rows(figures, where="scope")[0]
    assert row["where"] == "four_grades"
    assert row["statistic"] == "accuracy"
    assert row["made from"] == "404 images of 50 patients"
    assert csv_rows(figures)[0]["value"] == 0.8312
    assert csv_rows(figures)[0]["interval"] == "patient bootstrap, percentile"
