"""The cohort page as a person meets it: filters, the gallery, one image, checks, tables saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, visiting
from tests.browser.opening import choose, pick, reveal
from tests.browser.test_app import settle
from tests.browser.test_observers import rows_of, saved

GALLERY_N = 60


def open_cohort(page: Page) -> Page:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Cohort").click()
    page.get_by_role("heading", name="Cohort: images and patients").wait_for()
    settle(page)
    return page


def open_view(page: Page, name: str) -> None:
    pick(page, name)
    settle(page)


@pytest.fixture
def cohort(page: Page) -> Page:
    return open_cohort(page)


def test_cohort__counts_to_take_away(cohort: Page, tmp_path: Path) -> None:
    page = cohort
    expect(page.get_by_text("Shown: 6 of 6 images (3 of 3 patients)")).to_be_visible()
    button = page.get_by_role("button", name="Download the numbers (CSV)").last
    name, data = saved(page, button, tmp_path)
    assert name == "synthetic-phantom-counts.csv"
    rows = rows_of(data)
    assert sum(int(row["images"]) for row in rows if row["grade"] == "all") == 6
    assert {row["data"] for row in rows} == {"SYNTHETIC PHANTOM"}


def test_cohort__a_filter_holds_on_other_pages_and_is_reset(cohort: Page) -> None:
    page = cohort
    reveal(page.get_by_text("Filters (none)"), page.get_by_role("combobox", name="Gland"))
    choose(page, "Gland", "parotid (3)")
    expect(page.get_by_text("Shown: 3 of 6 images")).to_be_visible()
    settle(page)
    page.keyboard.press("Escape")  # an open list hides the rest of the page from a screen reader
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="This installation").wait_for()
    open_cohort(page)
    expect(page.get_by_text("Shown: 3 of 6 images")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("Shown: 6 of 6 images")).to_be_visible()


def test_cohort__an_image_from_the_gallery_and_back(cohort: Page) -> None:
    page = cohort
    open_view(page, "Gallery")
    tiles = page.locator(".sgus-tile img")
    expect(tiles).to_have_count(6)
    widths = tiles.evaluate_all("all => all.map(one => one.naturalWidth)")
    assert all(width > 50 for width in widths), widths
    page.get_by_role("button", name="i2", exact=True).click()
    expect(page.get_by_role("heading", name="i2")).to_be_visible()
    expect(page.get_by_text("Grade of the cohort")).to_be_visible()
    settle(page)
    assert "i2" not in page.url
    page.get_by_role("button", name="Show its maps").click()
    expect(page.get_by_text("This model says")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Back to the gallery").click()
    expect(tiles).to_have_count(6)
    settle(page)


def test_cohort__every_view_opens(cohort: Page) -> None:
    page = cohort
    for name, shown in (
        ("Patients", "3 patients"),
        ("Splits", "This cohort has no split that can be shown"),
        ("Image checks", "So far only the table was looked at"),
        ("Counts", "How many of each kind"),
    ):
        open_view(page, name)
        expect(page.get_by_text(shown).first).to_be_visible()


def test_cohort__files_are_looked_at_on_request(
    chromium: Browser, tmp_path: Path, installation: Path
) -> None:
    save_many(tmp_path / "data" / "many", installation / "data" / "demo" / "images")
    save_broken(tmp_path / "data" / "torn")
    (tmp_path / "models").mkdir()
    with serving(tmp_path) as url, visiting(chromium, url) as page:
        open_cohort(page)
        expect(page.get_by_text("torn: the file is not valid JSON")).to_be_visible()
        open_view(page, "Gallery")
        expect(page.locator(".sgus-tile img")).to_have_count(24)
        page.get_by_role("button", name="Page 3", exact=True).click()
        expect(page.get_by_text(f"Images 49 to {GALLERY_N} of {GALLERY_N}")).to_be_visible()
        expect(page.locator(".sgus-tile img")).to_have_count(GALLERY_N - 48)
        settle(page)
        open_view(page, "Image checks")
        page.get_by_role("button", name=f"Look into all {GALLERY_N} files").click()
        expect(page.get_by_text(f"All {GALLERY_N} files were looked at")).to_be_visible()
        settle(page)
        expect(page.get_by_text("the same file twice").first).to_be_visible()


def test_cohort__without_any_says_how_to_get_one(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "data").mkdir()
    with serving(tmp_path) as url, visiting(chromium, url) as page:
        open_cohort(page)
        expect(page.get_by_text("There is no cohort yet")).to_be_visible()


def save_many(root: Path, pictures: Path) -> None:
    """A cohort of more images than a page of the gallery holds, of few files."""
    (root / "images").mkdir(parents=True)
    for path in pictures.iterdir():
        (root / "images" / path.name).write_bytes(path.read_bytes())
    lines = ["image_id,path,patient_id,gland,grade,region"]
    lines += [
        f"m{at:02d},images/i{at % 6}.png,P{at // 4},parotid,{at % 4},{30 + at} 20 450 340"
        for at in range(GALLERY_N)
    ]
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    facts = {"name": "many", "synthetic": True, "n_images": GALLERY_N}
    (root / "cohort.json").write_text(json.dumps(facts))


def save_broken(root: Path) -> None:
    root.mkdir(parents=True)
    (root / "cohort.json").write_text("{")
