"""The tabs of the runs page that explore a run, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving, visiting
from tests.browser.opening import choose, pick
from tests.finished_run import save_cohort, save_run

TABS = ("Thresholds", "Calibration", "Doubt", "Groups", "Patients", "Compare")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with a holdout run, one in folds and one of hardly any patients."""
    folder = tmp_path_factory.mktemp("runs-tabs")
    (folder / "models").mkdir()
    save_cohort(folder / "data" / "demo")
    save_cohort(folder / "data" / "small", n_patients=8)
    save_run(folder / "runs" / "holdout", folder / "data" / "demo")
    save_run(folder / "runs" / "folds", folder / "data" / "demo", folds=3)
    save_run(folder / "runs" / "few", folder / "data" / "small")
    before = os.environ.get("SGUS_RUNS")
    os.environ["SGUS_RUNS"] = str(folder / "runs")
    try:
        with serving(folder) as url:
            yield url
    finally:
        if before is None:
            del os.environ["SGUS_RUNS"]
        else:
            os.environ["SGUS_RUNS"] = before


def tab(page: Page, name: str) -> None:
    # Streamlit looks for the file of a download button, which is gone once another tab is drawn
    page.wait_for_load_state("networkidle")
    group = page.get_by_role("radiogroup").filter(has_text="Calibration")
    pick(group, name)


@pytest.fixture
def look(chromium: Browser, address: str) -> Iterator[Page]:
    with visiting(chromium, f"{address}/runs?run=holdout") as page:
        yield page


def test_every_tab_shows_its_figures_and_no_error(look: Page) -> None:
    for name in TABS:
        tab(look, name)
        if name == "Compare":
            expect(look.get_by_text("Choose a run that was tested")).to_be_visible()
            continue
        if name == "Doubt":
            expect(look.get_by_text("is an honest answer")).to_be_visible()
            continue
        expect(look.locator(".js-plotly-plot").first).to_be_visible()
        expect(look.get_by_role("button", name="Download the numbers (CSV)").first).to_be_visible()
        expect(look.locator(".js-plotly-plot").first).to_contain_text("SYNTHETIC PHANTOM")


def test_a_threshold_is_moved_with_the_keyboard(look: Page) -> None:
    tab(look, "Thresholds")
    slider = look.get_by_role("slider")
    expect(slider).to_have_value("0.5")
    slider.focus()
    slider.press("End")
    expect(look.get_by_text("0 are found")).to_be_visible()
    slider.press("Home")
    expect(look.get_by_text("and 0 missed")).to_be_visible()


def test_rows_of_a_figure_are_downloaded(look: Page) -> None:
    tab(look, "Groups")
    with look.expect_download() as download:
        look.get_by_role("button", name="Download the numbers (CSV)").first.click()
    path = Path(download.value.path())
    assert download.value.suggested_filename == "synthetic-phantom-groups.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("figure,scope,grade,where")
    assert len(lines) > 8


def test_runs_on_other_images_are_refused_in_a_sentence_then_compared(look: Page) -> None:
    tab(look, "Compare")
    choose(look, "Compare holdout with", "folds")
    expect(look.get_by_text("were not tested on the same")).to_be_visible()
    look.get_by_text("Compare the images that all of them were tested on").click()
    expect(look.get_by_text("Settings that differ")).to_be_visible()
    expect(look.locator(".js-plotly-plot").first).to_contain_text("folds minus holdout")


def test_too_few_patients_are_a_reason(chromium: Browser, address: str) -> None:
    with visiting(chromium, f"{address}/runs?run=few") as page:
        tab(page, "Doubt")
        expect(page.get_by_text("There are no prediction sets: too few patients")).to_be_visible()
