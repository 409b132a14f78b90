from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path

import pytest
import streamlit as st

from sgus.ui import ahead, frame

ROOT = Path(__file__).resolve().parents[2]


def test_every_page_names_modules_that_exist() -> None:
    for page in frame.PAGES:
        names = ahead.needed_by([ROOT / page])
        assert any(name.startswith("sgus.ui") for name in names), page
        for name in names:
            assert importlib.import_module(name)


def test_without_a_server_nothing_is_imported_ahead() -> None:
    ahead.import_ahead.clear()
    assert ahead.import_ahead(tuple(frame.PAGES)) is None


def test_imports_go_on_after_one_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sgus_test_ahead.py").write_text("found = True\n")
    page = tmp_path / "page.py"
    page.write_text("import os\nfrom sgus.core.grades import GRADES\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(st.runtime, "exists", lambda: True)
    monkeypatch.setattr(ahead, "DELAY_S", 0.0)
    monkeypatch.setattr(ahead, "LATER", ("sgus_no_such_module", "sgus_test_ahead"))
    ahead.import_ahead.clear()
    thread = ahead.import_ahead((str(page),))
    assert isinstance(thread, threading.Thread)
    thread.join(timeout=60)
    assert "sgus_no_such_module" in caplog.text
    assert sys.modules["sgus_test_ahead"].found
    assert ahead.import_ahead((str(page),)) is thread  # once a server
    ahead.import_ahead.clear()
