"""What a person does when a click went lost: they click once more."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

LIMIT_S = 60
PATIENCE_MS = 5_000
CHOSEN_MS = 15_000
"""Longer: a second click on what is chosen would take the choice back."""


def reveal(handle: Locator, inside: Locator) -> Locator:
    """What lies inside a list or an expander, opened by a click on its handle.

    The browser draws what the server sent, and a drawing that comes between the click and the
    opening closes it again: then the handle is clicked anew.
    """
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if inside.is_visible():
            return inside
        handle.click()
        try:
            inside.wait_for(timeout=PATIENCE_MS)
        except NotInTime:
            continue
    raise AssertionError(f"{handle} did not open: {inside} is not to be seen")


def choose(page: Page, label: str, option: str) -> None:
    """Choose an entry of a list."""
    entry = page.get_by_role("option", name=option)
    reveal(page.get_by_role("combobox", name=label), entry).click()


def pick(within: Page | Locator, name: str) -> None:
    """Choose one of a row of buttons, such as the views of a page."""
    button = within.get_by_role("radio", name=name, exact=True).first
    end = time.monotonic() + LIMIT_S
    while button.get_attribute("aria-checked") != "true":
        assert time.monotonic() < end, f"{name} cannot be chosen"
        button.click()
        try:
            expect(button).to_have_attribute("aria-checked", "true", timeout=CHOSEN_MS)
        except AssertionError:
            continue
