"""What a run can say to each item of CLAIM 2024, and what only a person can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.report.document import answers
from sgus.report.document.claim_items import ITEMS, Item
from sgus.report.document.material import Material

PERSON: Final = "a person must fill this in"
KNOWN: Final = "filled in from the run"
PARTLY: Final = "partly: a person must complete this"

_WHOLE: Final = {
    9: answers.preprocessing,
    19: answers.assignment,
    20: answers.disjoint,
    22: answers.model,
    23: answers.software,
    24: answers.initial_weights,
    25: answers.training,
    26: answers.selection,
    27: answers.ensembling,
    28: answers.measures,
    29: answers.uncertainty,
    32: answers.internal,
    37: answers.performance,
    38: answers.precision,
}
"""Items that a run knows all of."""
_SOME: Final = {
    1: answers.kind_of_ai,
    7: answers.sources,
    8: answers.exclusions,
    10: answers.subset,
    11: answers.identities,
    12: answers.missing,
    13: answers.acquisition,
    14: answers.reference,
    17: answers.test_annotation,
    18: answers.readers,
    21: answers.test_size,
    30: answers.robustness,
    31: answers.explanations,
    33: answers.external,
    35: answers.counted,
    36: answers.demographics,
    39: answers.failures,
    40: answers.limitations,
    43: answers.availability,
}
"""Items that a run knows something of; an answer of "" is nothing."""


@dataclass(frozen=True)
class Answer:
    """An item with what the run says to it.

    Attributes:
        item: The item.
        state: `KNOWN`, `PARTLY` or `PERSON`.
        text: What the run says, or "".
    """

    item: Item
    state: str
    text: str


def claim_answers(material: Material) -> list[Answer]:
    """An answer to every item, in order.

    Args:
        material: The run.
    """
    return [_answer(item, material) for item in ITEMS]


def _answer(item: Item, material: Material) -> Answer:
    if item.number in _WHOLE:
        return Answer(item, KNOWN, _marked(_WHOLE[item.number](material), item, material))
    text = _SOME[item.number](material) if item.number in _SOME else ""
    if not text:
        return Answer(item, PERSON, "")
    return Answer(item, PARTLY, _marked(text, item, material))


def _marked(text: str, item: Item, material: Material) -> str:
    """Performance and data of phantoms are never quoted without saying so."""
    loud = item.section in ("Results", "Methods: data") and material.synthetic
    return f"{SYNTHETIC_MARK}. {text}" if loud else text
