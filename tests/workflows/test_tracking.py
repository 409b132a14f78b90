"""What a tracking server hears of a run, and that a run never suffers from one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sgus.core.errors import ConfigError
from sgus.workflows import tracking
from sgus.workflows.tracking import SinkError, tracked

FACTS = {"fingerprint": "f1", "config": {}, "cohort": {"name": "study"}}


class Server:
    """A sink that keeps what it hears, and fails when told to."""

    name = "http://server"

    def __init__(self) -> None:
        self.points: dict[str, list[int]] = {}
        self.opened: list[str] = []
        self.reports: list[str] = []
        self.ends: list[str] = []
        self.fails: Callable[[str], bool] = lambda call: False

    def _hear(self, call: str) -> None:
        if self.fails(call):
            raise SinkError("it cannot be reached")

    def check(self) -> None:
        pass

    def open(self, key: str, *, name: str, facts: dict[str, Any]) -> str:
        self._hear("open")
        self.opened.append(key)
        return f"run of {key}"

    def reached(self, fold: str) -> int:
        self._hear("reached")
        return max(self.points.get(fold, []), default=0)

    def epochs(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            self.points.setdefault(str(record["fold"]), []).append(record["epoch"])
        self._hear("epochs")  # after: the answer is lost, not the request

    def report(self, report: dict[str, Any], *, sha256: str) -> None:
        self._hear("report")
        self.reports.append(sha256)

    def close(self, state: str) -> None:
        self._hear("close")
        self.ends.append(state)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("LOOK_EVERY_S", 0.005), ("TRY_AGAIN_S", 0.005), ("STOPPED_S", 0.3)):
        monkeypatch.setattr(tracking, name, seconds)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "run.json").write_text(json.dumps(FACTS))
    return tmp_path


def add(run: Path, *epochs: int, fold: str = "a") -> None:
    with (run / "metrics.jsonl").open("a") as stream:
        stream.writelines(json.dumps({"fold": fold, "epoch": e}) + "\n" for e in epochs)


def follow(run: Path, server: Server, train: Callable[[], None], state: str = "done") -> list[str]:
    said: list[str] = []
    with tracked(run, server, log=run / "log.txt", say=said.append) as go:
        go()
        train()
        (run / "status.json").write_text(json.dumps({"state": state, "reason": "why"}))
    log = run / "log.txt"
    assert said == (log.read_text().splitlines() if log.exists() else [])
    return said


def until(holds: Callable[[], object]) -> None:
    waiting = threading.Event()
    for _ in range(2000):
        if holds():
            return
        waiting.wait(0.005)
    raise AssertionError


def test_epochs_are_there_while_the_run_trains_and_the_figures_at_its_end(run: Path) -> None:
    server = Server()

    def train() -> None:
        add(run, 1)
        until(lambda: server.points == {"a": [1]})
        add(run, 2, 3)
        add(run, 1, fold="b")
        until(lambda: server.points == {"a": [1, 2, 3], "b": [1]})
        assert not server.ends
        (run / "report.json").write_text("{}")

    assert follow(run, server, train) == []
    assert server.ends == ["done"]
    assert len(server.reports) == len(server.opened) == 1


def test_one_that_goes_on_goes_on_in_the_same_place(run: Path) -> None:
    server = Server()
    follow(run, server, lambda: add(run, 1, 2), "cancelled")
    said = json.loads((run / "tracking.json").read_text())
    assert said == {"server": "http://server", "fingerprint": "f1", "key": server.opened[0],
                    "run_id": f"run of {server.opened[0]}"}  # fmt: skip
    (run / "metrics.jsonl").write_text("")  # cut to a checkpoint before both
    follow(run, server, lambda: add(run, 1, 2, 3))
    assert server.points == {"a": [1, 2, 3]}
    assert server.opened[0] == server.opened[1]
    assert server.ends == ["cancelled", "done"]


@pytest.mark.parametrize("changed", ["server", "fingerprint"])
def test_another_server_or_another_run_in_the_directory_begins_anew(
    run: Path, changed: str
) -> None:
    server = Server()
    follow(run, server, lambda: add(run, 1))
    if changed == "server":
        server.name = "http://other"
    else:
        (run / "run.json").write_text(json.dumps({**FACTS, "fingerprint": "f2"}))
    follow(run, server, lambda: None)
    assert len(set(server.opened)) == 2


def test_a_server_that_is_down_costs_one_line_and_gets_all_when_it_is_back(run: Path) -> None:
    server = Server()
    down = threading.Event()
    tries: list[str] = []

    def fails(call: str) -> bool:
        tries.append(call)
        return down.is_set()

    server.fails = fails

    def train() -> None:
        add(run, 1)
        until(lambda: server.points == {"a": [1]})
        down.set()
        tries.clear()
        add(run, 2)
        until(lambda: len(tries) > 5)
        add(run, 3)
        down.clear()
        until(lambda: server.points["a"][-1] == 3)

    assert follow(run, server, train) == [
        "tracking server http://server fails (it cannot be reached); the run goes on without",
        "tracking server http://server answers again and has all so far",
    ]
    assert server.points == {"a": [1, 2, 3]}  # 2 arrived although its answer did not


def test_one_that_never_answers_is_said_once_and_the_same_command_sends_all(run: Path) -> None:
    server = Server()
    server.fails = lambda call: True
    assert follow(run, server, lambda: add(run, 1)) == [
        "tracking server http://server fails (it cannot be reached); the run goes on without",
        "not all of the run is on the tracking server; the same command sends the rest",
    ]
    server.fails = lambda call: False
    (run / "log.txt").unlink()
    assert follow(run, server, lambda: None) == []
    assert server.points == {"a": [1]}
    assert server.ends == ["done"]


def test_one_that_hangs_is_not_waited_for(run: Path) -> None:
    server = Server()
    hangs = threading.Event()
    server.fails = lambda call: hangs.wait(20)
    said = follow(run, server, lambda: add(run, 1), "cancelled")
    assert said == [
        "tracking server http://server is too slow; the same command sends the rest"
    ]  # fmt: skip
    hangs.set()


def test_a_line_half_written_is_read_when_it_is_whole(run: Path) -> None:
    server = Server()

    def train() -> None:
        add(run, 1)
        with (run / "metrics.jsonl").open("a") as stream:
            stream.write('{"fold": "a", "ep')
        until(lambda: server.points == {"a": [1]})
        with (run / "metrics.jsonl").open("a") as stream:
            stream.write('och": 2}\n')
        until(lambda: server.points == {"a": [1, 2]})

    assert follow(run, server, train) == []


def test_a_run_refused_before_it_began_tells_nobody(run: Path) -> None:
    server = Server()
    with (
        pytest.raises(ConfigError),
        tracked(run, server, log=run / "log.txt", say=print),
    ):
        raise ConfigError("x", "is wrong", "Change it")
    with tracked(run, None, log=run / "log.txt", say=print) as go:
        go()
    assert not server.opened
    assert not (run / "tracking.json").exists()


def test_a_log_that_takes_nothing_does_not_matter(run: Path) -> None:
    server = Server()
    server.fails = lambda call: True

    def full(line: str) -> None:
        raise BrokenPipeError

    with tracked(run, server, log=run / "no" / "log.txt", say=full) as go:
        go()
    assert not server.opened
