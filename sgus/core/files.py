"""Files that are either wholly there or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from sgus.core.errors import SgusError


def sha256_bytes(data: bytes) -> str:
    """Hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_PART = ".part"


def is_part(name: str) -> bool:
    """Whether a file of this name is one that `write_bytes` has not finished."""
    return name.startswith(".") and name.endswith(_PART)


def remove_parts(directory: Path) -> None:
    """Remove what writers that were killed left behind; only while nobody else writes there."""
    if directory.is_dir():
        for path in directory.iterdir():
            if is_part(path.name):
                path.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Make renames inside a directory outlast a loss of power, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems know no such request
            os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a crash, never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with `write_bytes`."""
    write_bytes(path, text.encode())


def to_json(value: Any) -> str:
    """JSON as this project writes it: indented, UTF-8, NaN refused."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write JSON with `write_bytes`."""
    write_text(path, to_json(value))


def read_json(path: Path, error: type[SgusError], *, next_step: str) -> Any:
    """Read a JSON file.

    Args:
        path: The file.
        error: The kind of error to raise.
        next_step: What to do when it is missing or broken.

    Raises:
        SgusError: Of kind `error`, when the file is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as cause:
        raise error(path, "the file is not there", next_step) from cause
    except (json.JSONDecodeError, UnicodeDecodeError) as cause:
        raise error(path, f"the file is not valid JSON ({cause})", next_step) from cause
