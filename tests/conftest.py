"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real images and published tables that is not part of the project."""
    named = os.environ.get("SGUS_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not on this machine (set SGUS_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def harmonicss(shared_data: Path) -> Path:
    """The 172 real images with their spreadsheet."""
    return shared_data / "harmonicss"
