from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.core.errors import ConfigError
from sgus.core.lock import only_process
from sgus.jobs.run_files import ATTEMPT_VARIABLE, JOB_VARIABLE
from sgus.workflows import attempt
from sgus.workflows.attempt import Attempt, SupersededError, held


def test_an_attempt_is_named_by_both_variables_or_by_none() -> None:
    assert Attempt.named_by({}) is None
    assert Attempt.named_by({JOB_VARIABLE: "7", ATTEMPT_VARIABLE: "2"}) == Attempt("7", 2)
    for half in ({JOB_VARIABLE: "7"}, {ATTEMPT_VARIABLE: "2"},
                 {JOB_VARIABLE: "7", ATTEMPT_VARIABLE: "two"}):  # fmt: skip
        with pytest.raises(ConfigError, match="this names no attempt of a job"):
            Attempt.named_by(half)


@pytest.mark.parametrize(
    ("said", "current"),
    [
        ({"job_id": 7, "attempt": 2}, True),
        ({"job_id": "7", "attempt": 2}, True),
        ({"job_id": 7, "attempt": 3}, False),
        ({"job_id": 7, "attempt": 0}, False),
        ({"job_id": 8, "attempt": 2}, False),
        ({}, False),
        ([], False),
        (None, False),
    ],
)
def test_only_the_current_attempt_may_work(said: object, current: bool, tmp_path: Path) -> None:
    if said is not None:
        (tmp_path / "job.json").write_text(json.dumps(said))
    if current:
        with held(tmp_path, Attempt("7", 2)):
            return
    with pytest.raises(SupersededError), held(tmp_path, Attempt("7", 2)):
        pytest.fail("it worked")


def test_one_that_is_still_at_work_is_waited_for(tmp_path: Path, monkeypatch) -> None:
    asked = []
    real = only_process

    def watched(*words: object, **more: object) -> object:
        asked.append(more.get("wait_s", 0))
        return real(*words, **more)

    monkeypatch.setattr(attempt, "only_process", watched)
    (tmp_path / "job.json").write_text('{"job_id": 1, "attempt": 1}')
    for one in (None, Attempt("1", 1)):
        with held(tmp_path, one):
            pass
    assert asked == [0, 30.0]
