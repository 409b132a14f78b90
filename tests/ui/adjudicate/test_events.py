import math

import pytest

from sgus.ui.adjudicate.events import parse_event

GOOD = {"kind": "save", "token": "t", "nonce": "n", "form": {"grade": 1}, "seconds": 4.2}


def test_parse_event__takes_what_the_page_sends() -> None:
    screen = {"picture_px": [400, 300], "window_px": [1280, 800], "pixel_ratio": 1}
    event = parse_event({**GOOD, "screen": screen})
    assert event is not None
    assert (event.kind, event.token, event.nonce) == ("save", "t", "n")
    assert event.form == {"grade": 1}
    assert event.seconds == 4.2
    assert event.screen == screen


@pytest.mark.parametrize(
    "said",
    [
        None,
        "save",
        {**GOOD, "kind": "delete"},
        {**GOOD, "token": ""},
        {**GOOD, "token": 3},
        {**GOOD, "token": "x" * 201},
        {**GOOD, "nonce": None},
    ],
)
def test_parse_event__refuses_the_rest(said: object) -> None:
    assert parse_event(said) is None


@pytest.mark.parametrize("seconds", [None, -1, math.nan, math.inf, 1e9, "5", True])
def test_parse_event__impossible_seconds_are_not_measured(seconds: object) -> None:
    event = parse_event({**GOOD, "seconds": seconds})
    assert event is not None
    assert event.seconds is None


def test_parse_event__nothing_but_numbers_of_known_names_comes_from_the_screen() -> None:
    screen = {"window_px": ["a", 1], "pixel_ratio": math.nan, "name": 3, "picture_px": [1, 2, 3]}
    event = parse_event({**GOOD, "screen": screen, "form": {"grade": [1], "quality": True}})
    assert event is not None
    assert event.screen == {}
    assert event.form == {}
