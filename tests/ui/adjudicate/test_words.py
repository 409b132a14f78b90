from dataclasses import replace

import pytest

from sgus.review.entry import Phase
from sgus.ui.adjudicate.case_data import answer_notes, opinion_notes
from sgus.ui.adjudicate.words import (
    after_phase,
    button_words,
    done_by,
    may_know,
    neutral_name,
    nothing_open,
    queue_lines,
    unshown_words,
)
from sgus.workflows.adjudication import Opinion, QueueState, TrainingAnswer, Unshown

NEW = QueueState(
    name="q", n=4, training=False, boundary="0/1", words="Why.", made_by="Eve",
    at="2026-01-02T03:04:05", first=None, second=None, done={}, differing=0, settled=0,
    finished=False,
)  # fmt: skip
BOTH = replace(
    NEW, first="Anna", second="Bo", done={("first", "Anna"): 4, ("second", "Bo"): 3},
    differing=1, settled=2,
)  # fmt: skip


def test_queue_lines__from_new_to_finished() -> None:
    assert queue_lines(NEW) == [
        "4 images. Made by Eve, 2026-01-02.",
        "First adjudicator: nobody yet; second adjudicator: nobody yet.",
    ]
    assert queue_lines(BOTH)[1:] == [
        "First adjudicator: Anna, 4 of 4; second adjudicator: Bo, 3 of 4.",
        "They differ on 1 image; 2 of 4 are settled.",
    ]
    done = replace(BOTH, finished=True, settled=4)
    assert "4 of 4 have a settled grade" in queue_lines(done)[1]
    trained = replace(NEW, training=True, done={("training", "Cy"): 2})
    assert queue_lines(trained)[1] == "Graded by: Cy 2 of 4."


def test_button_words__begin_or_go_on_however_the_name_is_written() -> None:
    assert button_words(NEW, "first", "anna") == "Grade as first adjudicator"
    assert button_words(BOTH, "first", " ANNA ") == "Go on as first adjudicator"
    assert done_by(BOTH, "second", "bo") == 3
    assert done_by(BOTH, "first", "bo") == 0


def said(state: QueueState, phase: Phase, who: str, *open_: Phase, over: bool = False) -> str:
    return after_phase(state, phase, who, open_=open_, over=over)


def test_after_phase__what_comes_next() -> None:
    alone = replace(NEW, first="Anna", done={("first", "Anna"): 4})
    assert "somebody else grades" in said(alone, "first", "Anna")
    assert said(BOTH, "first", "anna", "consensus").startswith("You and Bo differ on 1 image")
    assert said(BOTH, "second", "Bo", "consensus").startswith("You and Anna differ on 1 image")
    assert "Next: Bo goes on" in said(BOTH, "first", "Anna")
    assert "The queue is finished: 2 of 4" in said(replace(BOTH, finished=True), "consensus", "Bo")
    over = said(BOTH, "consensus", "Bo", over=True)
    assert over == "Nothing is left that can be shown: 2 of 4 images have a settled grade."


def test_nothing_open__says_whose_queue_it_is() -> None:
    assert nothing_open(BOTH, "anna") == "You have done your part so far."
    assert nothing_open(BOTH, "Cy") == "Anna and Bo are its two adjudicators."
    assert nothing_open(replace(NEW, training=True), "Cy") == "You have graded all of it."
    finished = "You have finished: you have decided all that can be shown."
    assert nothing_open(BOTH, "anna", n_unshown=2) == finished
    assert nothing_open(NEW, "Cy", n_unshown=4) == "None of its undecided pictures can be shown."


def answered(given: int | None) -> TrainingAnswer:
    return TrainingAnswer(
        image_id="i", given=given, consensus=1, source="readers", votes=(1, 3, 0, 0)
    )


@pytest.mark.parametrize(
    ("given", "head"),
    [
        (1, "Readers' consensus: grade 1. You: grade 1 - the same."),
        (3, "Readers' consensus: grade 1. You: grade 3 - 2 grades apart."),
        (0, "Readers' consensus: grade 1. You: grade 0 - 1 grade apart."),
        (None, "Readers' consensus: grade 1. You: no grade."),
    ],
)
def test_answer_notes(given: int | None, head: str) -> None:
    first, second = answer_notes(answered(given))
    assert first["words"] == head
    assert second["words"] == "4 readers: 1 \u00d7 grade 0, 3 \u00d7 grade 1."


def test_opinion_notes__items_and_reason_in_words() -> None:
    opinion = Opinion("Anna", None, "low", {"quality": "poor"}, "not_gradable")
    assert [note["words"] for note in opinion_notes(opinion)] == [
        "Anna: cannot be graded (confidence low)",
        "Image quality: poor; Cannot be graded: quality, plane, or no gland in view",
    ]


def test_neutral_name__the_first_free_number() -> None:
    assert neutral_name([]) == "Queue 1"
    assert neutral_name(["queue 1", "0/1 run", "Queue 3"]) == "Queue 2"
    assert neutral_name(["Queue 1"], word="Training") == "Training 1"


def test_queue_lines__boundary_and_words_only_where_they_may_be_told() -> None:
    assert not any("0/1" in line or "Why." in line for line in queue_lines(BOTH))
    assert queue_lines(BOTH, telling=True)[1] == "Boundary 0/1. Why."
    assert queue_lines(replace(BOTH, boundary=""), telling=True)[1] == "No one boundary. Why."


@pytest.mark.parametrize(
    ("who", "has_open", "over", "known"),
    [
        ("", False, True, False),
        ("eve", True, False, True),  # who made it and decides nothing
        ("Anna", True, False, False),
        ("Anna", False, False, False),  # there may be a consensus yet
        ("anna", False, True, True),
        ("Cy", False, True, False),
    ],
)
def test_may_know(who: str, has_open: bool, over: bool, known: bool) -> None:
    assert may_know(BOTH, who, has_open=has_open, over=over) == known


def test_may_know__the_maker_who_decides_and_the_trainee() -> None:
    own = replace(BOTH, made_by="Anna")
    assert not may_know(own, "anna", has_open=True, over=False)
    trained = replace(NEW, training=True, done={("training", "Cy"): 4})
    assert may_know(trained, "cy", has_open=False, over=False)
    assert not may_know(trained, "cy", has_open=True, over=False)


def test_unshown_words__how_many_of_how_many_which_and_why() -> None:
    assert unshown_words([], 20) == ""
    assert unshown_words([Unshown(3, True), Unshown(7, True)], 20) == (
        "2 of 20 pictures cannot be shown: the files are not those that were queued "
        "(cases 3, 7; they stay undecided)."
    )
    both = unshown_words([Unshown(1, False), Unshown(2, True)], 2)
    assert both == (
        "1 of 2 pictures cannot be shown: the file is not the one that was queued "
        "(case 2; it stays undecided). "
        "1 of 2 pictures cannot be shown: no picture can be made of the file "
        "(case 1; it stays undecided)."
    )
    many = unshown_words([Unshown(at, True) for at in range(1, 13)], 12)
    assert "(cases 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and more; they stay undecided)" in many
