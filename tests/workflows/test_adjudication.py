"""Adjudication from end to end: blinded, two people, consensus, what counts and what does not."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import CohortError, ImageError
from sgus.core.region import Region
from sgus.images.text import text_mask
from sgus.review.form import LedgerError
from sgus.review.ledger import LEDGER_FILE
from sgus.workflows import adjudication as work
from tests.images.pictures import speckle
from tests.workflows.adjudicated import (
    HEIGHT,
    WIDTH,
    decide_all,
    next_image,
    save_cohort,
    simulated,
)

ROOT = Path(__file__).resolve().parents[2]
IDS = ["i0", "i1", "i2", "i3", "i4", "i5"]
"""Of the first three patients."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cohort(tmp_path_factory.mktemp("adjudication") / "cohort")


@pytest.fixture
def cohort(written: Path, tmp_path: Path) -> Path:
    """A cohort of one's own, with the queue `q` of six images."""
    root = shutil.copytree(written, tmp_path / "cohort")
    work.make_queue(root, "q", IDS, who="Maker", boundary="0/1", seed=1)
    return root


def case_of(cohort: Path, *, who: str = "Anna", phase: str = "first") -> work.BlindCase:
    case = work.next_case(cohort, "q", who=who, phase=phase)
    assert case is not None
    return case


def decide(cohort: Path, grade: int | None, *, who="Anna", phase="first", **more):
    case = case_of(cohort, who=who, phase=phase)
    said = {"confidence": "high", "token": case.token} | more
    return work.decide(cohort, "q", who=who, phase=phase, grade=grade, **said)


# Blinding


def test_a_case_can_hold_nothing_but_the_picture():
    assert {field.name for field in fields(work.BlindCase)} == {
        "position", "n", "token", "picture", "width_px", "height_px", "spacing_mm", "synthetic",
    }  # fmt: skip


def test_a_case_is_the_same_whoever_it_is_of_and_whatever_others_said(tmp_path):
    """Two cohorts of the same pictures that differ in every id, name, grade and reading."""
    one, two = save_cohort(tmp_path / "a"), save_cohort(tmp_path / "b", prefix="z", turned=True)
    for root, prefix in ((one, "i"), (two, "z")):
        work.make_queue(root, "q", [f"{prefix}0"], who="Maker")
    here, there = case_of(one), case_of(two)
    differing = [f.name for f in fields(here) if getattr(here, f.name) != getattr(there, f.name)]
    assert differing == ["token"]  # of which the next test says that it tells nothing


def test_a_case_names_nothing_of_the_cohort(cohort):
    case = case_of(cohort)
    tables = (cohort / "images.csv").read_text() + (cohort / "ratings.csv").read_text()
    words = {word for word in tables.replace("\n", ",").split(",") if len(word) > 1}
    assert {"i0", "iP0", "ir1", "images/i0-file.png", "parotid"} <= words
    assert not any(word in case.token for word in words)
    assert not any(word.encode() in case.picture for word in words if len(word) > 3)
    assert len(case.token) == 20
    image = Image.open(io.BytesIO(case.picture))
    image.load()
    assert (image.info, image.mode, image.format) == ({}, "L", "PNG")


def test_margins_and_burned_in_text_are_gone(tmp_path):
    root = save_cohort(tmp_path / "cohort", text="DOE 12")
    work.make_queue(root, "q", ["i3"], who="Maker")
    case = case_of(root)
    shown = np.asarray(Image.open(io.BytesIO(case.picture)))
    assert shown.shape == (HEIGHT, WIDTH) == (case.height_px, case.width_px)  # no margin
    stored = np.asarray(Image.open(root / "images" / "i3-file.png"))[20:-20, 20:-20]
    ink = (stored == 255) & (speckle(HEIGHT, WIDTH, seed=3) < 200)
    area = Region(0, 0, WIDTH, HEIGHT)
    assert ink.sum() > 100
    assert text_mask(stored, area).any()
    assert shown[ink].mean() < 120
    assert not text_mask(shown, area).any()
    assert case.spacing_mm == pytest.approx(0.1)


def test_a_phantom_says_so_and_keeps_its_secrets(tmp_path):
    from tests.made_up import save_small_cohort

    save_small_cohort(tmp_path / "cohort")
    work.make_queue(tmp_path / "cohort", "q", ["i0"], who="Maker")
    case = case_of(tmp_path / "cohort")
    assert case.synthetic
    assert b"severity" in (tmp_path / "cohort" / "images" / "i0.png").read_bytes()
    assert b"severity" not in case.picture
    strip = np.asarray(Image.open(io.BytesIO(case.picture)))[-12:]
    assert strip.max() == 255
    assert np.median(strip) == 0


def spoil(cohort: Path, image: str, data: bytes = b"no picture") -> None:
    (cohort / "images" / f"{image}-file.png").write_bytes(data)


def order_of(cohort: Path, phase: str = "first") -> list[str]:
    entry = work.open_ledger(cohort).entries("q")[0]
    return entry.saw["orders"][phase]


def test_a_problem_with_a_picture_does_not_name_it(cohort):
    case = case_of(cohort)
    image = next_image(cohort, "q", "first", case.token)
    spoil(cohort, image)  # between showing and deciding
    with pytest.raises(ImageError) as said:
        decide(cohort, 1, token=case.token)
    assert str(said.value).startswith("case 1 of the queue q: ")
    assert image not in str(said.value)


# Files that are not there


def test_a_case_that_cannot_be_shown_is_passed_over_and_counted(cohort):
    order = order_of(cohort)
    spoil(cohort, order[0])
    (cohort / "images" / f"{order[3]}-file.png").unlink()
    assert case_of(cohort).position == 2
    assert work.unshown(cohort, "q", who="Anna", phase="first") == (
        work.Unshown(1, changed=True), work.Unshown(4, changed=True),
    )  # fmt: skip
    assert decide_all(cohort, "q", "Anna", "first", lambda at: 1) == [
        image for at, image in enumerate(order) if at not in (0, 3)
    ]
    assert work.open_phases(cohort, "q", who="Anna") == ()  # finished for this person
    assert not work.nothing_left(cohort, "q")
    decide_all(cohort, "q", "Bert", "second", lambda at: 2 if at == int(order[1][1:]) else 1)
    places = [order_of(cohort, "second").index(order[at]) + 1 for at in (0, 3)]
    missing = work.unshown(cohort, "q", who="Bert", phase="second")
    assert [case.position for case in missing] == sorted(places)
    assert work.open_phases(cohort, "q", who="Bert") == ("consensus",)
    assert not work.nothing_left(cohort, "q")
    decide_all(cohort, "q", "Bert", "consensus", lambda at: 1)
    assert work.nothing_left(cohort, "q")
    (state,) = work.queues(cohort)
    assert (state.settled, state.n, state.finished) == (4, 6, False)
    kinds = {entry.kind for entry in work.open_ledger(cohort).entries()}
    assert kinds == {"queue", "decision"}  # passing over writes nothing


def test_a_file_that_is_put_back_comes_again(cohort):
    image = order_of(cohort)[0]
    before = (cohort / "images" / f"{image}-file.png").read_bytes()
    token = case_of(cohort).token
    spoil(cohort, image)
    assert case_of(cohort).token != token
    spoil(cohort, image, before)
    assert case_of(cohort).token == token
    assert work.unshown(cohort, "q", who="Anna", phase="first") == ()


def test_what_was_decided_before_its_file_changed_is_not_missing(cohort):
    decide(cohort, 1)
    spoil(cohort, order_of(cohort)[0])
    assert work.unshown(cohort, "q", who="Anna", phase="first") == ()
    assert case_of(cohort).position == 2


def test_no_picture_can_be_made_or_the_image_left_the_cohort(cohort):
    order = order_of(cohort)
    lines = (cohort / "images.csv").read_text().splitlines()
    region = f"20 20 {20 + WIDTH} {20 + HEIGHT}"
    lines = [line.replace(region, "5000 5000 6000 6000") if line.startswith(f"{order[0]},")
             else line for line in lines if not line.startswith(f"{order[2]},")]  # fmt: skip
    (cohort / "images.csv").write_text("\n".join(lines) + "\n")
    text = (cohort / "ratings.csv").read_text().splitlines()
    kept = [line for line in text if not line.startswith(f"{order[2]},")]
    (cohort / "ratings.csv").write_text("\n".join(kept) + "\n")
    (cohort / "cohort.json").write_text(
        (cohort / "cohort.json").read_text().replace("16", "15").replace("48", "45")
    )
    assert case_of(cohort).position == 2
    assert work.unshown(cohort, "q", who="Anna", phase="first") == (
        work.Unshown(1, changed=False), work.Unshown(3, changed=True),
    )  # fmt: skip


def test_a_queue_of_which_nothing_can_be_shown_waits_for_nobody(cohort):
    for image in IDS:
        spoil(cohort, image)
    assert work.next_case(cohort, "q", who="Anna", phase="first") is None
    assert work.open_phases(cohort, "q", who="Anna") == ()
    assert len(work.unshown(cohort, "q", who="Anna", phase="first")) == 6
    assert not work.nothing_left(cohort, "q")  # nobody decided anything


# Queues


def test_a_queue_is_shown_in_an_order_of_its_own_to_each(cohort):
    first = decide_all(cohort, "q", "Anna", "first", lambda at: at % 2)
    second = decide_all(cohort, "q", "Bert", "second", lambda at: at % 2)
    assert sorted(first) == sorted(second) == IDS
    assert first != second
    assert first != IDS


@pytest.mark.parametrize(
    ("ids", "more", "said"),
    [
        ([], {}, "it has no image"),
        (["i0", "i0"], {}, "i0: it is named twice"),
        (["nobody"], {}, "image nobody: it is not in the cohort"),
        (["i0"], {"boundary": "0/2"}, "boundary '0/2': it is unknown. Use one of: 0/1, 1/2, 2/3"),
        (["i0"], {"name": "Q"}, "there is a queue of this name"),
        (["i0"], {"who": "<script>"}, "a name is 1 to 60"),
    ],
)
def test_a_queue_that_cannot_be_made(cohort, ids, more, said):
    arguments = {"name": "other", "who": "Maker"} | more
    with pytest.raises(LedgerError) as refused:
        work.make_queue(cohort, arguments.pop("name"), ids, **arguments)
    assert said in str(refused.value)
    assert len(work.queues(cohort)) == 1


def test_what_is_excluded_changed_or_unread_makes_no_queue(tmp_path):
    root = save_cohort(tmp_path / "cohort", readers=False)
    (root / "images" / "i1-file.png").write_bytes(b"other")
    text = (root / "images.csv").read_text()
    lines = [line.replace("false", "true") if line.startswith("i2,") else line
             for line in text.splitlines()]  # fmt: skip
    lines = [line.replace(",3,0.1,", ",,0.1,") if line.startswith("i3,") else line
             for line in lines]  # fmt: skip
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    for image, said in (("i1", "not the one that was imported"), ("i2", "excludes it")):
        with pytest.raises(LedgerError, match=said):
            work.make_queue(root, "q", [image], who="Maker")
    with pytest.raises(LedgerError, match="nobody read or graded it"):
        work.make_queue(root, "q", ["i3"], who="Maker", training=True)
    assert work.make_queue(root, "q", ["i3"], who="Maker").n == 1


def test_nothing_is_made_by_looking(written):
    assert work.queues(written) == []
    assert work.settled(written).empty
    assert work.adjudicated_grades(written) == {}
    assert not (written / LEDGER_FILE).exists()
    with pytest.raises(LedgerError, match="there is no ledger"):
        work.verify(written)
    with pytest.raises(CohortError, match="this is no cohort"):
        work.open_ledger(written / "images")


# Deciding


def test_a_decision_says_who_what_and_what_was_seen(cohort):
    case = case_of(cohort)
    work.mark_shown(cohort, "q", who="Anna", phase="first", token=case.token)
    entry = decide(
        cohort, 1, items={"border": "clear"}, reason="mild_inhomogeneity", seconds=7.25,
        saw={"atlas": ["i9"], "gamma": 1.2, "blind": "yes, says the page"},
    )  # fmt: skip
    image = next_image(cohort, "q", "first", case.token)
    table = load_cohort(cohort)
    row = table.images.set_index("image_id").loc[image]
    assert (entry.who, entry.kind, entry.phase, entry.image_id) == (
        "Anna", "decision", "first", image,
    )  # fmt: skip
    assert (entry.sha256, entry.manifest_hash) == (row["sha256"], table.manifest_hash)
    assert (entry.grade, entry.confidence, entry.reason) == (1, "high", "mild_inhomogeneity")
    assert (entry.items, entry.seconds) == ({"border": "clear"}, 7.25)
    assert entry.saw["atlas"] == ["i9"]
    assert entry.saw["blind"] is True  # the ledger's own word, not the page's
    assert len(entry.saw["picture_sha256"]) == 64


def test_the_time_is_measured_from_showing_where_the_page_says_none(cohort):
    case = case_of(cohort)
    assert decide(cohort, 1).seconds is None
    work.undo(cohort, "q", who="Anna", phase="first")
    for _ in range(3):  # a page that is run again shows the same case
        work.mark_shown(cohort, "q", who="Anna", phase="first", token=case.token)
    assert 0 <= decide(cohort, 1).seconds < 60
    kinds = [entry.kind for entry in work.open_ledger(cohort).entries()]
    assert kinds == ["queue", "decision", "undo", "shown", "decision"]


def test_the_same_answer_twice_is_written_once_and_another_is_refused(cohort):
    case = case_of(cohort)
    one = decide(cohort, 1, token=case.token)
    assert decide(cohort, 1, token=case.token) == one
    with pytest.raises(LedgerError, match="decided in another window already"):
        decide(cohort, 2, token=case.token)
    with pytest.raises(LedgerError, match="Anna decides first here"):
        decide(cohort, 1, who="Bert", token=case.token)
    assert case_of(cohort).position == 2


def test_undo_is_an_entry_and_brings_the_case_back(cohort):
    one = case_of(cohort)
    decide(cohort, 0)
    two = case_of(cohort)
    taken = work.undo(cohort, "q", who="anna", phase="first")
    again = case_of(cohort)
    assert (taken.kind, taken.undoes, taken.who) == ("undo", 2, "Anna")
    assert (again.token, again.position) == (one.token, 1)
    assert two.token != one.token
    decide(cohort, 3)
    entries = work.open_ledger(cohort).entries()
    assert [(e.kind, e.grade) for e in entries[1:]] == [
        ("decision", 0), ("undo", None), ("decision", 3),
    ]  # fmt: skip
    assert work.adjudicated_grades(cohort) == {str(taken.image_id): 3}


def test_nothing_is_kept_but_in_the_ledger(cohort):
    """Another process, as after a restart, goes on at the same case."""
    decide(cohort, 1)
    code = (
        "import sys; from pathlib import Path; from sgus.workflows import adjudication as work;"
        "case = work.next_case(Path(sys.argv[1]), 'q', who='Anna', phase='first');"
        "print(case.token, case.position, case.n)"
    )
    command = [sys.executable, "-c", code, str(cohort)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert said.split() == [case_of(cohort).token, "2", "6"]


def test_what_the_form_does_not_know_is_not_written(cohort):
    for more in ({"confidence": "sure"}, {"items": {"name": "Doe"}}, {"reason": "she was here"}):
        with pytest.raises(LedgerError, match="not on the form"):
            decide(cohort, 1, **more)
    with pytest.raises(LedgerError, match="not a case of the phase first"):
        decide(cohort, 1, token="f" * 20)
    assert len(work.open_ledger(cohort).entries()) == 1


# Two people and their consensus


def test_second_is_blind_to_the_first_and_consensus_is_where_they_differ(cohort):
    assert work.open_phases(cohort, "q", who="Anna") == ("first",)
    truth = {at: at % 4 for at in range(6)}
    one, two = simulated(1, truth), simulated(4, truth)
    decide_all(cohort, "q", "Anna", "first", one)
    assert work.open_phases(cohort, "q", who="Bert") == ("second",)
    assert work.open_phases(cohort, "q", who="Anna") == ()
    case = case_of(cohort, who="Bert", phase="second")
    assert {f.name for f in fields(case)} == {f.name for f in fields(work.BlindCase)}
    with pytest.raises(LedgerError, match="not a case of the phase consensus"):
        work.opinions(cohort, "q", who="Bert", token=case.token)
    with pytest.raises(LedgerError, match="two have to be different people"):
        work.next_case(cohort, "q", who="Anna", phase="second")
    decide_all(cohort, "q", "Bert", "second", two)
    differing = [at for at in range(6) if one(at) != two(at)]
    assert 0 < len(differing) < 6  # the readers of the phantom differ here, and not everywhere
    (state,) = work.queues(cohort)
    assert (state.first, state.second, state.differing) == ("Anna", "Bert", len(differing))
    assert (state.settled, state.finished) == (6 - len(differing), False)
    case = case_of(cohort, who="Anna", phase="consensus")
    at = int(next_image(cohort, "q", "consensus", case.token)[1:])
    mine, other = work.opinions(cohort, "q", who="Anna", token=case.token)
    assert (mine.who, mine.grade, other.who, other.grade) == ("Anna", one(at), "Bert", two(at))
    assert sorted(decide_all(cohort, "q", "Both", "consensus", truth.__getitem__)) == [
        f"i{at}" for at in differing
    ]
    (state,) = work.queues(cohort)
    assert (state.settled, state.finished) == (6, True)
    assert state.done == {
        ("first", "Anna"): 6, ("second", "Bert"): 6, ("consensus", "Both"): len(differing),
    }  # fmt: skip
    expected = {f"i{at}": truth[at] if one(at) != two(at) else one(at) for at in range(6)}
    assert work.adjudicated_grades(cohort) == expected


def test_consensus_is_refused_where_they_do_not_differ_any_more(cohort):
    decide(cohort, 0)
    image = str(work.open_ledger(cohort).entries()[-1].image_id)
    decide_all(cohort, "q", "Bert", "second", lambda at: 1)
    case = case_of(cohort, who="C", phase="consensus")
    assert next_image(cohort, "q", "consensus", case.token) == image
    work.undo(cohort, "q", who="Anna", phase="first")
    assert work.next_case(cohort, "q", who="C", phase="consensus") is None
    with pytest.raises(LedgerError, match="not a case of the phase consensus"):
        work.decide(cohort, "q", who="C", phase="consensus", token=case.token, grade=1,
                    confidence="low")  # fmt: skip


def test_who_saw_both_opinions_is_written_down_and_they_stand(cohort):
    image = str(decide(cohort, 0).image_id)
    decide_all(cohort, "q", "Bert", "second", lambda at: 1)
    case = case_of(cohort, who="Carl", phase="consensus")
    for _ in range(2):
        work.opinions(cohort, "q", who="Carl", token=case.token)
    entries = work.open_ledger(cohort).entries()
    seen = [(e.who, e.image_id) for e in entries if e.phase == "consensus"]
    assert seen == [("Carl", image)]
    with pytest.raises(LedgerError, match="Settle the image in the consensus"):
        work.undo(cohort, "q", who="Anna", phase="first")


# The reveal


def test_reveal_shows_only_what_this_person_decided_and_is_written_down(cohort):
    one, two = decide(cohort, 2), decide(cohort, 2)
    frame = work.reveal(cohort, "q", who="anna", phase="first", model={str(one.image_id): 3})
    assert list(frame["image_id"]) == [one.image_id, two.image_id]
    table = load_cohort(cohort)
    images = table.images.set_index("image_id")
    for row in frame.itertuples():
        grades = sorted(table.ratings.loc[table.ratings["image_id"] == row.image_id, "grade"])
        assert row.reference == images.loc[row.image_id, "grade"]
        assert row.readers_median == grades[1]
        assert [row.votes0, row.votes1, row.votes2, row.votes3] == [
            grades.count(grade) for grade in range(4)
        ]
        assert row.changes == (row.decided != row.reference)
    assert frame["model"].iloc[0] == 3
    assert frame["model"].isna().iloc[1]
    entry = work.open_ledger(cohort).entries()[-1]
    assert (entry.kind, entry.saw["images"]) == ("reveal", sorted(frame["image_id"]))
    work.reveal(cohort, "q", who="Anna", phase="first")
    assert work.open_ledger(cohort).entries()[-1] == entry  # nothing new was seen
    with pytest.raises(LedgerError, match="would not be blind"):
        work.undo(cohort, "q", who="Anna", phase="first")
    assert work.reveal(cohort, "q", who="Bert", phase="second").empty


def test_who_was_shown_the_answer_is_not_called_blind(cohort):
    image = str(decide(cohort, 2).image_id)
    work.reveal(cohort, "q", who="Anna", phase="first")
    work.make_queue(cohort, "again", [image], who="Anna")
    for who, blind in (("Anna", False), ("Bert", True)):
        phase = "first" if who == "Anna" else "second"
        case = work.next_case(cohort, "again", who=who, phase=phase)
        entry = work.decide(cohort, "again", who=who, phase=phase, token=case.token, grade=2,
                            confidence="low")  # fmt: skip
        assert (entry.saw["blind"], entry.saw["made_queue"]) == (blind, who == "Anna")
    row = work.settled(cohort).iloc[0]
    assert (row["source"], row["blind"]) == ("agreed", False)


# What counts


def test_a_decision_on_a_file_that_changed_does_not_count_and_is_said(cohort):
    decide_all(cohort, "q", "Anna", "first", lambda at: 1)
    assert len(work.adjudicated_grades(cohort)) == 6
    assert work.adjudicated_grades(cohort, single=False) == {}
    (cohort / "images" / "i0-file.png").write_bytes(
        (cohort / "images" / "i9-file.png").read_bytes()
    )
    (cohort / "images" / "i1-file.png").unlink()
    frame = work.settled(cohort).set_index("image_id")
    assert list(frame.index[~frame["current"]]) == ["i0", "i1"]
    assert "has changed since it was seen" in frame.loc["i0", "why"]
    assert set(work.adjudicated_grades(cohort)) == {"i2", "i3", "i4", "i5"}
    made = work.export_ratings(cohort, cohort.parent / "out.csv")
    assert (made.n_images, made.n_changed) == (4, 4)  # a decision and a settled grade of each
    assert any("4 left out: the image file has changed" in note for note in made.notes)


def test_what_cannot_be_graded_is_settled_without_a_grade(cohort):
    decide_all(cohort, "q", "Anna", "first", lambda at: None if at == 2 else 1)
    decide_all(cohort, "q", "Bert", "second", lambda at: None if at == 2 else 1)
    row = work.settled(cohort).set_index("image_id").loc["i2"]
    assert (row["source"], row["grade"] is pd.NA) == ("agreed", True)
    assert "i2" not in work.adjudicated_grades(cohort)


def test_export_is_new_elsewhere_and_read_by_agreement(cohort):
    out = cohort.parent / "made" / "ratings.csv"
    with pytest.raises(LedgerError, match="there is no decision to export"):
        work.export_ratings(cohort, out)
    decide_all(cohort, "q", "Anna", "first", lambda at: at % 3)
    decide_all(cohort, "q", "Bert", "second", lambda at: at % 2)
    decide_all(cohort, "q", "Anna and Bert", "consensus", lambda at: 2)
    before = {p: p.read_bytes() for p in cohort.glob("*.csv")}
    made = work.export_ratings(cohort, out)
    assert made.raters == ("adjudicator:Anna", "adjudicator:Bert", "adjudicated")
    for place in (out, cohort / "ratings.csv", cohort / "new.csv"):
        with pytest.raises(LedgerError, match=r"there already|lies in the cohort"):
            work.export_ratings(cohort, place)
    assert {p: p.read_bytes() for p in cohort.glob("*.csv")} == before

    from sgus.workflows.observers import observe

    read = observe(out)
    assert read.panel.readers == made.raters
    assert read.panel.unit == "patient"
    assert read.n_units == 3
    grades = {item: codes.tolist() for item, codes in zip(read.panel.items, read.panel.codes,
                                                          strict=True)}  # fmt: skip
    for at in range(6):
        said = [at % 3, at % 2]
        assert grades[f"i{at}"] == [*said, said[0] if said[0] == said[1] else 2]


# Training


def test_training_shows_the_readers_after_each_case_and_settles_nothing(cohort):
    work.make_queue(cohort, "t", IDS, who="Maker", training=True)
    assert work.open_phases(cohort, "t", who="Tim") == ("training",)
    case = work.next_case(cohort, "t", who="Tim", phase="training")
    with pytest.raises(LedgerError, match="not graded in training"):
        work.reveal_case(cohort, "t", who="Tim", token=case.token)
    work.decide(cohort, "t", who="Tim", phase="training", token=case.token, grade=1,
                confidence="low")  # fmt: skip
    answer = work.reveal_case(cohort, "t", who="Tim", token=case.token)
    at = int(answer.image_id[1:])
    votes = [0] * 4
    for j in range(3):
        votes[min(at % 4 + (j == 2 and at % 3 == 0), 3)] += 1
    assert (answer.given, answer.source, list(answer.votes)) == (1, "readers", votes)
    assert answer.consensus == at % 4
    with pytest.raises(LedgerError, match="would not be blind"):
        work.undo(cohort, "t", who="Tim", phase="training")
    assert work.next_case(cohort, "t", who="Ute", phase="training").position == 1
    assert work.settled(cohort).empty
    assert work.learning_curve_of(cohort, "Tim").n == 1
    assert work.learning_curve_of(cohort, "Ute").sentence.startswith("Too little data")


def test_a_reader_of_the_cohort_is_not_compared_with_themselves(cohort):
    work.make_queue(cohort, "t", ["i3"], who="Maker", training=True)
    case = work.next_case(cohort, "t", who="IR2", phase="training")
    work.decide(cohort, "t", who="IR2", phase="training", token=case.token, grade=3,
                confidence="low")  # fmt: skip
    assert sum(work.reveal_case(cohort, "t", who="IR2", token=case.token).votes) == 2


def test_two_windows_of_one_person_decide_a_case_once(cohort):
    """The same case is open twice, and is answered differently at the same moment."""
    token = case_of(cohort).token

    def answer(grade: int) -> int | str:
        try:
            decided = decide_case(cohort, token, grade)
        except LedgerError as error:
            return error.cause
        return decided

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(answer, (0, 1, 2, 3)))
    stand = [e.grade for e in work.open_ledger(cohort).entries() if e.kind == "decision"]
    assert len(stand) == 1
    assert sorted(map(str, said)) == sorted(
        [str(stand[0]), *["it was decided in another window already"] * 3]
    )


def decide_case(cohort: Path, token: str, grade: int) -> int:
    entry = work.decide(
        cohort, "q", who="Anna", phase="first", token=token, grade=grade, confidence="low"
    )
    assert entry.grade is not None
    return entry.grade
