from sgus.core.grades import GRADES
from sgus.review.form import CONFIDENCES, ITEMS, NOT_GRADABLE, REASONS, check_answer
from sgus.ui.adjudicate.form_keys import NO_GRADE, OFFERED_REASONS, answer_of, fields

TAKEN_BY_THE_PAGE = ("u", "Enter", "Backspace", "Escape")


def test_fields__no_key_is_given_twice() -> None:
    keys = [field["key"] for field in fields() if field["key"]]
    direct = [field for field in fields() if field["kind"] == "direct"]
    keys += [choice["key"] for field in direct for choice in field["choices"]]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(TAKEN_BY_THE_PAGE)


def test_fields__offer_everything_that_the_ledger_takes() -> None:
    by_name = {field["name"]: field for field in fields()}
    values = {name: [one["value"] for one in field["choices"]] for name, field in by_name.items()}
    assert values["grade"] == [*GRADES, NO_GRADE]
    assert values["confidence"] == list(CONFIDENCES)
    assert {name: values[name] for name in ITEMS} == {n: list(v) for n, v in ITEMS.items()}
    assert set(values["reason"]) == set(REASONS) - {NOT_GRADABLE}
    assert len(OFFERED_REASONS) <= 9  # a digit each
    assert [name for name, field in by_name.items() if field["required"]] == [
        "grade",
        "confidence",
    ]


def test_answer_of__a_full_form() -> None:
    answer = answer_of(
        {"grade": 2, "confidence": "low", "border": "partly", "reason": "between", "else": "x"}
    )
    assert (answer.grade, answer.confidence, answer.reason) == (2, "low", "between")
    assert answer.items == {"border": "partly"}


def test_answer_of__not_gradable_brings_its_reason_along() -> None:
    answer = answer_of({"grade": NO_GRADE, "confidence": "high", "reason": "between"})
    assert (answer.grade, answer.reason) == (None, NOT_GRADABLE)
    check_answer(
        answer.grade, confidence=answer.confidence, items=answer.items, reason=answer.reason
    )


def test_answer_of__no_grade_is_none_for_the_ledger_to_refuse() -> None:
    assert answer_of({"confidence": "high"}).grade is None
    assert answer_of({"grade": "2", "confidence": "high"}).grade is None
    assert answer_of({}).reason == ""
