"""The first visit to a server just started, straight to a page: the frame has to be there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import serving, visiting


@pytest.mark.parametrize(
    ("address", "heading"),
    [("grade", "Grade images"), ("phantom", "Phantom: a gland of known severity")],
)
def test_first_visit__straight_to_a_page(
    chromium: Browser, installation: Path, address: str, heading: str
) -> None:
    with serving(installation) as url, visiting(chromium, f"{url}/{address}") as page:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(page.get_by_text("Research use only")).to_be_visible()
        links = page.get_by_test_id("stSidebarNav").get_by_role("link")
        expect(links.first).to_have_text("Overview")
        assert page.url.endswith(f"/{address}")
