"""The ledger: only added to, by several at once, through kills; and what `verify` finds."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sgus.review.entry import START, Draft
from sgus.review.form import LedgerError
from sgus.review.ledger import LEDGER_FILE, Ledger
from sgus.review.schema import TRIGGERS
from tests.review.ledger_lines import HASH, decision, made

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ("i0", "i1", "i2")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A queue and two decisions."""
    ledger = Ledger(tmp_path_factory.mktemp("template") / LEDGER_FILE)
    ledger.add(made(IMAGES))
    ledger.add(decision("Anna", "i0", 0))
    ledger.add(decision("Anna", "i1", 1, items={"quality": "good"}, reason="between", seconds=3))
    return ledger.path


@pytest.fixture
def ledger(template: Path, tmp_path: Path) -> Ledger:
    """A ledger of one's own: with no connection open, it is one file."""
    return Ledger(Path(shutil.copy(template, tmp_path)))


def sql(ledger: Ledger, *statements: str) -> None:
    """What somebody with another program does to the file."""
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def copied(verb: str, *, number: int = 4, image: str = "i2", previous: str, own: str) -> str:
    """SQL that writes entry 3 again, with another grade."""
    return (
        f"{verb} INTO entries SELECT {number}, at, who, kind, queue, phase, '{image}', sha256,"
        f" manifest_hash, 3, confidence, items, reason, seconds, saw, undoes, {previous}, {own}"
        " FROM entries WHERE number = 3"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET grade = 3 WHERE number = 3",
        "UPDATE entries SET at = at",
        "DELETE FROM entries WHERE number = 3",
        "DELETE FROM entries",
        # REPLACE, which deletes the row it conflicts with and asks no trigger of DELETE
        copied("REPLACE", number=3, previous="previous", own="hash"),
        copied("REPLACE", previous="hash", own="hash"),
        copied("REPLACE", previous="previous", own="'h'"),
        copied("INSERT", number=9, previous="hash", own="'h'"),
        copied("INSERT", previous="'p'", own="'h'"),
        copied("INSERT", image="i1", previous="hash", own="'h'"),
    ],
)
def test_sql_cannot_change_take_out_replace_or_slip_in(ledger, statement):
    before = ledger.entries()
    with pytest.raises(sqlite3.IntegrityError):
        sql(ledger, statement)
    assert ledger.entries() == before
    assert ledger.verify().problems == ()


def test_entries_are_numbered_timed_and_tied(ledger):
    entries = ledger.entries()
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [START, *(e.hash for e in entries[:-1])]
    assert entries[0].at <= entries[1].at <= entries[2].at
    assert entries[0].at.endswith("+00:00")
    assert entries[2].items == {"quality": "good"}
    assert entries[2].seconds == 3.0
    verdict = ledger.verify()
    assert (verdict.n, verdict.head, verdict.problems) == (3, entries[-1].hash, ())


def test_a_case_is_decided_once_until_it_is_undone(ledger):
    with pytest.raises(LedgerError, match="this case is decided already"):
        ledger.add(decision("Anna", "i1", 2))
    with pytest.raises(LedgerError, match="this case is decided already"):
        ledger.add(decision("Bert", "i1", 2))
    undo = Draft("Anna", "undo", "q", "first", "i1", sha256=HASH, undoes=3)
    ledger.add(undo)
    with pytest.raises(LedgerError, match="refused"):
        ledger.add(undo)
    ledger.add(decision("Anna", "i1", 2))
    assert [(e.kind, e.grade) for e in ledger.entries()[2:]] == [
        ("decision", 1), ("undo", None), ("decision", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "draft",
    [
        Draft("Bert", "undo", "q", "first", "i1", undoes=3),  # another's
        Draft("Anna", "undo", "q", "first", "i0", undoes=3),  # of another image
        Draft("Anna", "undo", "q", "first", "i1", undoes=1),  # not a decision
        Draft("Anna", "undo", "q", "first", "i1", undoes=99),  # of nothing
        Draft("Anna", "undo", "q", "first", "i1"),
        made(IMAGES, queue="Q"),  # a queue of the same name
        decision("Anna", "i2", 7),
        decision("Anna", "i2", 1, confidence="sure"),
        decision("Anna", "i2", 1, sha256=""),
        decision("", "i2", 1),
        Draft("Anna", "shown", "q", "first", "i2", grade=1),
    ],
)
def test_what_breaks_the_rules_is_refused_and_writes_nothing(ledger, draft):
    with pytest.raises(LedgerError, match="refused"):
        ledger.add(draft)
    assert ledger.verify().n == 3


def test_a_writer_that_raises_writes_nothing(ledger):
    def fails(entries):
        assert len(entries) == 3
        raise LedgerError("the case", "no", "Stop")

    with pytest.raises(LedgerError, match="no"):
        ledger.write("q", fails)
    assert ledger.verify().n == 3
    assert ledger.write("q", lambda entries: entries[1]) == ledger.entries()[1]


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE entries SET grade = 3 WHERE number = 3", "entry 3 is not what was written"),
        ("UPDATE entries SET who = 'Eve' WHERE number = 2", "entry 2 is not what was written"),
        ("UPDATE entries SET saw = '{}' WHERE number = 2", "entry 2 is not what was written"),
        ("UPDATE entries SET items = '{' WHERE number = 2", "entry 2 is not what was written"),
        ("DELETE FROM entries WHERE number = 2", "entry 2 is missing"),
    ],
)
def test_verify_finds_what_was_changed_without_the_guards(ledger, tampering, said):
    definitions = [
        row[0]
        for row in sqlite3.connect(ledger.path).execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
        )
    ]
    sql(ledger, *(f"DROP TRIGGER {name}" for name in TRIGGERS), tampering, *definitions)
    problems = ledger.verify().problems
    assert len(problems) == 1
    assert said in problems[0]


def test_verify_finds_missing_guards_and_a_chain_made_anew(ledger):
    head = ledger.verify().head
    sql(ledger, "DROP TRIGGER entries_stay")
    assert ledger.verify().problems == ("a guard was taken out: entries_stay",)
    sql(ledger, "DELETE FROM entries WHERE number = 3")  # the end cut off: no gap is seen
    assert len(ledger.verify().problems) == 1
    assert "entries were cut off" in ledger.verify(head=head).problems[1]


def test_a_head_noted_before_stays_good_while_entries_are_added(ledger):
    head = ledger.verify().head
    ledger.add(decision("Anna", "i2", 2))
    assert ledger.verify(head=head).problems == ()


def test_what_is_no_ledger_is_said(tmp_path):
    path = tmp_path / LEDGER_FILE
    path.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(LedgerError, match="cannot be used now") as said:
        Ledger(path)
    assert str(tmp_path) not in str(said.value)
    assert str(said.value).startswith(f"the ledger of the cohort {tmp_path.name}: ")
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(LedgerError, match=r"cohort .*: it is a ledger of version 7"):
        Ledger(other)
    with pytest.raises(LedgerError, match="cannot be made") as said:
        Ledger(tmp_path / "nowhere" / LEDGER_FILE)
    assert str(tmp_path) not in str(said.value)


def test_a_ledger_deleted_meanwhile_does_not_come_back_empty(ledger):
    for path in ledger.path.parent.glob(f"{LEDGER_FILE}*"):
        path.unlink()
    with pytest.raises(LedgerError, match="cannot be used now"):
        ledger.add(decision("Anna", "i2", 1))
    assert not ledger.path.exists()


@given(
    saw=st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.text(st.characters(codec="utf-8"), max_size=8),
            st.integers(-(2**53), 2**53),
            st.floats(allow_nan=False, allow_infinity=False),
            st.lists(st.booleans(), max_size=2),
        ),
        max_size=3,
    ),
    seconds=st.one_of(st.none(), st.integers(0, 9), st.floats(0, 1e6)),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_has_the_hash_that_was_written(ledger, saw, seconds):
    n = ledger.verify().n
    written = ledger.add(decision("Ana", f"j{n}", 1, saw=saw, seconds=seconds))
    assert ledger.entries()[-1] == written
    assert ledger.verify().problems == ()


WRITER = """
import sys
from pathlib import Path
from sgus.review.ledger import Ledger
from tests.review.ledger_lines import decision
who, n = sys.argv[2], int(sys.argv[3])
ledger = Ledger(Path(sys.argv[1]))
for at in range(n):
    entry = ledger.add(decision(who, f"{who}-{at}", at % 4))
    print(entry.number, entry.hash, flush=True)
"""


def writer(path: Path, who: str, n: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), who, str(n)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_three_processes_write_at_once(tmp_path):
    path = tmp_path / LEDGER_FILE  # each of them finds none, and makes it
    writers = [writer(path, who, 15) for who in ("Anna", "Bert", "Carl")]
    said = [process.communicate(timeout=60)[0].splitlines() for process in writers]
    assert [process.returncode for process in writers] == [0, 0, 0]
    ledger = Ledger(path)
    assert ledger.verify().problems == ()
    confirmed = {tuple(line.split()) for lines in said for line in lines}
    assert confirmed == {(str(entry.number), entry.hash) for entry in ledger.entries()}
    assert len(confirmed) == 45
    for who in ("Anna", "Bert", "Carl"):
        mine = [entry.image_id for entry in ledger.entries() if entry.who == who]
        assert mine == [f"{who}-{at}" for at in range(15)]


def test_a_kill_loses_nothing_that_was_confirmed(tmp_path):
    path = tmp_path / LEDGER_FILE
    Ledger(path)
    for round_, after in enumerate((1, 4, 9)):
        process = writer(path, f"Anna{round_}", 100_000)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
        lines += rest.splitlines()
        confirmed = {tuple(line.split()) for line in lines if len(line.split()) == 2}
        ledger = Ledger(path)
        there = {(str(entry.number), entry.hash) for entry in ledger.entries()}
        cut = {pair for pair in confirmed if len(pair[1]) < 64}  # a line the kill cut off
        assert confirmed - cut <= there
        assert ledger.verify().problems == ()
    ledger.add(decision("Bert", "after", 1))
    assert ledger.verify().problems == ()


def test_entries_hold_no_more_than_they_say(ledger):
    """The file has one table: nothing is kept beside the chain that `verify` reads."""
    with closing(sqlite3.connect(ledger.path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert [row[0] for row in tables] == ["entries"]
        saw = connection.execute("SELECT saw FROM entries WHERE number = 2").fetchone()[0]
    assert json.loads(saw) == {"blind": True}
