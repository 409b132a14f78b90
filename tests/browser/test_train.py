"""The train page as people meet it: a real worker, a real run, two browsers, a reload, a cancel."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sgus.core.files import sha256_bytes
from sgus.jobs.liveness import alive
from sgus.train.config import make_config
from sgus.train.speed import Speeds
from sgus.workflows import duration, splitting
from sgus.workflows.jobs import list_jobs, submit_training
from tests.browser.conftest import ROOT, serving, visiting
from tests.browser.opening import reveal
from tests.browser.test_app import settle
from tests.made_up import marked, ultrasound

SPEEDS = Speeds(
    preparing=0.01, features=0.01, training=0.02, validating=0.01, predicting=0.01, fold=0.1
)
N_PATIENTS = 30
PATIENT_MS = 200_000
"""A job yields to everything else on the machine: beside other work it takes minutes."""
SMALL = {"network.backbone": "tiny", "network.height": 64, "network.width": 64, "threads": 1}
LONG = {**SMALL, "epochs": 1000, "patience": 0, "augment.blur": 0.0}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cohort that can be divided, an empty queue, and a worker that looks after it."""
    folder = tmp_path_factory.mktemp("train")
    (folder / "models").mkdir()
    save_cohort(folder / "data" / "demo")
    splitting.split_cohort(
        folder / "data" / "demo", "holdout", name="half", fractions=(0.34, 0.33, 0.33)
    )
    runs = folder / "runs"
    save_speeds(runs)
    environment = {**os.environ, "SGUS_RUNS": str(runs), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "sgus", "worker", "--runs", str(runs)]
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield folder
        finally:
            worker.terminate()
            worker.wait(timeout=20)
            for directory in runs.iterdir():
                end_trainer(directory)


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    before = os.environ.get("SGUS_RUNS")
    os.environ["SGUS_RUNS"] = str(place / "runs")
    try:
        with serving(place) as url:
            yield f"{url}/train"
    finally:
        os.environ.pop("SGUS_RUNS")
        if before is not None:
            os.environ["SGUS_RUNS"] = before


def end_trainer(directory: Path) -> None:
    held = alive(directory) if directory.is_dir() else None
    if held is not None and held.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(held.pid, signal.SIGKILL)


def save_cohort(root: Path) -> None:
    """A patient an image, the grades in turn."""
    (root / "images").mkdir(parents=True)
    lines = ["image_id,path,patient_id,gland,grade,region,sha256"]
    for at in range(N_PATIENTS):
        data = marked(ultrasound(at, width=120, height=100))
        (root / "images" / f"i{at}.png").write_bytes(data)
        known = f"{at % 2 + at % 4 // 2},30 20 90 80,{sha256_bytes(data)}"
        lines.append(f"i{at},images/i{at}.png,P{at},parotid,{known}")
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    facts = {"name": "small", "synthetic": True, "n_images": N_PATIENTS}
    (root / "cohort.json").write_text(json.dumps(facts))


def save_speeds(runs: Path) -> None:
    """Speeds as if this machine had been measured, of the quick preset."""
    kept = duration.measure_speeds
    duration.measure_speeds = lambda config: SPEEDS  # type: ignore[assignment]
    runs.mkdir()
    try:
        duration.calibrated(make_config("quick", settings=[]), runs=runs)
    finally:
        duration.measure_speeds = kept


def opened(page: Page) -> Page:
    page.get_by_role("heading", name="Train", exact=True).wait_for()
    settle(page)
    return page


def write_name(page: Page, name: str) -> None:
    field = page.get_by_role("textbox", name="Your name")
    field.fill(name)
    field.press("Enter")
    settle(page)


def state(page: Page, word: str) -> None:
    expect(page.locator(".sgus-state")).to_have_text(re.compile(word), timeout=PATIENT_MS)


@pytest.mark.timeout(900)
def test_train__the_form_to_the_queue(chromium: Browser, place: Path, address: str) -> None:
    with visiting(chromium, address) as page:
        opened(page)
        expect(page.get_by_text("No test image has grade 3")).to_be_visible()
        expect(page.get_by_text("needs the bundled phantom model")).to_be_visible()
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
        page.get_by_role("button", name="Choose", exact=True).last.click()  # the full one
        expect(page.get_by_text("The whole network learns.", exact=True)).to_be_visible()
        settle(page)
        page.get_by_text("I know, and want to train all the same").click()
        settle(page)
        write_name(page, "anna")
        reveal(page.get_by_text("Advanced settings"), page.get_by_label("Backbone", exact=True))
        for name, value in (("Backbone", "tiny"), ("Height", "64"), ("Width", "64")):
            field = page.get_by_label(name, exact=True)
            field.fill(value)
            field.press("Enter")
            settle(page)
        field = page.get_by_label("Epochs", exact=True)
        field.fill("3")
        field.press("Enter")
        settle(page)
        expect(page.get_by_text("shown 3 times at most")).to_be_visible()
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page).to_have_url(re.compile(r"\?run=demo-half-full$"))
        state(page, "running|done")
        page.reload()
        opened(page)
        expect(page).to_have_url(re.compile(r"\?run=demo-half-full$"))
        state(page, "done")
        expect(page.get_by_text("Quadratic kappa", exact=False).first).to_be_visible()
        expect(page.get_by_role("button", name="Open its results")).to_be_visible()
        expect(page.locator(".js-plotly-plot")).to_have_count(2)
        expect(page.get_by_text("report written")).to_be_visible()
        settle(page)  # nothing ticks any more


@pytest.mark.timeout(900)
def test_train__two_browsers_cancel_and_resume(
    chromium: Browser, place: Path, address: str
) -> None:
    runs = place / "runs"
    job = submit_training(
        place / "data" / "demo", "half", user="bo", preset="full", settings=LONG, name="long one",
        runs=runs,
    )  # fmt: skip
    link = f"{address}?run={job.spec.directory}"
    with visiting(chromium, link) as first, visiting(chromium, link) as second:
        for page in (first, second):
            page.get_by_text(re.compile("epoch .* of 1000 at most")).first.wait_for(
                timeout=PATIENT_MS
            )
            expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=PATIENT_MS)
        later = submit_training(
            place / "data" / "demo", "half", user="eve", preset="full", settings=LONG,
            name="later one", runs=runs,
        )  # fmt: skip
        expect(second.get_by_text(later.spec.name)).to_be_visible()  # and the choice stays
        expect(second.locator(".sgus-run")).to_contain_text("long one")
        first.get_by_role("button", name="Cancel").click()
        first.get_by_role("button", name="Yes, cancel it").click()
        for page in (first, second):
            state(page, "cancelled")
        assert list_jobs(runs)[0].job.id == later.id  # the next one had its turn
        second.get_by_role("button", name="Resume").click()
        for page in (first, second):
            state(page, "waiting")
            expect(page.get_by_text("Place 1 in the queue")).to_be_visible()
        cancel_all(runs)
        for page in (first, second):
            state(page, "cancelled")


def cancel_all(runs: Path) -> None:
    from sgus.workflows.jobs import cancel

    for view in reversed(list_jobs(runs)):
        if view.job.state in ("queued", "running", "lost"):
            cancel(view.job.id, user="test", runs=runs)
