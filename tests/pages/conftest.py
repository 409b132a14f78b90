"""The app in this process, with a stand-in for the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.ui import engine
from tests.fakes import FakeEngine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models that the app looks into."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("SGUS_MODELS", str(folder))
    return folder


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of cohorts that the app looks into."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("SGUS_DATA", str(folder))
    return folder


@pytest.fixture
def add_model(models: Path) -> Callable[..., Path]:
    def add(name: str, **info: object) -> Path:
        directory = models / name
        directory.mkdir()
        (directory / "model.json").write_text(json.dumps({"name": name, **info}))
        (directory / "model.safetensors").write_bytes(b"weights")
        (directory / "README.md").write_text(f"Card of {name}")
        return directory

    return add


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine every model loads as."""
    stand_in = FakeEngine()
    st.cache_resource.clear()
    monkeypatch.setattr(engine, "make_engine", lambda directory: stand_in)
    return stand_in


def open_page(page: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return test.switch_page(f"pages/{page}.py").run()


@pytest.fixture
def grade_page(fake: FakeEngine, add_model: Callable[..., Path]) -> Callable[..., AppTest]:
    """Open the grade page with one model and upload files to it."""
    add_model("made-up")

    def upload(files: dict[str, bytes]) -> AppTest:
        test = open_page("grade")
        test.file_uploader[0].set_value(
            [(name, data, "application/octet-stream") for name, data in files.items()]
        )
        return test.run()

    return upload
