"""Calibration in plain sentences; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from typing import Any, Final

from sgus.core.grades import STAGES
from sgus.ui.runs.figure_words import (
    SCOPES,
    Figure,
    counted,
    interval_words,
    name_of,
    one,
    remark,
)

MEANING: Final = (
    "When the model says 80 %, is it right in 80 of 100? Points on the dashed line: yes. Points "
    "below it: the model promises more than it keeps."
)
PARTS: Final = (
    "Brier score = reliability \N{MINUS SIGN} resolution + uncertainty + within bins. Reliability: "
    "distance from the dashed line (0 is best). Resolution: how far it tells images apart (more is "
    "better). Uncertainty: how mixed the images are, whatever the model. All scores but "
    "resolution: lower is better."
)
_STATES: Final = {"before": "as it says it", "after": "after scaling", "change": "change"}


def axes_words(scope: str) -> tuple[str, str]:
    """What is promised and what is found in a scope."""
    stage = next((stage for stage in STAGES if stage.name == scope), None)
    if stage is None:
        return "probability of the predicted grade", "share that is right"
    higher = "/".join(map(str, stage.higher))
    return f"probability of grade {higher}", f"share that is of grade {higher}"


def fitted_words(section: dict[str, Any]) -> str:
    """What the temperatures were fitted on, or why there are none.

    Args:
        section: `temperature` of `explore`.
    """
    if section["reason"]:
        return f"There is no diagram after temperature scaling: {section['reason']}."
    changed = section["grades_changed"] or "none"
    return (
        f"{section['method']} Scaling changes the most probable grade of {changed} of "
        f"{counted(section['n_images'], 'image')}."
    )


def temperature_rows(figures: list[Figure]) -> list[dict[str, Any]]:
    """Temperatures as rows to look at: above 1 the model was too sure, below 1 too unsure."""
    return [
        {
            "stage": SCOPES[figure["scope"]],
            "fold": figure["fold"],
            "temperature": interval_words(figure),
            "meaning": _meaning(figure),
            "fitted on": f"{counted(figure['n_images'], 'image')} of {figure['n_patients']:,}",
            "remark": remark(figure),
        }
        for figure in figures
    ]


def score_rows(figures: list[Figure], scope: str) -> list[dict[str, Any]]:
    """Scores of a scope, a row each, before and after side by side.

    Args:
        figures: Of `reliability`.
        scope: A stage, or the four grades.
    """
    states = {
        state: words for state, words in _STATES.items() if one(figures, scope=scope, state=state)
    }
    names = list(dict.fromkeys(f["figure"] for f in figures if f["scope"] == scope))
    rows = []
    for name in names:
        found = {state: one(figures, scope=scope, figure=name, state=state) for state in states}
        before = found["before"]
        if before is None:
            continue
        said = {
            words: "" if (f := found[state]) is None
            else interval_words(f, signed=state == "change")
            for state, words in states.items()
        }  # fmt: skip
        rows.append({"statistic": name_of(before)} | said | {"remark": remark(before)})
    return rows


def _meaning(figure: Figure) -> str:
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None:
        return "probabilities stay as they are"
    said = "too sure" if value > 1 else "not sure enough"
    if low is not None and low <= 1 <= high:
        return f"the model seems {said}; 1 (just right) is possible too"
    return f"the model was {said}"
