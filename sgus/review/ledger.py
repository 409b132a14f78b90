"""The ledger: entries are added, and neither changed nor taken out.

Each entry holds the hash of the one before it, so that a change by other means than this program
shows; see `verify`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from sgus.review.form import LedgerError

LEDGER_FILE: Final = "adjudication.sqlite"


class Ledger:
    """The ledger of a cohort. Safe for many processes and threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path


__all__ = ["LEDGER_FILE", "Ledger", "LedgerError", "sqlite3"]
