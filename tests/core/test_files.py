from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sgus.core import files
from sgus.core.errors import RunError
from sgus.core.files import is_part, read_json, remove_parts, sha256_file, write_bytes, write_json


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_json(path, {"n": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"n": float("nan")})
    assert read_json(path, RunError, next_step="x") == {"n": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000
    write_bytes(tmp_path / "x", data)
    assert sha256_file(tmp_path / "x") == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("content", [None, b"{", b"\xff\xfe"])
def test_a_broken_file_names_the_next_step(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match=r"run\.json: the file is not .*\. Train again\.$"):
        read_json(path, RunError, next_step="Train again")


def test_what_a_killed_writer_leaves_is_known_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    seen: list[str] = []

    def look(handle: int) -> None:
        seen.extend(entry.name for entry in tmp_path.iterdir())

    monkeypatch.setattr(files.os, "fsync", look)
    write_json(path, {"n": 1})
    assert len(seen) == 1
    assert is_part(seen[0])
    (tmp_path / seen[0]).write_bytes(b"{")
    (tmp_path / "score.part").write_bytes(b"of somebody else")
    remove_parts(tmp_path)
    remove_parts(tmp_path / "not there")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["report.json", "score.part"]
