"""The adjudicate page in this process: what it shows, what it hides, what it says when it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.review.ledger import LEDGER_FILE
from sgus.ui.adjudicate.acting import Place, act
from sgus.ui.adjudicate.events import Event
from sgus.ui.adjudicate.place import REPLY
from sgus.ui.adjudicate.tabs import NEW, REVEAL, TRAINING, VIEW
from sgus.ui.train.user import USER
from sgus.workflows import adjudication as work
from tests.pages.conftest import open_page
from tests.pages.test_cohort import text_of
from tests.ui.adjudicate.queue_cohort import CONTESTED, QUEUE, READERS, save_queue_cohort

ANSWER = {"confidence": "high", "seconds": 3.0}


@pytest.fixture
def cohort(data: Path, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    st.cache_resource.clear()
    save_queue_cohort(data / "small")
    return data / "small"


@pytest.fixture
def queue(cohort: Path) -> Path:
    """A cohort with a queue of three images."""
    work.make_queue(
        cohort, QUEUE, image_ids=CONTESTED[:3], who="Maker", boundary="0/1", words="Why these."
    )
    return cohort


def named(who: str) -> AppTest:
    test = open_page("adjudicate")
    return test.text_input(key=USER).set_value(who).run()


def view(test: AppTest, name: str) -> AppTest:
    return test.button_group(key=VIEW).set_value(name).run()


def case_of(test: AppTest) -> dict[str, object]:
    """What the browser is told of the case."""
    (found,) = [
        json.loads(one.proto.json)
        for one in test.get("bidi_component")
        if one.proto.component_name == "sgus_adjudicate_case"
    ]
    return found


def decide_all(cohort: Path, who: str, phase: str, grade: int) -> None:
    while case := work.next_case(cohort, QUEUE, who=who, phase=phase):
        work.decide(cohort, QUEUE, who=who, phase=phase, token=case.token, grade=grade, **ANSWER)


def start(test: AppTest, phase: str) -> AppTest:
    return test.button(key=f"sgus-adjudicate-{phase}-{QUEUE}").click().run()


def test_adjudicate__without_a_cohort_says_how_to_get_one(data: Path) -> None:
    test = open_page("adjudicate")
    assert not test.exception
    assert "There is no cohort yet" in text_of(test)


def test_adjudicate__without_a_queue_offers_to_make_one(cohort: Path) -> None:
    test = open_page("adjudicate")
    assert "There is no queue in this cohort yet" in text_of(test)
    test = test.button(key="sgus-adjudicate-make").click().run()
    assert not test.exception
    assert "10 images of 10 patients" in text_of(test)
    assert test.button(key="sgus-adjudicate-create").disabled  # nobody's queue
    assert not (cohort / LEDGER_FILE).exists()  # looking writes nothing


def test_adjudicate__makes_a_queue_of_contested_images(cohort: Path) -> None:
    test = view(named("Anna"), NEW)
    test = test.number_input(key="sgus_adjudicate_n").set_value(4).run()
    test = test.button(key="sgus-adjudicate-create").click().run()
    assert not test.exception
    (state,) = work.queues(cohort)
    assert (state.name, state.n, state.boundary) == ("Queue 1", 4, "0/1")
    assert (state.made_by, state.training) == ("Anna", False)
    test = view(test, NEW)
    test = test.text_input(key="sgus_adjudicate_name").set_value("queue 1").run()
    test = test.button(key="sgus-adjudicate-create").click().run()
    assert "queue 1" in text_of(test)  # the name is taken: a sentence
    assert len(work.queues(cohort)) == 1


def test_adjudicate__nobody_begins_without_a_name(queue: Path) -> None:
    test = open_page("adjudicate")
    assert "Give your name to begin" in text_of(test)
    assert not [one for one in test.button if one.label.startswith("Grade as")]


def test_adjudicate__a_case_tells_nothing_of_itself(queue: Path) -> None:
    test = start(named("Anna"), "first")
    assert not test.exception
    case = case_of(test)
    assert (case["position"], case["n"], case["done"], case["undo"]) == (1, 3, 0, False)
    assert case["synthetic"] is True
    assert [one["grade"] for one in case["atlas"]] == [0, 1, 2, 3]
    assert all(one["picture"].startswith("data:image/jpeg;base64,") for one in case["atlas"])
    everything = str([element.proto for element in test.main])
    assert case["token"] in everything
    for secret in (*CONTESTED, *READERS, "patient-", ".png", "Maker", "0/1", "Why these"):
        assert secret not in everything, secret
    assert not test.query_params


def test_adjudicate__goes_on_where_the_ledger_is(queue: Path) -> None:
    first = work.next_case(queue, QUEUE, who="Anna", phase="first")
    work.decide(queue, QUEUE, who="Anna", phase="first", token=first.token, grade=1, **ANSWER)
    case = case_of(start(named("anna"), "first"))  # a fresh session, the name in other letters
    assert (case["position"], case["done"], case["undo"]) == (2, 1, True)
    assert case["token"] == work.next_case(queue, QUEUE, who="Anna", phase="first").token


def test_adjudicate__says_when_all_is_done_and_takes_the_last_one_back(queue: Path) -> None:
    test = start(named("Anna"), "first")
    decide_all(queue, "Anna", "first", 1)
    test = test.run()
    assert "All 3 cases of this first reading are done" in text_of(test)
    assert "somebody else grades the same images" in text_of(test)
    test = test.button(key="sgus-adjudicate-undo").click().run()
    assert case_of(test)["position"] == 3
    assert [entry.kind for entry in work.open_ledger(queue).entries()].count("undo") == 1


def test_adjudicate__the_second_sees_nothing_of_the_first_and_the_consensus_both(
    queue: Path,
) -> None:
    decide_all(queue, "Anna", "first", 3)
    test = named("Bo")
    assert not [one for one in test.button if "first" in one.label]
    test = start(test, "second")
    everything = str([element.proto for element in test.main])
    assert "Anna" not in everything
    assert case_of(test)["others"] == []
    decide_all(queue, "Bo", "second", 1)
    test = test.run()
    assert "You and Anna differ on 3 images so far" in text_of(test)
    test = test.button(key="sgus-adjudicate-on-consensus").click().run()
    said = [note["words"] for note in case_of(test)["others"]]
    assert said == ["Anna: grade 3 (confidence high)", "Bo: grade 1 (confidence high)"]


def test_adjudicate__the_reveal_is_asked_for_and_written_down(queue: Path) -> None:
    test = view(named("Anna"), REVEAL)
    assert "you have finished none" in text_of(test)
    decide_all(queue, "Anna", "first", 1)
    test = test.run()
    kinds = [entry.kind for entry in work.open_ledger(queue).entries()]
    assert "reveal" not in kinds
    assert "can no longer be undone" in text_of(test)
    test = test.button(key="sgus-adjudicate-reveal").click().run()
    assert not test.exception
    said = text_of(test)
    assert "You decided 3 images of 3 patients" in said
    assert "SYNTHETIC PHANTOM" in said
    assert "Different from the reference grade: 2 of 3" in said  # img-00 and img-02 are grade 0
    assert "<b>0 to 1</b>" in said
    assert "confirms the reference" in said
    assert [entry.kind for entry in work.open_ledger(queue).entries()].count("reveal") >= 1


def test_adjudicate__training_has_its_own_view_and_a_curve(cohort: Path) -> None:
    work.make_queue(cohort, QUEUE, image_ids=CONTESTED, who="Maker", training=True)
    test = view(named("Cy"), TRAINING)
    assert "Nobody has trained with it yet" in text_of(test)
    decide_all(cohort, "Cy", "training", 1)
    test = test.run()
    assert not test.exception
    assert "Learning curve of Cy" in text_of(test)
    assert "Too little data to say whether agreement changes: 10 cases" in text_of(test)
    (table,) = test.dataframe
    assert table.value["exact agreement"][0].startswith("50 % (")
    assert len(test.get("plotly_chart")) == 1


def test_adjudicate__boundary_and_words_only_for_who_decides_no_more(queue: Path) -> None:
    def told(who: str) -> bool:
        said = text_of(named(who))
        assert ("0/1" in said) == ("Why these." in said)
        return "0/1" in said

    assert told("Maker")
    assert not told("Anna")
    decide_all(queue, "Anna", "first", 3)
    assert not told("Anna")  # a consensus may come
    decide_all(queue, "Bo", "second", 1)
    assert not told("Bo")
    decide_all(queue, "Bo", "consensus", 1)
    assert told("Anna")
    assert not told("Cy")
    test = view(named("Anna"), REVEAL)
    assert "Why these." not in text_of(test)
    test = test.button(key="sgus-adjudicate-reveal").click().run()
    assert "Boundary 0/1. Why these." in text_of(test)


def order_of(queue: Path) -> list[str]:
    return work.open_ledger(queue).entries(QUEUE)[0].saw["orders"]["first"]


def test_adjudicate__a_picture_that_is_gone_is_passed_over_and_said(queue: Path) -> None:
    (queue / "images" / f"{order_of(queue)[0]}.png").unlink()
    missing = (
        "1 of 3 pictures cannot be shown: the file is not the one that was queued "
        "(case 1; it stays undecided)."
    )
    test = named("Anna")
    assert missing in text_of(test)
    test = start(test, "first")
    assert not test.exception
    assert missing in text_of(test)
    assert (case_of(test)["position"], case_of(test)["n"]) == (2, 3)
    decide_all(queue, "Anna", "first", 1)
    test = test.run()
    assert "All 2 cases that can be shown of this first reading are done" in text_of(test)
    assert missing in text_of(test)
    test = test.button(key="sgus-adjudicate-leave").click().run()
    assert "You have finished: you have decided all that can be shown." in text_of(test)
    assert not [one for one in test.button if "as first adjudicator" in one.label]


def test_adjudicate__pictures_that_are_all_gone_are_a_sentence(queue: Path) -> None:
    test = named("Anna")
    for name in CONTESTED[:3]:
        (queue / "images" / f"{name}.png").unlink()
    test = start(test, "first")
    assert not test.exception
    assert "3 of 3 pictures cannot be shown" in text_of(test)
    assert test.button(key="sgus-adjudicate-leave")
    assert "None of its undecided pictures can be shown." in text_of(named("Anna"))


def test_adjudicate__a_reference_that_is_gone_keeps_nobody_waiting(queue: Path) -> None:
    for name in ("ref-0", "ref-1"):
        (queue / "images" / f"{name}.png").unlink()
    test = start(named("Anna"), "first")
    assert not test.exception
    assert all(one["picture"] for one in case_of(test)["atlas"])  # others are there


def test_adjudicate__what_another_window_decided_is_said_and_the_next_case_comes(
    queue: Path,
) -> None:
    test = start(named("Anna"), "first")
    token = case_of(test)["token"]
    work.decide(queue, QUEUE, who="Anna", phase="first", token=token, grade=1, **ANSWER)
    place = Place(queue, QUEUE, "first", "Anna")
    form = {"grade": 2, "confidence": "low"}
    reply = act(place, Event("save", str(token), "here", form=form), atlas_ids=[])
    test.session_state[REPLY] = reply
    test = test.run()
    case = case_of(test)
    assert case["position"] == 2
    assert not case["reply"]["saved"]
    assert "it was decided in another window already" in case["reply"]["words"]
    decide_all(queue, "Anna", "first", 1)
    test = test.run()
    assert "it was decided in another window already" in text_of(test)


def test_adjudicate__a_damaged_ledger_is_a_sentence(queue: Path) -> None:
    for path in queue.glob(f"{LEDGER_FILE}*"):
        path.write_bytes(b"no database at all, but long enough to be looked at as one")
    test = named("Anna")
    assert not test.exception
    assert "sgus-problem" in text_of(test)
    assert "the ledger of the cohort small: it cannot be used now" in text_of(test)
    assert str(queue.parent) not in text_of(test)


def test_name__one_that_the_ledger_would_refuse_is_said_at_once(queue: Path) -> None:
    test = named("Anna <b>")
    assert "A name is 1 to 60 letters" in text_of(test)
    assert not [one for one in test.button if one.label.startswith("Grade as")]
    test = named("D'Amico")
    assert [one for one in test.button if one.label == "Grade as first adjudicator"]


def test_new_queue__a_second_one_without_a_name_gets_a_free_one(queue: Path) -> None:
    for _ in range(2):
        test = view(named("Anna"), NEW).button(key="sgus-adjudicate-create").click().run()
        assert not test.exception
    assert {"Queue 1", "Queue 2"} <= {one.name for one in work.queues(queue)}
