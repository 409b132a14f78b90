from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sgus.jobs.run_files import (
    Progress,
    Status,
    ask_to_stop,
    last_lines,
    read_progress,
    read_status,
    write_attempt,
)


def test_read_progress__what_a_trainer_writes(tmp_path: Path) -> None:
    said = {
        "beat": 41, "fold": 2, "folds": 5, "epoch": 3, "epochs": 45, "batch": 7, "batches": 9,
        "phase": "training", "images_per_s": 27.5, "seconds_left": None,
    }  # fmt: skip
    (tmp_path / "progress.json").write_text(json.dumps(said))
    assert read_progress(tmp_path) == Progress(**said)
    assert read_progress(tmp_path).reached == (2, 3, 7)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"beat": "x"}', '{"beat": true}', '{"beat": -1}', "\xff"]
)
def test_read_progress__what_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "progress.json").write_bytes(text.encode("latin-1"))
    assert read_progress(tmp_path) is None
    assert read_progress(tmp_path / "nowhere") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["beat", "fold", "phase", "seconds_left", "state", "attempt", "reason"]),
        JSON,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_is_no_error(tmp_path: Path, said: dict) -> None:
    for name in ("progress.json", "status.json"):
        (tmp_path / name).write_text(json.dumps(said))
    progress, status = read_progress(tmp_path), read_status(tmp_path)
    assert progress is None or progress.beat > 0
    assert isinstance(status.state, str)


def test_read_status(tmp_path: Path) -> None:
    assert read_status(tmp_path) == Status("", "", None)
    said = {"state": "failed", "reason": "no patients", "attempt": 2, "predictions_sha256": None}
    (tmp_path / "status.json").write_text(json.dumps(said))
    assert read_status(tmp_path) == Status("failed", "no patients", 2)


def test_a_directory_is_a_file_in_the_way_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "status.json").mkdir()
    assert read_status(tmp_path) == Status()


def test_ask_to_stop__makes_no_directory(tmp_path: Path) -> None:
    ask_to_stop(tmp_path / "never-started")
    assert not (tmp_path / "never-started").exists()
    ask_to_stop(tmp_path)
    assert (tmp_path / "cancel").exists()


def test_write_attempt(tmp_path: Path) -> None:
    write_attempt(tmp_path / "new", 3, 2)
    assert json.loads((tmp_path / "new" / "job.json").read_text()) == {"job_id": 3, "attempt": 2}


def test_last_lines__reads_the_end_only(tmp_path: Path) -> None:
    path = tmp_path / "output.txt"
    assert last_lines(path, 5) == []
    path.write_bytes(b"\xff\n" * 100_000 + "é\nlast".encode())
    assert last_lines(path, 2) == ["é", "last"]
    assert last_lines(path, 0) == []
    assert len(last_lines(path, 10**6)) < 40_000
