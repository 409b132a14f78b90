from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from sgus.core.errors import RunError
from sgus.train.checkpoint import (
    Keeper,
    load_checkpoint,
    previous_checkpoint,
    remove_checkpoints,
    save_checkpoint,
)


def state(number: int) -> dict[str, Any]:
    return {"number": number, "weights": torch.full((300,), float(number)), "fingerprint": "mine"}


def load(path: Path) -> tuple[int | None, list[str]]:
    said: list[str] = []
    found = load_checkpoint(path, fingerprint="mine", say=said.append)
    return (found["number"] if found else None), said


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "checkpoint.pt"
    for number in (1, 2):
        save_checkpoint(path, state(number))
    return path


def test_the_newest_is_read_and_the_one_before_is_kept(two: Path) -> None:
    assert load(two) == (2, [])
    assert load(previous_checkpoint(two)) == (1, [])
    assert sorted(p.name for p in two.parent.iterdir()) == [
        "checkpoint.previous.pt", "checkpoint.pt"
    ]  # fmt: skip
    remove_checkpoints(two)
    assert load(two) == (None, [])
    assert not list(two.parent.iterdir())


def test_killed_between_its_two_renames_the_one_before_is_read(two: Path) -> None:
    two.unlink()
    two.with_suffix(".part").write_bytes(b"half a checkp")
    assert load(two) == (1, [])


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "old"])
def test_any_damage_is_seen_said_and_passed_over(two: Path, damage: str) -> None:
    whole = two.read_bytes()
    if damage == "flip":
        for place in (0, 100, len(whole) // 2, len(whole) - 70, len(whole) - 1):
            two.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
            assert load(two)[0] == 1, place
        return
    if damage == "old":
        torch.save(state(3), two)  # a file without a hash
    else:
        two.write_bytes(whole[: len(whole) // 3] if damage == "cut" else b"")
    assert load(two) == (
        1, ["checkpoint.pt is damaged: going on from an earlier point, to the same figures"]
    )  # fmt: skip
    assert not two.exists()  # so that the next save does not keep it in place of a whole one
    save_checkpoint(two, state(4))
    assert load(two) == (4, [])


def test_one_of_another_run_is_refused_the_one_before_too(two: Path) -> None:
    for _ in range(2):
        with pytest.raises(RunError, match="belongs to another config or cohort"):
            load_checkpoint(two, fingerprint="yours", say=print)
        two.unlink(missing_ok=True)


FILLING = """
import resource
import sys
from pathlib import Path
import torch
from sgus.train.checkpoint import save_checkpoint
path = Path(sys.argv[1])
save_checkpoint(path, {"n": 1})
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
for size in (1_000_000, 20_000, 12_400):  # cut within a tensor, or within the rest
    try:
        save_checkpoint(path, {"weights": torch.ones(size)})
    except OSError as error:
        print(error.errno)
"""


def test_a_file_that_cannot_grow_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    command = [sys.executable, "-c", FILLING, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["27"] * 3  # EFBIG
    assert done.stderr == ""
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]
    found = load_checkpoint(path, fingerprint=None, say=print)  # type: ignore[arg-type]
    assert found is not None
    assert found["n"] == 1


@pytest.mark.parametrize(("every_s", "expected"), [(0.0, [False, True]), (1000.0, [False, False]),
                                                   (1e-9, [True, True])])  # fmt: skip
def test_when_it_saves(every_s: float, expected: list[bool], tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    saved = []
    for call in (Keeper.after_batch, Keeper.after_epoch):
        keeper = Keeper(path, fingerprint="mine", every_s=every_s, say=print)
        call(keeper, lambda: state(1))
        saved.append(path.exists())
        path.unlink(missing_ok=True)
    assert saved == expected


def test_saving_takes_a_small_share_of_the_time(tmp_path: Path, monkeypatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("sgus.train.checkpoint.time.monotonic", lambda: clock[0])
    saves = []

    def slow(path: Path, made: dict[str, Any]) -> None:
        saves.append(clock[0])
        clock[0] += 5

    monkeypatch.setattr("sgus.train.checkpoint.save_checkpoint", slow)
    keeper = Keeper(tmp_path / "c.pt", fingerprint="", every_s=10, say=print)
    while clock[0] < 1000:
        clock[0] += 1
        keeper.after_batch(dict)
    assert saves[0] == 10
    assert 5 * len(saves) <= 0.055 * clock[0]


def test_at_the_end_it_saves_what_is_not_yet_saved(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    keeper = Keeper(path, fingerprint="mine", every_s=1000, say=print)
    keeper.after_epoch(lambda: state(1))
    keeper.at_end(lambda: state(2))
    keeper.at_end(lambda: state(3))
    again = Keeper(path, fingerprint="mine", every_s=1000, say=print)
    assert again.load() is not None
    again.at_end(lambda: state(4))
    assert load(path) == (2, [])
