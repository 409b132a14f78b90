"""The picture viewer in a real browser: its figures, by pixels read back from the canvas."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT, free_port, visiting, wait_until_healthy

SCRIPT = """
import numpy as np
import streamlit as st
from sgus.ui.viewer import show_viewer, viewer_map, viewer_picture

ramp = np.tile(np.arange(200, dtype=np.uint8), (100, 1))  # grey = column
flat = np.full((150, 100), 64, dtype=np.uint8)
cam = np.ones((100, 200), np.float32)
one = viewer_picture(ramp, title="Ramp", spacing=0.1, synthetic=True)
other = viewer_picture(flat, title="Flat", spacing=0.2)
unknown = viewer_picture(flat, title="Of unknown size")
import dataclasses
mapped = dataclasses.replace(one, maps=(viewer_map(cam, name="Stage 1", box=(0, 0, 200, 100)),))
shown = {"one": (one, None), "mm": (one, other), "pixels": (one, unknown), "map": (mapped, None),
         "unknown": (unknown, None)}
name = st.radio("Show", list(shown))
show_viewer(*shown[name], key="viewer", height=400)
"""
READY = "viewer => viewer.dataset.ready"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("viewer")
    script, log = folder / "script.py", folder / "server.log"
    script.write_text(SCRIPT)
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
        "--server.headless", "true", "--browser.gatherUsageStats", "false",
        "--server.fileWatcherType", "none", "--server.address", "127.0.0.1",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def session(chromium: Browser, address: str) -> Iterator[Page]:
    with visiting(chromium, address) as page:
        yield page


def shown(page: Page, name: str) -> Page:
    """The viewer with these pictures, as the file has them."""
    page.get_by_text(name, exact=True).first.click()
    page.wait_for_timeout(300)
    expect(page.locator(".viewer[data-ready]")).to_be_visible()
    two = name in ("mm", "pixels")
    expect(page.locator(".viewer canvas:visible")).to_have_count(1 + two)
    title = {"unknown": "Of unknown size"}.get(name, "Ramp")
    expect(page.locator(".viewer figcaption").first).to_have_text(title)
    page.get_by_role("button", name="Reset").click()
    return page


def canvas(page: Page, at: int = 0) -> Locator:
    return page.locator(".viewer canvas").nth(at)


def drawn(page: Page, at: int = 0) -> dict[str, float]:
    """Scale and place of a picture on its canvas, CSS pixels, once it is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
    said = canvas(page, at).evaluate("c => ({...c.dataset})")
    return {name: float(said[name]) for name in ("k", "x", "y")} | {"bar": said["bar"]}


def place(page: Page, column: float, row: float, at: int = 0) -> tuple[float, float]:
    """Where a point of a picture lies on its canvas, CSS pixels."""
    view = drawn(page, at)
    return view["x"] + column * view["k"], view["y"] + row * view["k"]


def colour(page: Page, column: int, row: int, at: int = 0) -> list[int]:
    """What the screen shows in the middle of a pixel."""
    x, y = place(page, column + 0.5, row + 0.5, at)
    script = """(c, [x, y]) => [...c.getContext('2d').getImageData(
        Math.floor(x * c.width / c.clientWidth), Math.floor(y * c.height / c.clientHeight), 1, 1
    ).data]"""
    found: list[int] = canvas(page, at).evaluate(script, [x, y])
    assert found[0] == found[1] == found[2]
    return found


def put(page: Page, **settings: float) -> None:
    for name, value in settings.items():
        page.locator(f".viewer [data-set='{name}']").evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
            str(value),
        )


def enlarged(page: Page, times: int = 5) -> Page:
    """Large enough that pixels are drawn as squares of one grey."""
    for _ in range(times):
        page.get_by_role("button", name="Zoom in").click()
    assert drawn(page)["k"] > 3
    return page


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], at: int = 0,
         **options: Any) -> None:  # fmt: skip
    box = canvas(page, at).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down(**options)
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=4)
    page.mouse.up(**options)


def formula(grey: int, window: float, level: float, gamma: float = 1.0) -> int:
    share = min(max((grey - (level - window / 2)) / window, 0.0), 1.0)
    return round(255 * share ** (1 / gamma))


def test_viewer__shows_the_very_grey_of_the_file(session: Page) -> None:
    page = enlarged(shown(session, "one"))
    for column in (80, 100, 121):
        assert colour(page, column, 50)[0] == column


@pytest.mark.parametrize(
    ("window", "level", "gamma"), [(100, 100, 1), (50, 90, 1), (255, 127.5, 2), (120, 80, 0.5)]
)
def test_viewer__window_level_and_gamma(
    session: Page, window: float, level: float, gamma: float
) -> None:
    page = enlarged(shown(session, "one"))
    put(page, window=window, level=level, gamma=gamma)
    for column in (75, 100, 125):
        assert abs(colour(page, column, 50)[0] - formula(column, window, level, gamma)) <= 1
    expect(page.get_by_text("Contrast is not that of the file")).to_be_visible()


def test_viewer__invert_and_reset(session: Page) -> None:
    page = enlarged(shown(session, "one"))
    page.get_by_role("button", name="Invert").click()
    assert colour(page, 100, 50)[0] == 155
    put(page, window=100, level=100)
    assert abs(colour(page, 110, 50)[0] - (255 - formula(110, 100, 100))) <= 1
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("Contrast is not that of the file")).to_have_count(0)
    enlarged(page)
    assert colour(page, 110, 50)[0] == 110


def test_viewer__dragging_sets_the_contrast(session: Page) -> None:
    page = shown(session, "one")
    page.get_by_role("button", name="Contrast", exact=True).click()
    drag(page, (300, 200), (200, 160))
    expect(page.locator("[data-of='window']")).to_have_text("155")
    expect(page.locator("[data-of='level']")).to_have_text("107.5")
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Move", exact=True).click()
    drag(page, (300, 200), (250, 200), button="right")
    expect(page.locator("[data-of='window']")).to_have_text("205")


def test_viewer__wheel_zooms_at_the_pointer_once_clicked_and_drag_moves(session: Page) -> None:
    page = shown(session, "one")
    box = canvas(page).bounding_box()
    assert box is not None
    x, y = place(page, 60, 40)
    page.get_by_role("button", name="Reset").focus()
    before = drawn(page)
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(100)
    assert drawn(page) == before  # not clicked yet: the page scrolls
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(100)
    after = drawn(page)
    assert after["k"] == pytest.approx(1.25 * before["k"])
    assert place(page, 60, 40) == pytest.approx((x, y), abs=0.6)
    drag(page, (x, y), (x + 50, y - 30))
    assert place(page, 60, 40) == pytest.approx((x + 50, y - 30), abs=0.6)


def test_viewer__measures_in_millimetres(session: Page) -> None:
    page = shown(session, "one")
    page.get_by_role("button", name="Measure").click()
    drag(page, place(page, 20, 30), place(page, 150, 30))
    length = page.locator(".viewer .length").first
    assert millimetres(length) == pytest.approx(13.0, abs=0.1)  # 130 pixels of 0.1 mm
    drag(page, place(page, 20, 20), place(page, 50, 60))
    assert millimetres(length) == pytest.approx(5.0, abs=0.1)  # 30, 40, 50
    page.get_by_role("button", name="Zoom in").click()
    assert millimetres(length) == pytest.approx(5.0, abs=0.1)
    view = drawn(page)
    assert view["bar"].endswith(" mm")


def test_viewer__measures_in_pixels_where_the_size_is_not_known(session: Page) -> None:
    page = shown(session, "unknown")
    expect(page.get_by_text("bar and line are in pixels, not millimetres")).to_be_visible()
    page.get_by_role("button", name="Measure").click()
    drag(page, place(page, 10, 20), place(page, 90, 20))
    said = page.locator(".viewer .length").first.inner_text()
    assert re.fullmatch(r"Line: (79|80|81) pixels", said)
    assert drawn(page)["bar"].endswith(" pixels")


def test_viewer__two_pictures_at_the_same_scale_in_millimetres(session: Page) -> None:
    page = shown(session, "mm")
    expect(page.get_by_text("a millimetre is as long in both pictures")).to_be_visible()
    first, second = drawn(page, 0), drawn(page, 1)
    assert first["k"] / 0.1 == pytest.approx(second["k"] / 0.2)
    assert first["bar"] == second["bar"]
    canvas(page, 1).focus()
    page.keyboard.press("+")
    first, again = drawn(page, 0), drawn(page, 1)
    assert again["k"] == pytest.approx(1.25 * second["k"])
    assert first["k"] / 0.1 == pytest.approx(again["k"] / 0.2)
    page.get_by_role("button", name="Invert").click()
    assert colour(page, 50, 70, at=1)[0] == 255 - 64


def test_viewer__in_pixels_where_one_size_is_not_known_and_says_so(session: Page) -> None:
    page = shown(session, "pixels")
    expect(page.get_by_text("Same scale in pixels only")).to_be_visible()
    assert drawn(page, 0)["k"] == pytest.approx(drawn(page, 1)["k"])
    assert drawn(page, 0)["bar"].endswith(" mm")
    assert drawn(page, 1)["bar"].endswith(" pixels")


def test_viewer__from_the_keyboard(session: Page) -> None:
    page = shown(session, "one")
    canvas(page).focus()
    for key in ("m", "ArrowRight", "Enter", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".viewer .length").first).to_have_text("Line: 2.0 mm")
    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("r")  # of the viewer, not of the app
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".viewer .length").first).to_have_text("")
    page.keyboard.press("v")
    before = drawn(page)
    page.keyboard.press("ArrowRight")
    assert drawn(page)["x"] == pytest.approx(before["x"] - 30)


def test_viewer__a_map_with_its_opacity(session: Page) -> None:
    page = enlarged(shown(session, "map"))
    put(page, opacity=0)
    assert colour(page, 100, 50)[0] == 100
    put(page, opacity=1)
    x, y = place(page, 100.5, 50.5)
    found = canvas(page).evaluate(
        "(c, [x, y]) => [...c.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)",
        [round(x), round(y)],
    )
    assert found == [252, 255, 164]  # inferno at one
    page.locator("[data-set='map']").select_option("none")
    assert colour(page, 100, 50)[0] == 100


def test_viewer__says_the_grey_below_the_pointer_and_that_it_is_a_phantom(session: Page) -> None:
    page = shown(session, "one")
    box = canvas(page).bounding_box()
    assert box is not None
    x, y = place(page, 90.5, 40.5)
    page.mouse.move(box["x"] + x, box["y"] + y)
    expect(page.get_by_text(re.compile(r"Column (90|91), row (40|41): grey (90|91) of 255"))
           ).to_be_visible()  # fmt: skip


def millimetres(length: Locator) -> float:
    expect(length).to_have_text(re.compile(r"^Line: [\d.]+ mm$"))
    return float(length.inner_text().split()[1])
