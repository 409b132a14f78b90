from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
import platform
from sgus.core.memory import keep_freed_memory
print(keep_freed_memory(), platform.libc_ver()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is asked")
def test_glibc_keeps_freed_memory() -> None:
    # In a process of its own: the setting cannot be taken back.
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    kept, library = said.stdout.split(" ")
    assert kept == str(library.strip() == "glibc")
