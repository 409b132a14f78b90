"""What the tab that publishes a run says; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

import re
from typing import Final

from sgus.workflows.publish_plan import PublishPlan

MEANING: Final = (
    "A published model can be chosen on the Grade page. Its card says what it learnt from, how "
    "well its recipe grades images it had not seen, and what it must not be used for. Nothing is "
    "ever written over."
)
SYNTHETIC: Final = (
    "SYNTHETIC PHANTOM: this model learnt from simulated images. Its card and the Grade page will "
    "say so, and that its grades mean nothing for patients."
)
REPORT: Final = (
    "One file that opens in any browser and needs no network: figures with their intervals, "
    "matrices, curves, limits, and the CLAIM 2024 checklist, filled in as far as the run knows. "
    "No image and no patient's code is in it."
)
PDF: Final = (
    "As PDF: print the file from the browser, or `python -m sgus report runs/{run} --pdf FILE`."
)
_LONGEST: Final = 60


def suggested_name(run: str) -> str:
    """A model's name made from that of a run."""
    kept = re.sub(r"[^a-z0-9]+", "-", run.lower()).strip("-")
    return kept[:_LONGEST].strip("-") or "model"


def what_words(plan: PublishPlan, run: str) -> str:
    """Which model it is, and whose figures stand on its card."""
    if plan.model_run is None:
        return ""
    judges = " and ".join(path.name for path in plan.judged_by)
    if plan.model_run.name == run and judges == run:
        return "The model of this run, with the figures of its own test part."
    return f"The model of {plan.model_run.name}, with the figures of {judges}."


def done_words(name: str, n_figures: int) -> str:
    """What was made, and where its card is."""
    return (
        f"Published as {name}: choose it on the Grade page. Its card, with {n_figures} figures, is "
        f"models/{name}/README.md."
    )
