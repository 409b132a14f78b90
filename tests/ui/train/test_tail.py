from __future__ import annotations

import json
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sgus.ui.train.tail import LOG_LINES, Epoch, RunTail, Tail


def record(fold: str, epoch: int, **more: object) -> str:
    return json.dumps({"fold": fold, "epoch": epoch, "train_loss": 0.5, **more}) + "\n"


@given(st.text(alphabet="ab\né", max_size=60), st.lists(st.integers(1, 9), max_size=20))
def test_tail__any_growth_gives_the_whole_lines_once(tmp_path_factory, text, steps) -> None:
    path = tmp_path_factory.mktemp("tail") / "log"
    data, at = text.encode(), 0
    tail = Tail(path)
    for step in [*steps, len(data)]:
        with path.open("ab") as stream:
            stream.write(data[at : at + step])
        at += step
        tail.look()
    assert list(tail.lines) == data.decode().split("\n")[:-1]


def test_tail__reads_only_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "log"
    tail = Tail(path, keep=2)
    assert not tail.look()
    path.write_text("a\nb\nc\nhalf")
    assert tail.look()
    assert list(tail.lines) == ["b", "c"]
    # What was read is never read again: the same bytes changed in place are not seen.
    with path.open("r+b") as stream:
        stream.write(b"X")
        stream.seek(0, os.SEEK_END)
        stream.write(b" line\n")
    assert tail.look()
    assert list(tail.lines) == ["c", "half line"]
    assert not tail.look()


def test_tail__a_file_replaced_cut_or_gone_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "metrics"
    path.write_text("a\nb\nc\n")
    tail = Tail(path)
    tail.look()
    other = tmp_path / "other"
    other.write_text("a\nz\nzz\nzzz\n")
    other.replace(path)
    assert tail.look()
    assert list(tail.lines) == ["a", "z", "zz", "zzz"]
    path.write_text("a\n")
    assert tail.look()
    assert list(tail.lines) == ["a"]
    path.unlink()
    assert tail.look()
    assert not tail.lines


def test_tail__of_a_long_log_only_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {at}\n" for at in range(20_000)))
    tail = Tail(path, keep=3)
    tail.look()
    assert list(tail.lines) == ["line 19997", "line 19998", "line 19999"]


def test_run_tail__epochs_and_log(tmp_path: Path) -> None:
    tail = RunTail(tmp_path)
    tail.look()
    assert tail.epochs == ()
    (tmp_path / "log.txt").write_text("".join(f"{at}\n" for at in range(40)))
    (tmp_path / "metrics.jsonl").write_text(
        record("1", 1, validation_loss=0.75, validation_kappa=None)
        + "not json\n[1]\n"
        + '{"fold": "1"}\n'
        + record("1", 2, validation_kappa=0.5)
        + '{"fold": "1", "ep'
    )
    tail.look()
    assert tail.epochs == (Epoch("1", 1, 0.5, 0.75, None), Epoch("1", 2, 0.5, None, 0.5))
    assert list(tail.log.lines) == [str(at) for at in range(40 - LOG_LINES, 40)]
