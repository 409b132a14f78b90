from pathlib import Path

import pytest

from sgus.ui.adjudicate.acting import Place, act
from sgus.ui.adjudicate.events import Event
from sgus.workflows import adjudication as work
from tests.ui.adjudicate.queue_cohort import CONTESTED, QUEUE, save_queue_cohort

FORM = {"grade": 1, "confidence": "medium", "quality": "good"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    save_queue_cohort(tmp_path / "small")
    work.make_queue(tmp_path / "small", QUEUE, image_ids=CONTESTED[:2], who="Maker")
    return Place(tmp_path / "small", QUEUE, "first", "Anna")


def saved(place: Place, token: str, nonce: str = "n", **form: object) -> Event:
    return Event("save", token, nonce, form={**FORM, **form}, seconds=2.5)


def next_token(place: Place) -> str:
    case = work.next_case(place.cohort_dir, QUEUE, who=place.who, phase=place.phase)
    assert case is not None
    return case.token


def decisions(place: Place) -> list[object]:
    entries = work.open_ledger(place.cohort_dir).entries()
    return [entry for entry in entries if entry.kind == "decision"]


def test_act__a_decision_is_written_with_what_was_seen(place: Place) -> None:
    reply = act(place, saved(place, next_token(place)), atlas_ids=["ref-0", "ref-1"])
    assert (reply.nonce, reply.words, reply.saved) == ("n", "Saved: grade 1.", True)
    (entry,) = decisions(place)
    assert (entry.grade, entry.confidence, entry.items) == (1, "medium", {"quality": "good"})
    assert entry.seconds == 2.5
    assert entry.saw["atlas"] == ["ref-0", "ref-1"]


def test_act__the_same_key_twice_is_one_decision(place: Place) -> None:
    token = next_token(place)
    act(place, saved(place, token), atlas_ids=[])
    assert act(place, saved(place, token, "again"), atlas_ids=[]).saved
    assert len(decisions(place)) == 1


def test_act__another_answer_to_a_decided_case_is_refused_in_words(place: Place) -> None:
    token = next_token(place)
    act(place, saved(place, token), atlas_ids=[])
    reply = act(place, saved(place, token, grade=3), atlas_ids=[])
    assert not reply.saved
    assert "decided in another window already" in reply.words
    assert "Undo" not in reply.words  # it would take back what was decided there
    assert next_token(place) != token
    assert len(decisions(place)) == 1


def test_act__an_incomplete_form_is_refused_in_words(place: Place) -> None:
    reply = act(place, saved(place, next_token(place), confidence=""), atlas_ids=[])
    assert not reply.saved
    assert "confidence" in reply.words
    assert not decisions(place)


def test_act__undo_brings_the_case_back(place: Place) -> None:
    token = next_token(place)
    assert not act(place, Event("undo", token, "n"), atlas_ids=[]).saved  # nothing yet
    act(place, saved(place, token), atlas_ids=[])
    assert next_token(place) != token
    assert act(place, Event("undo", next_token(place), "n"), atlas_ids=[]).saved
    assert next_token(place) == token


def test_act__an_undo_that_is_sent_twice_takes_back_one(place: Place) -> None:
    for _ in range(2):
        token = next_token(place)
        act(place, saved(place, token), atlas_ids=[])
    place_left = work.next_case(place.cohort_dir, QUEUE, who="Anna", phase="first")
    assert place_left is None  # both are decided: the button of the finished page undoes
    work.undo(place.cohort_dir, QUEUE, who="Anna", phase="first")
    undo = Event("undo", next_token(place), "n")
    assert act(place, undo, atlas_ids=[]).saved
    late = act(place, undo, atlas_ids=[])
    assert not late.saved
    assert "another case has come since" in late.words
