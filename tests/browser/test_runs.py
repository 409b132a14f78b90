"""The runs page as a person meets it: the list, a click on a cell, images, tables saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, visiting
from tests.browser.test_app import settle
from tests.browser.test_cohort import open_view
from tests.browser.test_observers import TARGETS, rows_of, saved
from tests.finished_run import save_cohort, save_run


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with one run that is done and one that was cut off."""
    folder = tmp_path_factory.mktemp("runs-page")
    (folder / "models").mkdir()
    cohort = save_cohort(folder / "data" / "made-up", pictures=True)
    save_run(folder / "runs" / "mine", cohort)
    broken = save_run(folder / "runs" / "broken", cohort)
    (broken / "report.json").write_text("{")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SGUS_RUNS", str(folder / "runs"))
        with serving(folder) as url:
            yield url


@pytest.fixture
def runs(chromium: Browser, address: str) -> Iterator[Page]:
    with visiting(chromium, address) as page:
        open_runs(page)
        yield page


def open_runs(page: Page) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Runs").click()
    page.get_by_role("heading", name="Runs: what a model found").wait_for()
    settle(page)


def open_run(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("button", name="All runs")).to_be_visible()
    settle(page)


def test_runs__opened_and_still_there_after_a_reload(runs: Page) -> None:
    open_run(runs, "mine")
    found = runs.get_by_text("it never trained on, the model gave the readers")
    expect(found).to_be_visible()
    expect(runs.get_by_text("SYNTHETIC PHANTOM").first).to_be_visible()
    assert "run=mine" in runs.url
    runs.reload()
    expect(found).to_be_visible()
    settle(runs)
    runs.get_by_role("button", name="All runs").click()
    expect(runs.get_by_role("button", name="mine", exact=True)).to_be_visible()
    settle(runs)


def test_runs__a_click_on_a_cell_opens_its_images(runs: Page, tmp_path: Path) -> None:
    page = runs
    open_run(page, "mine")
    button = page.locator("[class*='st-key-sgus-runs-matrices'][class*='-csv']").get_by_role(
        "button"
    )
    name, data = saved(page, button, tmp_path)
    assert name == "synthetic-phantom-confusion-test.csv"
    cells = rows_of(data)
    at = next(
        place for place, row in enumerate(cells)
        if row["matrix"] == "Four grades" and int(row["images"])
    )  # fmt: skip
    wanted = cells[at]
    shown = page.get_by_text(
        f"Four grades: readers {wanted['readers']}, model {wanted['model']}: {wanted['images']}"
    )
    click(page, at, until=lambda: shown.is_visible())
    tiles = page.locator(".sgus-tile img")
    expect(tiles).to_have_count(min(6, int(wanted["images"])))
    page.get_by_role("button", name="with filters and other orders").click()
    expect(page.get_by_text("surest mistakes first")).to_be_visible()
    expect(tiles).to_have_count(int(wanted["images"]))
    settle(page)
    page.locator("[class*='st-key-sgus-gallery-run-holdout-P']").get_by_role("button").first.click()
    expect(page.get_by_text("Grade of the cohort", exact=True)).to_be_visible()
    settle(page)


def test_runs__a_damaged_one_is_a_sentence(runs: Page) -> None:
    open_run(runs, "broken")
    expect(runs.get_by_text("broken/report.json: the file is not valid JSON")).to_be_visible()


def test_runs__every_view_opens(runs: Page) -> None:
    open_run(runs, "mine")
    group = runs.get_by_test_id("stButtonGroup").filter(has_text="Result").last
    names = (
        group.get_by_role("radio").all_inner_texts() or group.locator("button").all_inner_texts()
    )
    assert names[:2] == ["Result", "Images"]
    for name in names:
        open_view(runs, name)
        expect(runs.get_by_test_id("stException")).to_have_count(0)


def test_runs__without_any_says_how_to_make_one(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("models", "data", "runs"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    with serving(tmp_path) as url, visiting(chromium, url) as page:
        open_runs(page)
        expect(page.get_by_text("There is no run yet")).to_be_visible()


def click(page: Page, at: int, *, until: Callable[[], bool]) -> None:
    """Click a cell, again where the figure was just being redrawn."""
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end, "the click meets nothing"
        settle(page)
        target = page.locator(TARGETS).nth(at)
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        if box is not None:
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        time.sleep(1)
