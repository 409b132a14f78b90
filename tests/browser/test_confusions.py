"""The confusions page as a person meets it: an image from near, another at its side, a queue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, visiting
from tests.browser.opening import pick
from tests.browser.test_app import settle
from tests.browser.test_observers import rows_of, saved
from tests.pages.test_confusions import ratings
from tests.workflows.looked_at import looked_at


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with a run of three folds, its networks, and three readers of every image."""
    folder = tmp_path_factory.mktemp("confusions")
    (folder / "models").mkdir()
    looked_at(folder, ratings=ratings(folder / "grades"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SGUS_RUNS", str(folder / "runs"))
        with serving(folder) as url:
            yield url


@pytest.fixture
def confusions(chromium: Browser, address: str) -> Iterator[Page]:
    with visiting(chromium, address) as page:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Confusions").click()
        page.get_by_role("heading", name="Confusions: grades mixed up").wait_for()
        settle(page)
        page.get_by_role("button", name="kfold", exact=True).click()
        expect(page.get_by_text("What was found")).to_be_visible()
        settle(page)
        yield page


def open_first(page: Page) -> str:
    button = page.locator("[class*='st-key-sgus-gallery-confusions-P']").get_by_role("button").first
    name = button.inner_text()
    button.click()
    expect(page.locator(".viewer[data-ready]")).to_be_visible()
    settle(page)
    return name


def test_confusions__the_list_and_its_table(confusions: Page, tmp_path: Path) -> None:
    page = confusions
    expect(page.get_by_text("SYNTHETIC PHANTOM").first).to_be_visible()
    tiles = page.locator(".sgus-tile img")
    shown = tiles.count()
    assert shown
    assert all(width > 50 for width in tiles.evaluate_all("all => all.map(i => i.naturalWidth)"))
    button = page.get_by_role("button", name="Download the numbers (CSV)").last
    name, data = saved(page, button, tmp_path)
    rows = rows_of(data)
    assert name == "synthetic-phantom-confusions.csv"
    buttons = page.locator("[class*='st-key-sgus-gallery-confusions-P'] button")
    assert [row["image_id"] for row in rows[:shown]] == buttons.all_inner_texts()
    pick(page, "1 v 2")
    expect(page.get_by_text("different sides of 1/2").first).to_be_visible()
    settle(page)


def test_confusions__an_image_its_maps_and_another_at_its_side(confusions: Page) -> None:
    page = confusions
    name = open_first(page)
    heading = page.get_by_role("heading", name=name)
    expect(heading).to_be_in_viewport()  # not left where the list was scrolled to
    assert name not in page.url
    expect(page.get_by_text("The size of a pixel is not known")).to_be_visible()
    page.get_by_role("button", name="Show where the model looked").click()
    expect(page.locator("[data-set='map']")).to_be_visible()
    options = page.locator("[data-set='map'] option").all_inner_texts()
    assert options[:2] == ["none", "Stage 2a: 0 v 1"]
    settle(page)
    # Heading and tools leave the picture its place, maps and all, even where nothing is scrolled.
    page.get_by_test_id("stMain").evaluate("all => all.scrollTop = 0")
    box = page.locator(".viewer canvas").first.bounding_box()
    assert box is not None
    assert box["y"] < 450
    expect(page.get_by_role("heading", name="Confusions: grades mixed up")).to_be_visible()
    pick(page, "Examples of both grades")
    page.get_by_role("button", name=re.compile("^Find examples")).click()
    beside = page.get_by_role("button", name="Put beside")
    expect(beside.first).to_be_visible()
    settle(page)
    beside.first.click()
    expect(page.locator(".viewer canvas:visible")).to_have_count(2)
    expect(page.get_by_text("Same scale in pixels only")).to_be_visible()
    scales = page.locator(".viewer canvas").evaluate_all("all => all.map(c => c.dataset.k)")
    assert scales[0] == scales[1]
    settle(page)
    page.get_by_role("button", name="Take the right picture away").click()
    expect(page.locator(".viewer canvas:visible")).to_have_count(1)
    settle(page)


def test_confusions__contrast_stays_and_sections_open(confusions: Page) -> None:
    page = confusions
    first = open_first(page)
    page.get_by_role("button", name="Invert").click()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".viewer figcaption").first).not_to_contain_text(first)
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "true")
    settle(page)
    expect(page.get_by_text("Contrast is not that of the file")).to_be_visible()
    pick(page, "What if")
    expect(page.get_by_text(re.compile(r"holds in \d+ of \d+ variations"))).to_be_visible()
    expect(page.locator(".js-plotly-plot .point").first).to_be_visible()
    settle(page)
    pick(page, "Texture")
    button = page.get_by_role("button", name=re.compile("^Measure: "))
    button.or_(page.locator(".sgus-measures")).first.wait_for()
    if button.is_visible():
        button.click()
    expect(page.locator(".sgus-measures tr")).to_have_count(5)
    settle(page)


def test_confusions__ticked_images_go_to_adjudication(confusions: Page) -> None:
    page = confusions
    settle(page)
    boxes = page.locator("[class*='st-key-sgus-tick-P']")
    for at in (0, 1):
        boxes.nth(at).locator("label").click()
        settle(page)
    page.get_by_role("button", name=re.compile("Settle 2 images")).click()
    who = page.get_by_role("textbox", name="Your name")
    who.fill("Anna")
    who.press("Tab")
    settle(page)
    page.get_by_role("textbox", name="Name of the queue").fill("from the browser")
    page.get_by_role("textbox", name="Name of the queue").press("Tab")
    settle(page)
    page.get_by_role("button", name="Make the queue and go to it").click()
    page.wait_for_url(re.compile("/adjudicate"))
    expect(page.get_by_text("from the browser").first).to_be_visible()
    settle(page)
