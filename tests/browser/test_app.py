"""The app as a person meets it: a real server, a real network, a real browser."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.opening import reveal
from tests.made_up import encoded, hostile, ultrasound, unusual

Files = dict[str, bytes]
Rows = list[dict[str, str]]


def upload(page: Page, files: Files) -> None:
    payload: list[Any] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        for name, data in files.items()
    ]
    page.locator("input[type=file]").set_input_files(payload)
    page.get_by_role("heading", name="All results").wait_for()


def settle(page: Page) -> None:
    """Wait until the script has run to its end."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def rest(page: Page) -> None:
    """Wait until the script has not run for two seconds.

    A browser under load sends what was pressed late and one by one, and each run replaces the file
    behind the button: a click just then would find nothing at the former address.
    """
    app = page.get_by_test_id("stApp")
    since = time.monotonic()
    end = since + 60
    while time.monotonic() < since + 2:
        assert time.monotonic() < end, "the script runs again and again"
        if app.get_attribute("data-test-script-state") != "notRunning":
            since = time.monotonic()
        time.sleep(0.05)


def download(
    page: Page, folder: Path, *, until: Callable[[Rows], bool] = lambda rows: True
) -> Rows:
    """The rows of the CSV that the button gives.

    Args:
        page: The page with the button.
        folder: Where to save it.
        until: What the rows have to show. A browser under load learns late that a change has set
            off another run; until then the page, its button and the file are the former ones.
    """
    end = time.monotonic() + 60
    while not until(rows := _download(page, folder)):
        assert time.monotonic() < end, f"the file stays as it was: {rows}"
        rest(page)
    return rows


def _download(page: Page, folder: Path) -> Rows:
    settle(page)
    button = page.get_by_role("button", name="Download as CSV")
    expect(button).to_be_enabled()
    with page.expect_download() as caught:
        button.click()
    assert caught.value.suggested_filename == "sgus-grades.csv"
    caught.value.save_as(folder / "grades.csv")
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def shown_table(page: Page) -> list[list[str]]:
    """Cells of the table on screen, as assistive technology reads them."""
    rows = page.locator("[data-testid=stDataFrame] canvas table tbody tr")
    rows.first.wait_for(state="attached")
    return [[cell.text_content() or "" for cell in row.locator("td").all()] for row in rows.all()]


def maps(page: Page) -> list[str]:
    """Addresses of the three activation maps, once they are drawn."""
    page.get_by_text("Stage 2b: 2 v 3").wait_for()
    images = page.locator("[data-testid=stColumn] [data-testid=stImage] img")
    expect(images).to_have_count(4)  # the picture and three maps
    for image in images.all():
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") > 60
    return [str(image.get_attribute("src")) for image in images.all()[1:]]


def test_overview__is_complete(page: Page) -> None:
    expect(page.get_by_role("heading", name="What it cannot do")).to_be_visible()
    expect(page.get_by_text("Research use only")).to_be_visible()
    expect(page.locator(".sgus-facts").get_by_text("tiny", exact=True)).to_be_visible()
    expect(page.locator(".sgus-cohort")).to_contain_text("6 simulated images")
    page.get_by_role("link", name="Grade images").last.click()
    expect(page.get_by_role("heading", name="Grade images")).to_be_visible()


def test_grade__one_image(grade_page: Page, tmp_path: Path) -> None:
    upload(grade_page, {"a.png": encoded(ultrasound())})
    expect(grade_page.get_by_text("The model finds grade")).to_be_visible()
    tree = grade_page.locator(".st-key-sgus-tree img")
    assert (tree.get_attribute("alt") or "").startswith("Decision tree: grade 0")
    assert tree.evaluate("image => image.naturalWidth") > 500
    assert len(maps(grade_page)) == 3
    (row,) = download(grade_page, tmp_path)
    assert row["image"] == "a.png"
    assert sum(float(row[f"p{grade}"]) for grade in range(4)) == pytest.approx(1, abs=3e-4)


def test_grade__bad_and_unusual_files_together(grade_page: Page, tmp_path: Path) -> None:
    bad, good = hostile(), unusual()
    upload(grade_page, {**bad, **good})
    sentences = grade_page.get_by_role("alert").filter(has_text=".")
    expect(sentences).to_have_count(len(bad))
    for name, sentence in zip(bad, sentences.all_inner_texts(), strict=True):
        assert sentence.startswith(f"{name}: ")
    rows = download(grade_page, tmp_path)
    assert [row["image"] for row in rows] == [*bad, *good]
    assert [bool(row["error"]) for row in rows] == [True] * len(bad) + [False] * len(good)
    maps(grade_page)


def test_grade__the_csv_is_the_table(grade_page: Page, tmp_path: Path) -> None:
    upload(grade_page, {f"{seed}.png": encoded(ultrasound(seed)) for seed in range(3)})
    rows = download(grade_page, tmp_path)
    table = shown_table(grade_page)
    assert len(table) == len(rows) == 3
    for cells, row in zip(table, rows, strict=True):
        assert cells[:4] == [row["image"], row["sha256"][:12], row["kind"], row["grade"]]
        shown = [float(cell) for cell in cells[4:11]]
        names = ["p0", "p1", "p2", "p3", "stage1", "stage2a", "stage2b"]
        assert shown == pytest.approx([float(row[name]) for name in names], abs=6e-4)


def test_grade__several_images_are_stepped_through(grade_page: Page) -> None:
    upload(grade_page, {f"{seed}.png": encoded(ultrasound(seed)) for seed in range(3)})
    heading = grade_page.locator(".sgus-name")
    expect(heading).to_have_text("0.png")
    rest(grade_page)  # a click while the button is drawn anew may be lost
    grade_page.get_by_role("button", name="Next").click()
    expect(heading).to_have_text("1.png")


def test_grade__a_moved_region_grades_again(grade_page: Page, tmp_path: Path) -> None:
    upload(grade_page, {"a.png": encoded(ultrasound())})
    before = maps(grade_page)
    thumb = grade_page.get_by_role("slider", name="Left and right edge").first
    reveal(grade_page.get_by_text("Adjust the ultrasound region"), thumb)
    thumb.focus()
    for _ in range(40):
        thumb.press("ArrowRight")
    reset = grade_page.get_by_role("button", name="Back to the region found")
    expect(reset).to_be_enabled()
    rest(grade_page)
    download(grade_page, tmp_path, until=lambda rows: rows[0]["region_by"] == "hand")
    assert maps(grade_page) != before
    reset.click()
    expect(reset).to_be_disabled()
    rest(grade_page)
    download(grade_page, tmp_path, until=lambda rows: rows[0]["region_by"] == "found")


def test_grade__opacity_changes_the_maps(grade_page: Page) -> None:
    upload(grade_page, {"a.png": encoded(ultrasound())})
    before = maps(grade_page)
    thumb = grade_page.get_by_role("slider", name="Opacity of the maps")
    thumb.focus()
    thumb.press("Home")
    expect(
        grade_page.locator("[data-testid=stColumn] [data-testid=stImage] img").nth(1)
    ).not_to_have_attribute("src", before[0])


def test_grade__names_stay_out_of_the_address(grade_page: Page) -> None:
    upload(grade_page, {"Jane Doe.png": encoded(ultrasound())})
    addresses = [grade_page.url, *maps(grade_page)]
    assert not any("Jane" in address for address in addresses)


def test_grade__a_narrow_window_hides_nothing(grade_page: Page) -> None:
    grade_page.set_viewport_size({"width": 480, "height": 800})
    upload(grade_page, {"a.png": encoded(ultrasound())})
    main = grade_page.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    expect(grade_page.get_by_text("Research use only")).to_be_visible()


@pytest.mark.real
def test_grade__a_real_image(grade_page: Page, harmonicss: Path) -> None:
    picture = sorted((harmonicss / "Anonymized images").glob("*.jpg"))[4]
    upload(grade_page, {"real.jpg": picture.read_bytes()})
    assert len(maps(grade_page)) == 3
    expect(grade_page.get_by_text("Masked text")).to_be_visible()
