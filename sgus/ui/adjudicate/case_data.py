"""What the browser is told of a case: nothing that tells whose it is; no streamlit here."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from PIL import Image

from sgus.core.grades import GRADES
from sgus.review.form import CONFIDENCES, ITEM_TITLES, ITEMS, REASONS
from sgus.ui.adjudicate.acting import Reply
from sgus.ui.adjudicate.form_keys import fields
from sgus.ui.phantom_dial import GRADE_WORDS
from sgus.ui.pictures import data_url
from sgus.ui.theme import GRADE_COLOURS, ON_GRADE
from sgus.workflows.adjudication import AtlasPicture, BlindCase, Opinion, TrainingAnswer

ATLAS_WIDTH: Final = 420
"""Widest atlas picture, pixels: four of them go with each case."""
PHASE_TITLES: Final = {
    "first": "first reading", "second": "second reading", "consensus": "consensus",
    "training": "training",
}  # fmt: skip
Note = dict[str, Any]


def case_data(
    case: BlindCase,
    *,
    atlas: Sequence[dict[str, Any]],
    done: int,
    reply: Reply | None,
    opinions: Sequence[Opinion] = (),
    answer: TrainingAnswer | None = None,
) -> dict[str, Any]:
    """Everything the screen shows.

    Args:
        case: The blinded case.
        atlas: From `atlas_data`.
        done: Cases that were decided in this phase; also whether there is one to take back.
        reply: To the last event of the browser.
        opinions: In consensus, what the two said.
        answer: In training, what readers said of this very case, after it was graded.
    """
    return {
        "token": case.token,
        "title": f"Case {case.position} of {case.n}",
        "position": case.position,
        "n": case.n,
        "done": done,
        "undo": done > 0,
        "synthetic": case.synthetic,
        "picture": png_url(case.picture),
        "alt": "Ultrasound of the gland to be graded",
        "atlas": list(atlas),
        "form": fields(),
        "others": [note for opinion in opinions for note in opinion_notes(opinion)],
        "answer": None if answer is None else answer_notes(answer),
        "reply": None
        if reply is None
        else {
            "nonce": reply.nonce,
            "words": reply.words,
            "saved": reply.saved,
        },
    }


def png_url(data: bytes) -> str:
    """A PNG inside the page itself: it has no address that could outlive the case."""
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def atlas_data(found: Mapping[int, Sequence[AtlasPicture]]) -> list[dict[str, Any]]:
    """The atlas row: the first example of each grade, "" as its picture where there is none.

    Args:
        found: Grade to examples.
    """
    return [
        {
            "grade": grade, "words": GRADE_WORDS[grade], "colour": GRADE_COLOURS[grade],
            "ink": ON_GRADE[grade], "picture": _small(found[grade][0]) if found.get(grade) else "",
        }
        for grade in GRADES
    ]  # fmt: skip


def atlas_ids(found: Mapping[int, Sequence[AtlasPicture]]) -> list[str]:
    """Ids of the examples on screen, by grade: part of what the adjudicator saw."""
    return [found[grade][0].image_id for grade in GRADES if found.get(grade)]


def opinion_notes(opinion: Opinion) -> list[Note]:
    """What one of the two said of a case on which they differ."""
    grade = "cannot be graded" if opinion.grade is None else f"grade {opinion.grade}"
    said = [f"{ITEM_TITLES[name]}: {ITEMS[name][value]}" for name, value in opinion.items.items()]
    if opinion.reason:
        said.append(REASONS[opinion.reason])
    sure = opinion.confidence if opinion.confidence in CONFIDENCES else "not stated"
    first = {"words": f"{opinion.who}: {grade} (confidence {sure})", "strong": True}
    return [first, *([{"words": "; ".join(said), "strong": False}] if said else [])]


def answer_notes(answer: TrainingAnswer) -> list[Note]:
    """What readers said of a training case."""
    whose = "Readers' consensus" if answer.source == "readers" else "Reference grade"
    given = "no grade" if answer.given is None else f"grade {answer.given}"
    apart = None if answer.given is None else abs(answer.given - answer.consensus)
    verdict = (
        "" if apart is None else " - the same" if apart == 0
        else f" - {apart} grade{'s' if apart > 1 else ''} apart"
    )  # fmt: skip
    n = sum(answer.votes)
    votes = [f"{count} \u00d7 grade {grade}" for grade, count in enumerate(answer.votes) if count]
    spread = f"{n} readers: {', '.join(votes)}." if n else "What single readers said is not known."
    head = f"{whose}: grade {answer.consensus}. You: {given}{verdict}."
    return [{"words": head, "strong": True}, {"words": spread, "strong": False}]


def _small(picture: AtlasPicture) -> str:
    with Image.open(io.BytesIO(picture.picture)) as opened:
        return data_url(np.asarray(opened.convert("RGB")), max_width=ATLAS_WIDTH)
