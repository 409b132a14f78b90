"""What later pages need, imported while the first one is read.

The first person to open Train or Runs would else wait seconds for torch and pandas. Under a server
only: a test or a script imports what it uses.
"""

from __future__ import annotations

import ast
import importlib
import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import streamlit as st

LATER: Final = ("torch", "pandas", "sgus.train.config", "sgus.workflows.jobs")
"""Imported by functions of several pages when they are called."""
ROOT: Final = Path(__file__).resolve().parents[2]
DELAY_S: Final = 1.0
"""The first page is drawn first."""

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def import_ahead(pages: tuple[str, ...]) -> threading.Thread | None:
    """Start the imports, once a server; None where no server runs.

    Args:
        pages: Paths of the pages' files, from the project's root.
    """
    if not st.runtime.exists():
        return None
    names = [*LATER, *needed_by(ROOT / page for page in pages)]
    thread = threading.Thread(target=_import, args=(names,), name="import-ahead", daemon=True)
    thread.start()
    return thread


def needed_by(pages: Iterable[Path]) -> list[str]:
    """Modules of this package that the files of pages import at their top, in order."""
    found: dict[str, None] = {}
    for page in pages:
        for node in ast.parse(page.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sgus."):
                found[str(node.module)] = None
    return list(found)


def _import(names: list[str]) -> None:
    time.sleep(DELAY_S)
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:  # the page that needs it says so, in its own words
            _log.warning("could not import %s ahead of the page that needs it", name)
