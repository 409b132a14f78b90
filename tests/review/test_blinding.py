"""What the ledger knows of who was told what."""

from __future__ import annotations

from sgus.review.blinding import unblinded
from sgus.review.entry import Draft
from tests.review.ledger_lines import decision, made, tied

IMAGES = ("i0", "i1", "i2", "i3")


def test_who_is_not_blind_any_more():
    entries = tied(
        [
            made(IMAGES),
            Draft("Anna", "reveal", "q", "first", saw={"images": ["i0"]}),
            Draft("Bert", "shown", "q", "consensus", "i1"),
            decision("Carl", "i3", 1, saw={"atlas": ["i2"]}),
            Draft("Dora", "shown", "q", "first", "i0", saw={"atlas": {"0": ["i7"], "1": ["i3"]}}),
        ]
    )
    told = {(who, i) for who in ("Anna", "Bert", "Carl", "Dora") for i in IMAGES
            if unblinded(entries, i, who=who.upper())}  # fmt: skip
    assert told == {("Anna", "i0"), ("Bert", "i1"), ("Carl", "i2"), ("Dora", "i3")}
