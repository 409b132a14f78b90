from __future__ import annotations

import pytest

from sgus.cohort.values import (
    is_name,
    parse_choice,
    parse_count,
    parse_flag,
    parse_grade,
    parse_length,
)


@pytest.mark.parametrize(
    ("text", "grade"), [("", None), ("0", 0), ("3", 3), ("2.0", 2), ("1e0", 1), ("-0", 0)]
)
def test_parse_grade__whole_numbers_of_the_scale(text, grade):
    assert parse_grade(text) == grade


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("1.5", "grade '1.5' is not a whole number"),
        ("4", "grade '4' is outside 0-3"),
        ("-1", "grade '-1' is outside 0-3"),
        ("NA", "grade 'NA' is not a number"),
        ("nan", "grade 'nan' is not a number"),
        ("inf", "grade 'inf' is not a number"),
        ("2,0", "grade '2,0' is not a number"),
        ("0-1", "grade '0-1' is not a number"),
    ],
)
def test_parse_grade__refuses_with_the_cause(text, cause):
    with pytest.raises(ValueError, match=cause):
        parse_grade(text)


@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        ("gland", "Parotid", "parotid"),
        ("gland", "SMG", "submandibular"),
        ("side", "L", "left"),
        ("device_class", "high-end", "high_end"),
        ("side", "", ""),
    ],
)
def test_parse_choice__forgives_case_and_short_forms(field, text, word):
    assert parse_choice(text, field=field) == word


def test_parse_choice__refuses_other_words():
    with pytest.raises(ValueError, match="gland 'thyroid' is not parotid or submandibular"):
        parse_choice("thyroid", field="gland")


def test_parse_flag():
    assert [parse_flag(text) for text in ("true", "YES", "1", "False", "no", "0", "")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="neither true nor false"):
        parse_flag("maybe")


@pytest.mark.parametrize("text", ["0", "-3", "2.5", "x"])
def test_parse_count__refuses(text):
    with pytest.raises(ValueError, match="width_px"):
        parse_count(text, field="width_px")


@pytest.mark.parametrize("text", ["0", "-0.1", "inf"])
def test_parse_length__refuses(text):
    with pytest.raises(ValueError, match="spacing_mm"):
        parse_length(text, field="spacing_mm")


@pytest.mark.parametrize("name", ["001", "Udine (IT)", "a.b", "ärzte-1", "x" * 80])
def test_is_name__accepts(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", ".hidden", "a/b", "a\\b", "../a", "a..b", "x" * 81, "a\n", " a", "a ", "a:b", "-x"]
)
def test_is_name__refuses(name):
    assert not is_name(name)
