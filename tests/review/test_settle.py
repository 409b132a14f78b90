"""What two people and their consensus come to, against a slow re-telling of the rules."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.review.settle import logs, settle
from tests.review.ledger_lines import Draft, decision, made, tied

IMAGES = ("i0", "i1", "i2")


def outcomes(drafts):
    return {
        s.image_id: (s.grade, s.source, s.first, s.second, s.entries, s.blind)
        for s in settle(tied(drafts))
    }


def test_agreed_consensus_single_and_not_settled():
    drafts = [
        made(("i0", "i1", "i2", "i3", "i4")),
        decision("Anna", "i0", 1),
        decision("Anna", "i1", 1),
        decision("Anna", "i2", 1),
        decision("Anna", "i3", 1),
        decision("Bert", "i0", 1, phase="second"),
        decision("Bert", "i1", 0, phase="second"),
        decision("Bert", "i2", 0, phase="second", saw={"blind": False}),
        decision("Both", "i2", 2, phase="consensus"),
    ]
    assert outcomes(drafts) == {
        "i0": (1, "agreed", 1, 1, (2, 6), True),
        "i2": (2, "consensus", 1, 0, (4, 8, 9), False),
        "i3": (1, "single", 1, None, (5,), True),
    }


def test_that_it_cannot_be_graded_can_be_agreed_on():
    drafts = [made(IMAGES), decision("Anna", "i0", None), decision("B", "i0", None, phase="second")]
    assert outcomes(drafts) == {"i0": (None, "agreed", None, None, (2, 3), True)}


def test_training_settles_nothing():
    drafts = [made(IMAGES, training=True), decision("Anna", "i0", 1, phase="training")]
    assert settle(tied(drafts)) == []
    assert [log.training for log in logs(tied(drafts))] == [True]


def other_queue(draft: Draft) -> Draft:
    from dataclasses import replace

    return replace(draft, queue="later")


def test_two_people_stand_before_one_and_later_before_earlier():
    agreed = [made(IMAGES), decision("A", "i0", 1), decision("B", "i0", 1, phase="second")]
    single = [other_queue(made(IMAGES)), other_queue(decision("C", "i0", 3))]
    assert outcomes([*agreed, *single])["i0"][:2] == (1, "agreed")
    assert outcomes([*single, *agreed])["i0"][:2] == (1, "agreed")
    again = [*single, other_queue(decision("D", "i0", 3, phase="second"))]
    assert outcomes([*agreed, *again])["i0"][:2] == (3, "agreed")
    assert outcomes([*again, *agreed])["i0"][:2] == (1, "agreed")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("first", "second", "consensus", "undo")),
            st.sampled_from(IMAGES),
            st.integers(0, 2),
        ),
        max_size=14,
    )
)
@settings(max_examples=150)
def test_any_history_is_settled_as_the_rules_say(steps):
    drafts, state, numbers = [made(IMAGES)], {}, {}
    for step, image, grade in steps:
        number = len(drafts) + 1
        if step == "undo":
            for phase in ("consensus", "second", "first"):
                if (phase, image) in state:
                    undoes = numbers.pop((phase, image))
                    del state[phase, image]
                    drafts.append(Draft(phase, "undo", "q", phase, image, undoes=undoes))
                    break
        elif (step, image) not in state:
            state[step, image], numbers[step, image] = grade, number
            drafts.append(decision(step, image, grade, phase=step))
    expected = {}
    for image in IMAGES:
        one, two = state.get(("first", image)), state.get(("second", image))
        if one is not None and two is not None:
            if one == two:
                expected[image] = (one, "agreed")
            elif ("consensus", image) in state:
                expected[image] = (state["consensus", image], "consensus")
        elif one is not None or two is not None:
            expected[image] = (one if one is not None else two, "single")
    assert {image: found[:2] for image, found in outcomes(drafts).items()} == expected
