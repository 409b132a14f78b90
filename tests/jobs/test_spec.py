from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.jobs.errors import JobError
from sgus.jobs.spec import JobSpec, check_directory, utc_now

RIGHT = {"name": "a run", "command": ("true",), "directory": "a-run_1.b", "user": "Anna Öz"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "name: it has 0 characters. Use 1 to 120"),
        ({"name": "x" * 121}, "name: it has 121 characters"),
        ({"user": "x" * 65}, "user: it has 65 characters. Use 1 to 64"),
        ({"user": " anna"}, "user: ' anna' is not plain text"),
        ({"user": "an\nna"}, "is not plain text"),
        ({"user": "an\x1b[2Jna"}, "is not plain text"),
        ({"name": "a\u202eb"}, "is not plain text"),
        ({"directory": ".."}, "this cannot be the name of a run's directory"),
        ({"directory": "a/b"}, "this cannot be the name"),
        ({"directory": "/etc"}, "this cannot be the name"),
        ({"directory": ".hidden"}, "this cannot be the name"),
        ({"directory": "-rf"}, "this cannot be the name"),
        ({"directory": "a\n"}, "this cannot be the name"),
        ({"directory": "ä"}, "this cannot be the name"),
        ({"directory": "x" * 101}, "this cannot be the name"),
        ({"directory": "Jobs.sqlite"}, "this cannot be the name"),
        ({"directory": "worker.lock"}, "this cannot be the name"),
        ({"command": ()}, "command: it has 0 words"),
        ({"command": ("",)}, "command: it has 1 words"),
        ({"command": ("a",) * 501}, "command: it has 501 words"),
        ({"command": ("a", "b\0c")}, "a character that no command can"),
        ({"command": ("a" * 60_001,)}, "it is too long"),
        ({"estimate_s": -1.0}, "-1.0 is no duration"),
        ({"estimate_s": float("nan")}, "nan is no duration"),
    ],
)
def test_what_is_refused(change: dict, said: str) -> None:
    with pytest.raises(JobError) as caught:
        JobSpec(**RIGHT | change)
    assert said in str(caught.value)


@given(st.text(max_size=12))
def test_a_directory_is_one_plain_name(name: str) -> None:
    try:
        check_directory(name)
    except JobError:
        return
    assert name.isascii()
    assert not set(name) & set("/\\\0\n ")
    assert name not in ("", ".", "..")


def test_created_is_utc() -> None:
    assert JobSpec(**RIGHT).created.endswith("Z")
    assert len(utc_now()) == len("2025-01-01T00:00:00.000Z")
