"""The command: what it lists, exports for `agreement`, and verifies."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sgus.cli.main import main
from sgus.review.ledger import LEDGER_FILE
from sgus.workflows import adjudication as work
from tests.workflows.adjudicated import decide_all, save_cohort


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six images: both decided, one difference is settled and one is not."""
    root = save_cohort(tmp_path_factory.mktemp("adjudicate") / "cohort")
    work.make_queue(root, "zero one", [f"i{at}" for at in range(6)], who="Maker", boundary="0/1")
    decide_all(root, "zero one", "Anna", "first", lambda at: int(at > 2))
    decide_all(root, "zero one", "Bert", "second", lambda at: int(at > 4))
    case = work.next_case(root, "zero one", who="Both", phase="consensus")
    work.decide(root, "zero one", who="Both", phase="consensus", token=case.token, grade=1,
                confidence="low")  # fmt: skip
    return root


def run(capsys, *words: object) -> tuple[int, str, str]:
    status = main(["adjudicate", *map(str, words)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_list(cohort, capsys):
    status, out, err = run(capsys, "list", cohort)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "zero one (0/1): adjudication, 6 images; Anna first 6, Bert second 6, Both consensus 1; "
        "2 differ, 5 settled",
        "Grades of 5 images: 4 agreed, 1 consensus.",
    ]
    document = json.loads(run(capsys, "list", cohort, "--json")[1])
    assert document["queues"][0]["done"][2] == {"phase": "consensus", "who": "Both", "n": 1}
    assert document["settled"] == {
        "agreed": 4, "consensus": 1, "single": 0, "changed since, not counted": 0,
    }  # fmt: skip


def test_list_without_a_ledger(tmp_path, capsys):
    root = save_cohort(tmp_path / "cohort")
    assert run(capsys, "list", root) == (
        0, "No queue was made yet. Make one on the page Confusions.\n", "",
    )  # fmt: skip
    status, _, err = run(capsys, "verify", root)
    assert (status, "there is no ledger" in err) == (2, True)


def test_export_is_what_agreement_reads(cohort, tmp_path, capsys):
    out = tmp_path / "adjudicated.csv"
    status, said, notes = run(capsys, "export", cohort, "--out", out)
    assert status == 0
    assert said == (
        f"{out}: 17 readings of 6 images by adjudicator:Anna, adjudicator:Bert, adjudicated\n"
    )
    assert "says nothing of a reader" in notes
    before = out.read_bytes()
    status, _, err = run(capsys, "export", cohort, "--out", out)
    assert (status, err) == (2, f"Error: {out}: the file is there already. Name another.\n")
    assert out.read_bytes() == before

    assert main(["agreement", str(out), "--json", "--resamples", "0"]) == 0
    found = json.loads(capsys.readouterr().out)["estimates"]
    (pair,) = [
        row for row in found
        if row["statistic"] == "percent_agreement"
        and row["raters"] == ["adjudicator:Anna", "adjudicator:Bert"]
    ]  # fmt: skip
    assert pair["value"] == pytest.approx(4 / 6)
    assert pair["n_items"] == 6


def test_verify(cohort, tmp_path, capsys):
    status, out, _ = run(capsys, "verify", cohort)
    n = len(work.open_ledger(cohort).entries())
    assert status == 0
    assert out.startswith(f"{n} entries, none changed or missing. Head: ")
    head = out.split()[-1]
    assert run(capsys, "verify", cohort, "--head", head)[0] == 0
    status, out, _ = run(capsys, "verify", cohort, "--head", "f" * 64)
    assert (status, "entries were cut off" in out) == (1, True)

    with closing(sqlite3.connect(cohort / LEDGER_FILE)) as connection, connection:
        (guard,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'entries_stay_as_they_are'"
        ).fetchone()
        connection.execute("DROP TRIGGER entries_stay_as_they_are")
        connection.execute("UPDATE entries SET grade = 3 WHERE number = 4")
        connection.execute(guard)
    status, out, _ = run(capsys, "verify", cohort)
    assert (status, out) == (1, "Problem: entry 4 is not what was written\n")
