"""The boundary and the model among the readers, as a person meets them: a real network grades."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, visiting
from tests.browser.opening import pick
from tests.browser.test_app import settle
from tests.made_up import save_tiny_model
from tests.rated_cohort import GRADES_READ, save_rated_cohort

N = len(GRADES_READ)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with one model and one cohort that three readers read."""
    folder = tmp_path_factory.mktemp("observers")
    save_tiny_model(folder / "models" / "tiny")
    save_rated_cohort(folder / "data" / "rated")
    with serving(folder) as url:
        yield f"{url}/observers"


@pytest.fixture
def observers_page(chromium: Browser, address: str) -> Iterator[Page]:
    with visiting(chromium, address) as page:
        page.get_by_text("readers and images are simulated").wait_for()
        yield page


def choose(page: Page, name: str) -> None:
    settle(page)
    pick(page, name)


def test_boundary__a_contested_image_is_opened(observers_page: Page) -> None:
    page = observers_page
    choose(page, "The 0/1 boundary")
    expect(page.get_by_text("they never change whether a gland")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    settle(page)
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 52)  # the box of the first row
    expect(page.locator("h4.sgus-name")).to_contain_text("i7")
    picture = page.locator("[data-testid=stImage] img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 100
    assert "i7" not in page.url


def test_model__grades_the_images_with_progress_and_is_kept(
    observers_page: Page, tmp_path: Path
) -> None:
    page = observers_page
    choose(page, "The model as a reader")
    page.get_by_role("button", name=f"Grade {N} images").click()
    expect(page.get_by_text(f"tiny: {N} of {N} images that were read")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    margin = page.get_by_role("spinbutton", name="Acceptable loss (margin)")
    margin.fill("0.1")
    margin.press("Enter")
    expect(page.get_by_text("The margin, in units of quadratic kappa")).to_be_visible()
    choose(page, "Consensus")
    download = page.get_by_role("button", name="Download the consensus of every image")
    expect(download).to_be_enabled()
    settle(page)
    with page.expect_download() as caught:
        download.click()
    assert caught.value.suggested_filename == "synthetic-phantom-consensus.csv"
    caught.value.save_as(tmp_path / "consensus.csv")
    with (tmp_path / "consensus.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["median"]) for row in rows] == [sorted(read)[1] for read in GRADES_READ]
    choose(page, "The model as a reader")
    expect(page.get_by_text(f"tiny: {N} of {N} images that were read")).to_be_visible()
    expect(margin).to_have_value("0.10")
