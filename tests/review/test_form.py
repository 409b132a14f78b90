"""The form: what it takes and what it refuses."""

from __future__ import annotations

import pytest

from sgus.review.form import (
    CONFIDENCES,
    ITEM_TITLES,
    ITEMS,
    NOT_GRADABLE,
    REASONS,
    LedgerError,
    check_answer,
)


def test_every_value_of_the_form_is_taken():
    for item, values in ITEMS.items():
        for value in values:
            check_answer(1, confidence="low", items={item: value}, reason="")
    for confidence in CONFIDENCES:
        check_answer(3, confidence=confidence, items={}, reason="")
    for reason in REASONS:
        grade = None if reason == NOT_GRADABLE else 0
        check_answer(grade, confidence="low", items={}, reason=reason)


def test_the_items_are_those_of_the_reader_form():
    named = ["echogenicity", "homogeneity", "hypoechoic_areas", "hyperechoic_reflections",
             "border", "quality"]  # fmt: skip
    assert list(ITEMS) == list(ITEM_TITLES) == named


@pytest.mark.parametrize(
    ("grade", "confidence", "items", "reason", "said"),
    [
        (4, "low", {}, "", "grade 4: it is not from 0 to 3"),
        (-1, "low", {}, "", "it is not from 0 to 3"),
        (None, "low", {}, "", "no grade goes with the reason"),
        (2, "low", {}, NOT_GRADABLE, "no grade goes with the reason"),
        (1, "sure", {}, "", "confidence 'sure': it is not on the form. Use one of: low, medium"),
        (1, "low", {"colour": "grey"}, "", "item 'colour'"),
        (1, "low", {"border": "Mrs Doe"}, "", "border 'Mrs Doe': it is not on the form"),
        (1, "low", {}, "Mrs Doe again", "reason 'Mrs Doe again': it is not on the form"),
    ],
)
def test_what_is_not_on_the_form_is_refused(grade, confidence, items, reason, said):
    with pytest.raises(LedgerError) as refused:
        check_answer(grade, confidence=confidence, items=items, reason=reason)
    assert said in str(refused.value)
