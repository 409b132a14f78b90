"""The observers page as a person meets it: clicks on the heat map, pictures and tables saved."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.opening import choose, pick
from tests.browser.test_app import settle
from tests.ui.observers.observed import table

CROSS = ".sgus-cross"
GRADES_FIGURES = (
    "When one says it, the other does", "Told from all other grades",
    "How often each reader gives each grade",
)  # fmt: skip
TARGETS = ".js-plotly-plot .scatterlayer .point"


def open_view(page: Page, name: str) -> None:
    pick(page, name)
    settle(page)


def saved(page: Page, button: Locator, folder: Path) -> tuple[str, bytes]:
    """Name and content of what a button gives."""
    expect(button).to_be_enabled()
    with page.expect_download() as caught:
        button.click()
    caught.value.save_as(folder / "saved")
    return caught.value.suggested_filename, (folder / "saved").read_bytes()


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def observers(page: Page) -> Page:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Observers").click()
    page.get_by_role("heading", name="Observers").wait_for()
    settle(page)
    return page


@pytest.fixture
def uploaded(observers: Page) -> Page:
    page = observers
    choose(page, "Readings of", "A table of your own")
    send(page, table())
    expect(page.get_by_text("3 readers graded 24 images of 12 patients")).to_be_visible()
    return page


def send(page: Page, data: bytes) -> None:
    file = {"name": "table.csv", "mimeType": "text/csv", "buffer": data}
    page.locator("input[type=file]").set_input_files([file])


def click_cell(page: Page, at: int) -> str:
    """Click one of the cells and wait for its two readers; gives what is then said of them.

    A click while the map is being redrawn meets nothing, as with a person: it is done again.
    """
    ask = "at => document.querySelector('.js-plotly-plot').data[1].customdata[at]"
    end = time.monotonic() + 60
    while True:
        settle(page)
        first, second = page.evaluate(ask, at)
        label = f"Grades of {first} (down) by grades of {second} (across)"
        target = page.locator(TARGETS).nth(at)
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        if box is not None:
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        try:
            expect(page.locator(CROSS)).to_have_attribute("aria-label", label, timeout=3_000)
        except AssertionError:
            assert time.monotonic() < end, f"a click does not give: {label}"
        else:
            return label


def test_observers__a_click_on_a_cell_shows_its_two_readers(uploaded: Page) -> None:
    page = uploaded
    open_view(page, "Pairs of readers")
    expect(page.locator(CROSS)).to_have_attribute(
        "aria-label", "Grades of A (down) by grades of B (across)"
    )
    targets = page.locator(TARGETS)
    expect(targets).to_have_count(6)
    seen = set()
    for at in (0, 3, 5):
        label = click_cell(page, at)
        for place in range(6):
            expect(targets.nth(place)).to_have_css("opacity", "0")
        seen.add(label)
    assert len(seen) == 3


def test_observers__pictures_and_numbers_of_a_figure(observers: Page, tmp_path: Path) -> None:
    page = observers
    open_view(page, "Grades")
    expect(page.locator(".js-plotly-plot .main-svg .gtitle")).to_have_text(GRADES_FIGURES)
    camera = page.locator(".modebar-btn").last
    name, data = saved(page, camera, tmp_path)
    assert name == "synthetic-phantom-use-of-grades.png"
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    pick(page, "SVG")
    expect(page.get_by_role("radio", name="SVG")).to_be_checked()
    settle(page)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.js-plotly-plot')].at(-1)"
        "._context.toImageButtonOptions.format === 'svg'"
    )
    name, data = saved(page, camera, tmp_path)
    assert name == "synthetic-phantom-use-of-grades.svg"
    assert data.startswith(b"<svg")
    assert b"SYNTHETIC PHANTOM" in data
    button = page.get_by_role("button", name="Download the numbers (CSV)").last
    name, data = saved(page, button, tmp_path)
    assert name == "synthetic-phantom-use-of-grades.csv"
    rows = rows_of(data)
    assert len(rows) == 4 * 3  # both readers, and all of them together
    assert {row["data"] for row in rows} == {"SYNTHETIC PHANTOM"}


def test_observers__all_figures_as_on_the_command_line(uploaded: Page, tmp_path: Path) -> None:
    page = uploaded
    open_view(page, "All figures")
    _, data = saved(page, page.get_by_role("button", name="All figures (JSON)"), tmp_path)
    document = json.loads(data)
    assert document["resampling"]["n_resamples"] == 2000
    name, data = saved(page, page.get_by_role("button", name="All figures (CSV)"), tmp_path)
    assert name == "agreement.csv"
    rows = rows_of(data)
    assert len(rows) == len(document["estimates"])
    for row, one in zip(rows, document["estimates"], strict=True):
        assert row["statistic"] == one["statistic"]
        assert row["value"] == ("" if one["value"] is None else str(one["value"]))


def test_observers__a_bad_table_is_one_sentence_and_the_next_good_one_is_shown(
    uploaded: Page,
) -> None:
    page = uploaded
    send(page, b"image_id,A,B\n1,0,7\n2,1,2\n")
    expect(page.get_by_role("alert").filter(has_text="table.csv: ")).to_have_count(1)
    send(page, table())
    expect(page.get_by_text("3 readers graded 24 images of 12 patients")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="table.csv: ")).to_have_count(0)
