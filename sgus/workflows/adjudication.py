"""Settling contested grades: queues, blinded cases, decisions, what follows from them.

Everything lives in the ledger of a cohort (`COHORT/adjudication.sqlite`); a page that is loaded
again, or a server that was restarted, asks `next_case` and goes on where the person stopped.

An adjudication queue has three phases. `first`: one person decides every image, blinded.
`second`: another does the same, blinded also to the first. `consensus`: the images on which the
two differ, with both opinions in view. A training queue has the phase `training`, open to
anybody, each for themselves: after each case the consensus of the readers is shown.

This is the door for pages, commands and training; the work is in `adjudication_*.py`.
"""

from sgus.workflows.adjudication_atlas import AtlasPicture, atlas
from sgus.workflows.adjudication_cases import (
    BlindCase,
    Opinion,
    decide,
    mark_shown,
    next_case,
    opinions,
    undo,
)
from sgus.workflows.adjudication_queues import QueueState, make_queue, open_phases, queues
from sgus.workflows.adjudication_results import (
    Exported,
    adjudicated_grades,
    export_ratings,
    settled,
    verify,
)
from sgus.workflows.adjudication_reveal import (
    TrainingAnswer,
    learning_curve_of,
    reveal,
    reveal_case,
)
from sgus.workflows.adjudication_showing import Unshown, nothing_left, unshown
from sgus.workflows.adjudication_store import open_ledger

__all__ = [
    "AtlasPicture",
    "BlindCase",
    "Exported",
    "Opinion",
    "QueueState",
    "TrainingAnswer",
    "Unshown",
    "adjudicated_grades",
    "atlas",
    "decide",
    "export_ratings",
    "learning_curve_of",
    "make_queue",
    "mark_shown",
    "next_case",
    "nothing_left",
    "open_ledger",
    "open_phases",
    "opinions",
    "queues",
    "reveal",
    "reveal_case",
    "settled",
    "undo",
    "unshown",
    "verify",
]
