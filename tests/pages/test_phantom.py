from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.phantom.devices import DEVICES
from sgus.phantom.request import VIEWS
from sgus.phantom.simulate import Phantom
from sgus.ui import engine
from sgus.workflows.severity_sweep import N_GLANDS, SEVERITIES
from tests.fakes import FakeEngine
from tests.made_up import ultrasound
from tests.pages.conftest import open_page


def html_of(test: AppTest) -> str:
    return " ".join(block.proto.body.replace("\u00a0", " ") for block in test.get("html"))


def calls(test: AppTest) -> dict[str, str]:
    """Who calls it what: the text of each row's circle, by the row's name."""
    rows = re.findall(
        r'sgus-call"><div><b>(.*?)</b>.*?<span class="sgus-dot[^>]*>(.*?)</span></div>',
        html_of(test),
        re.DOTALL,
    )
    return dict(rows)


def picture(test: AppTest) -> str:
    return str(test.get("image")[0].proto.imgs[0].url)


def button(test: AppTest, label: str) -> Any:
    return next(found for found in test.button if found.label == label)


def dialled(test: AppTest, name: str) -> Any:
    return test.session_state[f"sgus_phantom_{name}"]


@pytest.fixture
def phantom_page(fake: FakeEngine, add_model: Callable[..., Path]) -> AppTest:
    """The page as it opens, with one model of real images."""
    add_model("made-up")
    return open_page("phantom")


def test_phantom__says_what_it_is_and_shows_everyones_call(phantom_page: AppTest) -> None:
    assert not phantom_page.exception
    text = html_of(phantom_page)
    assert "SYNTHETIC PHANTOM" in text
    assert "severity 1.50" in text
    assert "mild inhomogeneity" in text
    assert "learnt from real images" in text
    assert "The image is simulated and the model learnt from real ones" in text
    shown = calls(phantom_page)
    assert list(shown) == ["Simulated truth", "Reader A", "Reader B", "Average reader", "made-up"]
    assert shown["Simulated truth"] == "1"
    assert shown["Average reader"] == "–"
    assert {shown["Reader A"], shown["Reader B"], shown["made-up"]} <= set("0123")
    assert picture(phantom_page).startswith("data:image/jpeg")


@pytest.mark.parametrize(("gland", "view"), [(g, v) for g, views in VIEWS.items() for v in views])
def test_phantom__each_gland_and_view(phantom_page: AppTest, gland: str, view: str) -> None:
    before = picture(phantom_page)
    phantom_page.selectbox(key="sgus_phantom_gland").set_value(gland)
    test = phantom_page.selectbox(key="sgus_phantom_view").set_value(view).run()
    assert not test.exception
    assert (dialled(test, "gland"), dialled(test, "view")) == (gland, view)
    assert (picture(test) == before) is ((gland, view) == ("parotid", "transverse"))


@pytest.mark.parametrize("device", list(DEVICES))
def test_phantom__each_device(phantom_page: AppTest, device: str) -> None:
    test = phantom_page.selectbox(key="sgus_phantom_device").set_value(device).run()
    assert not test.exception
    assert len(calls(test)) == 5


def test_phantom__severity_changes_truth_and_readers(phantom_page: AppTest) -> None:
    for severity, grade in ((0.0, "0"), (2.0, "2"), (3.99, "3")):
        test = phantom_page.slider(key="sgus_phantom_severity").set_value(severity).run()
        assert not test.exception
        assert calls(test)["Simulated truth"] == grade
        assert f'aria-current="true"><b>{grade}</b>' in html_of(test)


def test_phantom__the_same_gland_again_and_another(phantom_page: AppTest) -> None:
    first = picture(phantom_page)
    test = button(phantom_page, "Scan the same gland again").click().run()
    assert (dialled(test, "anatomy_seed"), dialled(test, "scan_seed")) == (1, 2)
    again = picture(test)
    test = button(test, "Another gland").click().run()
    assert (dialled(test, "anatomy_seed"), dialled(test, "scan_seed")) == (2, 2)
    assert len({first, again, picture(test)}) == 3
    test.number_input(key="sgus_phantom_anatomy_seed").set_value(1)
    test = test.number_input(key="sgus_phantom_scan_seed").set_value(1).run()
    assert picture(test) == first


def test_phantom__other_readers_have_other_ways(phantom_page: AppTest) -> None:
    def bars(test: AppTest) -> list[str]:
        return re.findall(r'role="img" aria-label="(.*?)"', html_of(test))

    before = bars(phantom_page)
    after = bars(button(phantom_page, "Ask two other readers").click().run())
    assert len(before) == len(after) == 4
    assert before[:2] != after[:2]
    assert before[2:] == after[2:]


def test_phantom__the_outline_can_be_hidden(phantom_page: AppTest) -> None:
    before = picture(phantom_page)
    assert picture(phantom_page.toggle(key="sgus_outline").set_value(False).run()) != before


def test_phantom__the_dials_stay_when_the_page_is_left(phantom_page: AppTest) -> None:
    test = phantom_page.slider(key="sgus_phantom_severity").set_value(2.75).run()
    test = test.switch_page("pages/overview.py").run()
    test = test.switch_page("pages/phantom.py").run()
    assert calls(test)["Simulated truth"] == "2"
    assert dialled(test, "severity") == 2.75


def test_phantom__without_a_model_the_readers_still_read(models: Path) -> None:
    test = open_page("phantom")
    assert not test.exception
    assert list(calls(test)) == ["Simulated truth", "Reader A", "Reader B", "Average reader"]
    assert "No model is installed yet" in test.info[0].value
    assert not any(found.label == "Run the sweep" for found in test.button)


def test_phantom__a_model_of_phantoms_is_never_shown_without_saying_so(
    fake: FakeEngine, add_model: Callable[..., Path]
) -> None:
    add_model("demo", synthetic=True)
    text = html_of(open_page("phantom"))
    assert "learnt from phantoms only" in text
    assert "Learnt from simulated images (phantoms) only" in text
    assert "Image and model are both simulated" in text


def test_phantom__a_phantom_opens_on_the_grade_page(phantom_page: AppTest) -> None:
    test = button(phantom_page, "Open it on the grade page").click().run()
    assert not test.exception
    (row,) = test.dataframe[0].value.to_dict("records")
    assert row["image"] == ("synthetic-phantom-parotid-transverse-premium-s1.50-gland1-scan1.png")
    assert row["kind"] == "synthetic phantom"
    assert "Simulated with severity 1.50: mild inhomogeneity" in html_of(test)


class Ladder(FakeEngine):
    """A model that knows the severity: it turns at 1.0, 2.2 and 3.1, a little apart by gland."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        from sgus.workflows import phantom_view

        self.asked: list[float] = []
        picture = np.asarray(ultrasound(1))
        facts = {"pixels": picture, "mask": picture > 60, "spacing_mm": 0.1}

        def simulate(request: Any) -> Any:
            self.severity = request.severity
            self.shift = (request.anatomy_seed % 97) / 970 - 0.05
            return Phantom(region=Region(30, 20, 450, 340), request=request, **facts)

        monkeypatch.setattr(phantom_view, "simulate", simulate)

    def grade(self, image: Any, *, region: Any = None, cams: bool = True) -> Any:
        self.asked.append(self.severity)
        centres = np.array([1.0, 2.2, 3.1]) + self.shift
        at_least = 1 / (1 + np.exp(-(self.severity - centres) / 0.15))
        p = -np.diff([1, *at_least, 0])
        return SimpleNamespace(p=p, synthetic=True)


@pytest.fixture
def ladder(monkeypatch: pytest.MonkeyPatch, add_model: Callable[..., Path]) -> Ladder:
    st.cache_resource.clear()
    stand_in = Ladder(monkeypatch)
    monkeypatch.setattr(engine, "make_engine", lambda directory: stand_in)
    add_model("ladder")
    yield stand_in
    st.cache_resource.clear()


def test_phantom__the_sweep_says_where_the_model_turns(ladder: Ladder) -> None:
    test = open_page("phantom")
    assert f"{N_GLANDS * len(SEVERITIES)} phantoms" in " ".join(b.value for b in test.markdown)
    ladder.asked.clear()
    test = button(test, "Run the sweep").click().run()
    assert not test.exception
    assert len(ladder.asked) == N_GLANDS * len(SEVERITIES)
    text = html_of(test)
    assert f"ladder (learnt from real images) read {len(ladder.asked)} phantoms: 8 glands" in text
    found = re.findall(
        r"From (\d) to (\d): at severity ([\d.]+) \(95 % interval over glands ([\d.]+) to ([\d.]+)",
        text,
    )
    assert [pair[:2] for pair in found] == [("0", "1"), ("1", "2"), ("2", "3")]
    for (_, _, value, low, high), known in zip(found, (1.0, 2.2, 3.1), strict=True):
        assert float(value) == pytest.approx(known, abs=0.06)
        assert float(low) <= float(value) <= float(high)
        assert float(high) - float(low) < 0.1
    assert "the average reader at 2.0" in text
    assert test.get("plotly_chart")


def test_phantom__a_sweep_is_kept_and_another_gland_asks_for_another(ladder: Ladder) -> None:
    test = button(open_page("phantom"), "Run the sweep").click().run()
    ladder.asked.clear()
    test = test.slider(key="sgus_phantom_severity").set_value(3.2).run()
    assert test.get("plotly_chart")
    assert ladder.asked == [3.2]
    test = button(test, "Another gland").click().run()
    assert not test.get("plotly_chart")
    test = test.number_input(key="sgus_phantom_anatomy_seed").set_value(1).run()
    assert test.get("plotly_chart")


def test_phantom__a_sweep_that_was_interrupted_goes_on(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = open_page("phantom")
    ladder.asked.clear()
    plain = ladder.grade

    def refuses(image: Any, **words: Any) -> Any:
        if len(ladder.asked) >= 3 * len(SEVERITIES) + 2:
            raise ImageError("image", "no ultrasound area was found", "Set it by hand")
        return plain(image, **words)

    monkeypatch.setattr(ladder, "grade", refuses)
    test = button(test, "Run the sweep").click().run()
    assert not test.exception
    assert "No ultrasound area was found." in html_of(test)
    assert not test.get("plotly_chart")
    monkeypatch.setattr(ladder, "grade", plain)
    ladder.asked.clear()
    test = test.run()
    assert test.get("plotly_chart")
    assert len(ladder.asked) == (N_GLANDS - 3) * len(SEVERITIES)
