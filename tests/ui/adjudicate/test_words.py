from dataclasses import replace

import pytest

from sgus.ui.adjudicate.case_data import answer_notes, opinion_notes
from sgus.ui.adjudicate.words import (
    after_phase,
    button_words,
    done_by,
    free_name,
    nothing_open,
    queue_lines,
)
from sgus.workflows.adjudication import Opinion, QueueState, TrainingAnswer

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
        "4 images, boundary 0/1. Made by Eve, 2026-01-02. Why.",
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


def test_after_phase__what_comes_next() -> None:
    alone = replace(NEW, first="Anna", done={("first", "Anna"): 4})
    assert "somebody else grades" in after_phase(alone, "first", "Anna")
    assert after_phase(BOTH, "first", "anna").startswith("You and Bo differ on 1 image")
    assert after_phase(BOTH, "second", "Bo").startswith("You and Anna differ on 1 image")
    assert "Next: Bo goes on" in after_phase(replace(BOTH, differing=0), "first", "Anna")
    assert "finished" in after_phase(replace(BOTH, finished=True), "consensus", "Bo")


def test_nothing_open__says_whose_queue_it_is() -> None:
    assert nothing_open(BOTH, "anna") == "You have done your part so far."
    assert nothing_open(BOTH, "Cy") == "Anna and Bo are its two adjudicators."
    assert nothing_open(replace(NEW, training=True), "Cy") == "You have graded all of it."


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


def test_free_name__the_next_number_within_the_length() -> None:
    assert free_name("0/1 run", []) == "0/1 run"
    assert free_name("0/1 Run", ["0/1 run"]) == "0/1 Run 2"
    assert free_name("a", ["A", "a 2"]) == "a 3"
    assert free_name("x" * 60, ["x" * 60]) == "x" * 58 + " 2"
