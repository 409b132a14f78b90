"""A real server on a free loopback port and a real Chromium, started once for all tests."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.made_up import save_small_cohort, save_tiny_model

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
MISSING = (
    "the browser tests need Chromium: `apt-get install chromium` (make test does it as root), or "
    "name one in SGUS_CHROMIUM, or skip them with SGUS_SKIP_BROWSER=1"
)
START_S = 60
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("SGUS_SKIP_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="SGUS_SKIP_BROWSER is set"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("SGUS_CHROMIUM") or shutil.which("chromium")
    if not found:
        pytest.fail(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny, untrained models and a small cohort of phantoms."""
    folder = tmp_path_factory.mktemp("browser")
    save_tiny_model(folder / "models" / "tiny")
    save_tiny_model(folder / "models" / "tiny-phantoms", "tiny-phantoms", synthetic=True)
    save_small_cohort(folder / "data" / "demo")
    return folder


@pytest.fixture(scope="session")
def server(installation: Path) -> Iterator[str]:
    """Address of the app, started once for all tests."""
    with serving(installation) as url:
        yield url


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Address of an app just started on the models and data of a folder.

    Its log must stay free of tracebacks.
    """
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", "app.py",
        "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
    environment = {**os.environ, "SGUS_MODELS": str(folder / "models")}
    environment["SGUS_DATA"] = str(folder / "data")
    log_file = folder / f"server-{port}.log"
    with log_file.open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log_file)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)
    text = log_file.read_text()
    assert "Traceback" not in text, text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the app did not start:\n{log.read_text()}")


@pytest.fixture
def page(chromium: Browser, server: str) -> Iterator[Page]:
    """A fresh browser session on the overview; its console must stay free of errors."""
    with visiting(chromium, server) as page:
        yield page


@contextmanager
def visiting(chromium: Browser, url: str) -> Iterator[Page]:
    """A fresh browser session on an address; its console must stay free of errors."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("console", lambda m: errors.append(said(m)) if is_error(m) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    yield page
    text = page.locator("body").inner_text()
    context.close()
    assert not errors, errors
    assert "Traceback" not in text
    assert "encountered an error" not in text


def is_error(message: ConsoleMessage) -> bool:
    """Whether a line of the console is one.

    Two are not. On a page's own address Streamlit's front end first looks for its server below that
    address, which is a 404 by design. And it asks for the file of each download button that it
    draws; in a slow browser that button may be replaced by the next run before the answer comes.
    What a button gives is tested by downloading it.
    """
    url = message.location.get("url", "")
    looked_for = re.fullmatch(r"https?://[^/]+/\w+/_stcore/.*", url)
    replaced = "404" in message.text and re.fullmatch(r"https?://[^/]+/media/\w+\.\w+", url)
    checked = message.text.startswith("Client Error: Download Button source error - 404")
    return message.type == "error" and not (looked_for or replaced or checked)


def said(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url', '')})"


@pytest.fixture
def grade_page(page: Page) -> Page:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Grade images").click()
    page.get_by_role("heading", name="Grade images").wait_for()
    return page
