"""The adjudicate page as an adjudicator meets it: by keyboard alone, through reload and restart.

Where SGUS_SCREENSHOTS names a folder, a picture of every step is kept there.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sgus.review.entry import Entry
from sgus.workflows.adjudication import make_queue, open_ledger, queues, settled
from tests.browser.conftest import ROOT, free_port, wait_until_healthy
from tests.browser.test_app import settle
from tests.ui.adjudicate.queue_cohort import CONTESTED, QUEUE, save_queue_cohort

GRADES = (0, 1, 2, 3, 1, 0, 1, 2, 0, 1)
"""What is keyed in for the ten cases, in the order they come."""
RELOAD_AT, RESTART_AT = 4, 7
"""The cases in the middle of which the page is loaded again, and the server started again."""
SCREENSHOTS = "SGUS_SCREENSHOTS"


class Server:
    """The app on a port of its own, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cohort = folder / "data" / "small"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable, "-m", "streamlit", "run", "app.py",
            "--server.port", str(self.port), "--server.headless", "true",
        ]  # fmt: skip
        names = {"SGUS_MODELS": "models", "SGUS_DATA": "data", "SGUS_RUNS": "runs"}
        places = {name: str(self.folder / folder) for name, folder in names.items()}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **places}, stdout=log, stderr=log
            )
        wait_until_healthy(self.url, self.process, self.log)

    def stop(self, *, at_once: bool = False) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL if at_once else signal.SIGTERM)
        self.process.wait(timeout=20)

    def entries(self, kind: str) -> list[Entry]:
        return [entry for entry in open_ledger(self.cohort).entries() if entry.kind == kind]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    for name in ("models", "runs"):
        (tmp_path / name).mkdir()
    made = Server(tmp_path)
    save_queue_cohort(made.cohort)
    made.start()
    yield made
    made.stop()
    text = made.log.read_text()
    assert "Traceback" not in text, text


class Screen:
    """The page of one adjudicator, who has a keyboard and no mouse."""

    def __init__(self, page: Page, url: str, name: str) -> None:
        self.page, self.name = page, name
        self.steps = 0
        page.set_default_timeout(60_000)
        page.goto(f"{url}/adjudicate")
        page.get_by_role("heading", name="Adjudicate").wait_for()
        settle(page)

    @property
    def case(self) -> Locator:
        return self.page.locator(".case")

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, text: str) -> None:
        """Press the tab key until something with this text or name has the focus."""
        said = (
            "() => { const at = document.activeElement;"
            " if (!at.matches('input, button')) return [];"
            " return [at.getAttribute('aria-label'), ...(at.innerText || '').split('\\n')]; }"
        )
        for _ in range(80):
            if text in self.page.evaluate(said):
                return
            self.keys("Tab")
        pytest.fail(f"the tab key does not reach {text!r}")

    def sign_in(self) -> None:
        self.tab_to("Your name")
        self.page.keyboard.type(self.name)
        self.keys("Enter")
        settle(self.page)

    def press(self, text: str) -> None:
        """Press a button by keyboard."""
        self.tab_to(text)
        self.keys("Enter")

    def ready(self, position: int) -> None:
        """Wait until a case is there to be graded."""
        expect(self.case).to_have_attribute("data-position", str(position))
        expect(self.case).to_have_attribute("data-state", "form")

    def grade(self, position: int, *keys: str) -> None:
        self.ready(position)
        self.keys(*keys)
        self.keep(f"case-{position}")
        self.keys("Enter")

    def save_until(self, position: int) -> None:
        """Press Enter now and then, as a person does who sees no answer, until a case comes."""
        until = time.monotonic() + 60
        here = f".case[data-position='{position}'][data-state='form']"
        while not self.page.locator(here).count():
            assert time.monotonic() < until, "the decision is not saved"
            self.keys("Enter")
            self.page.wait_for_timeout(1_000)

    def take_at_most(self, n: int) -> None:
        """Ask for a short queue, until the page says that it will be short.

        What is typed while the field is still being drawn may be lost.
        """
        field = self.page.get_by_label("At most")
        until = time.monotonic() + 60
        said = self.page.get_by_text(re.compile(rf"^{n} images of "))
        while not said.is_visible():
            assert time.monotonic() < until, "the number is not taken"
            settle(self.page)
            field.fill(str(n))
            field.press("Enter")
            self.page.wait_for_timeout(1_000)
            settle(self.page)

    def keep(self, what: str) -> None:
        """A picture of this step, where somebody wants the record."""
        folder = os.environ.get(SCREENSHOTS)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.steps += 1
            path = Path(folder) / f"{self.name}-{self.steps:02d}-{what}.png"
            self.page.screenshot(path=path)


@pytest.fixture
def meet(chromium: Browser, server: Server) -> Iterator[object]:
    """Open the page as somebody, in a browser of their own."""
    contexts = []

    def opened(name: str) -> Screen:
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        contexts.append(context)
        return Screen(context.new_page(), server.url, name)

    yield opened
    for context in contexts:
        context.close()


def test_adjudicate__ten_cases_by_keyboard_through_a_reload_and_a_restart(
    server: Server, meet
) -> None:
    make_queue(server.cohort, QUEUE, image_ids=CONTESTED, who="Maker", boundary="0/1")
    screen = meet("Anna")
    screen.sign_in()
    screen.keep("queues")
    screen.press("Grade as first adjudicator")
    for position, grade in enumerate(GRADES, start=1):
        screen.ready(position)
        screen.keys(str(grade), "h")
        if position == RELOAD_AT:
            screen.page.reload()
            screen.ready(position)
            screen.keep("after-reload")
        if position == RESTART_AT:
            server.stop(at_once=True)
            screen.keys("Enter")  # into the void: nobody answers
            screen.keep("server-gone")
            assert len(server.entries("decision")) == position - 1
            server.start()
            screen.save_until(position + 1)
            screen.keep("server-back")
            continue
        screen.grade(position)  # what was keyed in before the reload is still there
    expect(screen.page.get_by_text("All 10 cases of this first reading are done")).to_be_visible()
    screen.keep("done")
    assert "Anna" not in screen.page.url
    assert QUEUE not in screen.page.url

    made = server.entries("decision")
    assert [entry.grade for entry in made] == list(GRADES)
    assert {entry.image_id for entry in made} == set(CONTESTED)
    assert {entry.who for entry in made} == {"Anna"}
    assert {entry.confidence for entry in made} == {"high"}
    assert not server.entries("undo")
    assert open_ledger(server.cohort).verify().problems == ()
    for entry in made:
        assert len(entry.saw["atlas"]) == 4
        assert entry.seconds is not None


def test_adjudicate__a_queue_by_hand_undo_a_second_adjudicator_consensus_and_reveal(
    server: Server, meet
) -> None:
    first = meet("Anna")
    first.sign_in()
    first.press("Make one")
    settle(first.page)
    first.keep("new-queue")
    first.take_at_most(2)
    first.press("Make the queue")
    settle(first.page)
    first.press("Grade as first adjudicator")
    first.grade(1, "3", "l", "e", "g", "g", "c", "3")
    first.ready(2)
    first.keys("u")
    first.grade(1, "0", "m", "g")  # the form is still filled in
    first.grade(2, "1", "h")
    expect(first.page.get_by_text("All 2 cases")).to_be_visible()

    second = meet("Bo")
    second.sign_in()
    second.press("Grade as second adjudicator")
    second.ready(1)
    assert "Anna" not in second.case.inner_text()
    second.grade(1, "2", "m")
    second.grade(2, "2", "m")
    second.press("Go on: consensus")
    second.ready(1)
    expect(second.case.get_by_text("Anna: grade")).to_be_visible()
    expect(second.case.get_by_text("Bo: grade 2 (confidence medium)")).to_be_visible()
    second.grade(1, "1", "h")
    second.grade(2, "1", "h")
    expect(second.page.get_by_text("The queue is finished")).to_be_visible()
    second.press("See what others said")
    settle(second.page)
    second.press("Show what others said")
    expect(second.page.locator(".sgus-reveal tr")).to_have_count(3)
    second.keep("reveal")

    assert [entry.grade for entry in server.entries("decision")] == [3, 0, 1, 2, 2, 1, 1]
    (undone,) = server.entries("undo")
    took_back = server.entries("decision")[0]
    assert undone.undoes == took_back.number
    assert took_back.items == {"echogenicity": "comparable", "homogeneity": "mild"}
    assert took_back.reason == "mild_inhomogeneity"
    (state,) = queues(server.cohort)
    assert state.finished
    assert set(settled(server.cohort)["source"]) == {"consensus"}
