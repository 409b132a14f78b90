"""The phantom page as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sgus.images.decode import decode_image
from tests.browser.test_app import maps, settle


@pytest.fixture
def phantom_page(page: Page) -> Page:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Phantom").click()
    page.get_by_role("heading", name="Who would call it what").wait_for()
    expect(page.locator(".sgus-call")).to_have_count(5)
    settle(page)
    return page


def picture(page: Page) -> str:
    return str(page.locator("[data-testid=stImage] img").first.get_attribute("src"))


def test_phantom__every_dial_changes_the_picture(phantom_page: Page) -> None:
    page = phantom_page
    expect(page.get_by_text("Research use only")).to_be_visible()
    expect(page.locator(".sgus-chip").first).to_have_text("SYNTHETIC PHANTOM")
    shown = page.locator("[data-testid=stImage] img").first
    seen = [picture(page)]
    for press in ("Scan the same gland again", "Another gland"):
        page.get_by_role("button", name=press).click()
        expect(shown).not_to_have_attribute("src", seen[-1])
        seen.append(picture(page))
    thumb = page.get_by_role("slider", name="Severity of the disease")
    thumb.focus()
    thumb.press("End")
    expect(page.locator(".sgus-scale [aria-current]")).to_have_text("3 diffuse or fibrous")
    expect(shown).not_to_have_attribute("src", seen[-1])
    seen.append(picture(page))
    assert len(set(seen)) == len(seen)


def test_phantom__the_image_taken_away_says_what_it_is(phantom_page: Page, tmp_path: Path) -> None:
    button = phantom_page.get_by_role("button", name="Download the image")
    with phantom_page.expect_download() as caught:
        button.click()
    name = caught.value.suggested_filename
    assert name == "synthetic-phantom-parotid-transverse-premium-s1.50-gland1-scan1.png"
    caught.value.save_as(tmp_path / name)
    assert decode_image((tmp_path / name).read_bytes(), name=name).synthetic


def test_phantom__a_sweep_shows_progress_and_its_end(phantom_page: Page) -> None:
    page = phantom_page
    page.get_by_role("button", name="Run the sweep").click()
    page.get_by_test_id("stProgress").first.wait_for()
    page.locator(".js-plotly-plot").wait_for()
    settle(page)
    expect(page.get_by_text("tiny (learnt from real images) read 128 phantoms")).to_be_visible()
    expect(page.get_by_text("the average reader at 2.00")).to_be_visible()
    assert page.locator(".js-plotly-plot .scatterlayer .trace").count() >= 8


def test_phantom__opens_on_the_grade_page_and_is_marked_there(phantom_page: Page) -> None:
    page = phantom_page
    page.get_by_role("button", name="Open it on the grade page").click()
    page.get_by_role("heading", name="All results").wait_for()
    expect(page.locator(".sgus-name .sgus-chip")).to_have_text("SYNTHETIC PHANTOM")
    assert len(maps(page)) == 3


def test_phantom__a_narrow_window_hides_nothing(phantom_page: Page) -> None:
    phantom_page.set_viewport_size({"width": 480, "height": 800})
    settle(phantom_page)
    main = phantom_page.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")


def test_grade__an_image_of_the_demo_cohort(grade_page: Page) -> None:
    grade_page.get_by_role("button", name="Try an image of the demo cohort").click()
    grade_page.get_by_role("heading", name="All results").wait_for()
    expect(grade_page.get_by_text("Grade of this image in the cohort: 0")).to_be_visible()
    assert len(maps(grade_page)) == 3
