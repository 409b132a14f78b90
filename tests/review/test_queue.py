"""A queue worked out from its entries: orders, roles, what is next, what may be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sgus.review.entry import Draft
from sgus.review.form import LedgerError
from sgus.review.queue import (
    closed,
    person_key,
    person_name,
    queue_draft,
    queue_log,
    undo_draft,
)
from tests.review.ledger_lines import HASH, decision, made, tied

IMAGES = ("i0", "i1", "i2", "i3")


def log_of(*drafts: Draft, training: bool = False):
    return queue_log(tied([made(IMAGES, training=training), *drafts]), "q")


def undone(number: int, who: str, image: str, phase: str = "first") -> Draft:
    return Draft(who, "undo", "q", phase, image, undoes=number)


def test_a_queue_is_its_images_in_two_orders_that_the_seed_gives():
    images = {f"i{at}": f"{at:064}" for at in range(30)}
    facts = {"who": "A", "boundary": "0/1", "words": "", "training": False, "manifest_hash": "m"}
    one = queue_draft(" my   queue ", images=images, seed=1, **facts)
    turned = dict(reversed(images.items()))
    again = queue_draft("my queue", images=turned, seed=1, **facts)
    other = queue_draft("my queue", images=images, seed=2, **facts)
    assert one == again
    assert one.queue == "my queue"
    first, second = one.saw["orders"]["first"], one.saw["orders"]["second"]
    assert sorted(first) == sorted(second) == sorted(images)
    assert len({tuple(first), tuple(second), tuple(other.saw["orders"]["first"])}) == 3
    assert first != sorted(images)


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "x" * 61, "<b>", "a;b", '"'])
def test_names_that_are_none_are_refused(name):
    facts = {"boundary": "", "words": "", "seed": 0, "training": False, "manifest_hash": ""}
    with pytest.raises(LedgerError, match="name is 1 to 60"):
        queue_draft(name, images={"i": HASH}, who="A", **facts)
    with pytest.raises(LedgerError, match="name is 1 to 60"):
        person_name(name)


def test_what_a_queue_is_for_is_one_short_line():
    facts = {"who": "A", "boundary": "", "seed": 0, "training": False, "manifest_hash": ""}
    for words in ("x" * 301, "two\nlines"):
        with pytest.raises(LedgerError, match="Say it in one line"):
            queue_draft("q", images={"i": HASH}, words=words, **facts)
    with pytest.raises(LedgerError, match="it has no image"):
        queue_draft("q", images={}, words="", **facts)


def test_a_person_is_known_by_name_whatever_its_case_and_spaces():
    assert person_key(" anna  LEE ") == person_key("Anna Lee")
    assert person_name(" anna  lee", ["Bert", "Anna Lee"]) == "Anna Lee"
    assert person_name("Sjögren-Ek", ["Anna"]) == "Sjögren-Ek"
    assert person_name("D'Amico") == "D'Amico"
    assert person_name("O\u2019Neill") == "O\u2019Neill"


def test_next_is_the_first_of_the_order_that_is_not_decided():
    log = log_of()
    assert log.next("first", who="Anna") == "i0"
    log = log_of(decision("Anna", "i0", 1), decision("Anna", "i1", 1))
    assert log.next("first", who="Anna") == "i2"
    assert log.next("second", who="Bert") == "i3"  # another order
    log = log_of(decision("Anna", "i0", 1), decision("Anna", "i1", 1), undone(2, "Anna", "i0"))
    assert log.next("first", who="Anna") == "i0"
    assert log_of(*(decision("Anna", i, 1) for i in IMAGES)).next("first", who="Anna") is None


def test_training_is_each_for_themselves():
    log = log_of(decision("Anna", "i0", 1, phase="training"), training=True)
    assert log.next("training", who="ANNA") == "i1"
    assert log.next("training", who="Bert") == "i0"
    assert closed(log, "training", who="Bert") is None
    assert closed(log, "first", who="Bert") == "a queue is either for training or for adjudication"
    assert closed(log_of(), "training", who="Bert") is not None


def test_first_and_second_are_two_people():
    log = log_of()
    assert closed(log, "first", who="Anna") is None
    assert closed(log, "second", who="Bert") == "nobody has begun to decide first"
    log = log_of(decision("Anna", "i0", 1))
    assert closed(log, "first", who="anna") is None
    assert closed(log, "first", who="Bert") == "Anna decides first here"
    assert "have to be different people" in str(closed(log, "second", who=" ANNA"))
    assert closed(log, "second", who="Bert") is None
    log = log_of(decision("Anna", "i0", 1), undone(2, "Anna", "i0"))
    assert closed(log, "first", who="Bert") is None  # a name typed wrong holds nothing


def test_they_differ_where_both_decided_and_not_alike():
    drafts = [decision("Anna", i, g) for i, g in zip(IMAGES, (0, 1, None, 2), strict=True)]
    drafts += [
        decision("Bert", "i0", 1, phase="second"),
        decision("Bert", "i1", 1, phase="second"),
        decision("Bert", "i2", 0, phase="second"),
    ]
    log = log_of(*drafts)
    assert log.differing() == ["i0", "i2"]
    assert log.order("consensus") == ["i0", "i2"]
    settled = log_of(*drafts, decision("Both", "i0", 1, phase="consensus"))
    assert settled.next("consensus", who="Both") == "i2"


def test_a_token_is_of_one_case_and_holds_nothing_of_it():
    log = log_of()
    tokens = {log.token(phase, image) for phase in ("first", "second") for image in IMAGES}
    assert len(tokens) == 8
    assert log.image_of("first", log.token("first", "i2")) == "i2"
    with pytest.raises(LedgerError, match="not a case of the phase second"):
        log.image_of("second", log.token("first", "i2"))
    other = queue_log(tied([replace(made(IMAGES), who="Another")]), "q")
    assert other.token("first", "i2") != log.token("first", "i2")


def test_undo_takes_the_last_own_decision_that_stands():
    drafts = [decision("Anna", "i0", 1), decision("Anna", "i1", 2)]
    taken = undo_draft(log_of(*drafts), "first", who="anna", manifest_hash="m")
    assert (taken.undoes, taken.image_id, taken.who, taken.grade) == (3, "i1", "Anna", None)
    log = log_of(*drafts, undone(3, "Anna", "i1"))
    assert undo_draft(log, "first", who="Anna", manifest_hash="").undoes == 2
    for phase, who in (("second", "Anna"), ("first", "Bert")):
        with pytest.raises(LedgerError, match="no decision to take back"):
            undo_draft(log_of(*drafts), phase, who=who, manifest_hash="")


def test_undo_is_too_late_once_others_answers_were_seen():
    first = decision("Anna", "i0", 1)
    seen = Draft("Anna", "reveal", "q", "first", saw={"images": ["i0"]})
    with pytest.raises(LedgerError, match="a new decision would not be blind"):
        undo_draft(log_of(first, seen), "first", who="ANNA", manifest_hash="")
    others = replace(seen, who="Bert")
    assert undo_draft(log_of(first, others), "first", who="Anna", manifest_hash="").undoes == 2
    second = decision("Bert", "i0", 0, phase="second")
    opened = Draft("Carl", "shown", "q", "consensus", "i0")
    with pytest.raises(LedgerError, match="Settle the image in the consensus"):
        undo_draft(log_of(first, second, opened), "second", who="Bert", manifest_hash="")
    both = decision("Carl", "i0", 0, phase="consensus")
    assert undo_draft(log_of(first, second, both), "consensus", who="Carl", manifest_hash="")


def test_a_queue_that_is_not_there():
    with pytest.raises(LedgerError, match="there is no such queue"):
        queue_log(tied([made(IMAGES)]), "other")
