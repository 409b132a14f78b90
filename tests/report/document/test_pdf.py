from __future__ import annotations

import builtins
import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sgus.core.errors import ConfigError
from sgus.report.document.pdf import pdf_bytes


def installed() -> ModuleType:
    """The optional package; the test is skipped where it, or Pango, is not to be had."""
    try:
        return importlib.import_module("weasyprint.urls")
    except (ImportError, OSError) as error:
        pytest.skip(f"WeasyPrint, an optional package, is not to be had here ({error})")


def test_without_the_package_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ConfigError, match=r"optional package, is not installed\. Install it"):
        pdf_bytes("<p>x</p>")


def test_without_pango_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def importing(name: str, *more: object, **named: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(ConfigError, match=r"Pango is not installed\. Install Pango"):
        pdf_bytes("<p>x</p>")


def test_a_document_becomes_a_pdf() -> None:
    installed()
    made = pdf_bytes("<h1>One</h1><p style='break-before: page'>Two</p>")
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", made)) in (0, 2)  # 0: objects are compressed


def test_a_pdf_fetches_nothing(tmp_path: Path) -> None:
    """A file beside the document, which a browser would show, is not looked at."""
    urls = installed()
    seen: list[str] = []
    real = urls.URLFetcher.open
    urls.URLFetcher.open = lambda self, url, *more: seen.append(str(url)) or real(self, url, *more)
    try:
        pdf_bytes(f"<img src='{tmp_path.as_uri()}/a.png'><img src='http://localhost:1/a.png'>")
    finally:
        urls.URLFetcher.open = real
    assert seen == []
