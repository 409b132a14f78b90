from __future__ import annotations

import pytest

from sgus.core.cells import printable, spreadsheet_safe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_spreadsheet_safe__a_formula_gets_an_apostrophe(start):
    assert spreadsheet_safe(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "anna", "a=b", "'=1"])
def test_spreadsheet_safe__other_text_stays(text):
    assert spreadsheet_safe(text) == text


def test_printable__nothing_steers_a_terminal():
    assert printable("a\x1b[31m\nb") == "a�[31m�b"
    assert printable("Köln 1 ≥ 0") == "Köln 1 ≥ 0"
    assert printable("abcdef", limit=4) == "abc…"
    assert printable("abcd", limit=4) == "abcd"
