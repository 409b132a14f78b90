"""Thresholds in plain sentences; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from typing import Any, Final

from sgus.core.grades import STAGES, Stage
from sgus.ui.runs.figure_words import (
    Figure,
    counted,
    interval_words,
    made_from,
    number,
    one,
    remark,
)
from sgus.ui.words import percent

OPTIMISTIC: Final = (
    "Whoever picks the threshold that looks best on these images gets figures that are too good "
    "for the next patients. Choose it on the validation part (below), or from what a miss and a "
    "false alarm cost."
)
PREVALENCE: Final = (
    "Positive and negative predictive value hold where grades are as common as in these images; "
    "in another clinic they differ."
)


def stage_words(stage: Stage) -> str:
    """What a stage asks, and of which images."""
    higher, lower = ("/".join(map(str, grades)) for grades in (stage.higher, stage.lower))
    asked = f"Is it grade {higher} rather than {lower}?"
    if stage is STAGES[0]:
        return f"{asked} Asked of all images."
    return f"{asked} Asked of the images that are truly of grade {lower} or {higher}."


def area_row(stage: Stage, figures: list[Figure]) -> dict[str, str]:
    """Areas and prevalence of a stage as a row to look at.

    Args:
        stage: The stage.
        figures: Of `stage_curves`.
    """
    names = {"AUC": "auc", "average precision": "average_precision", "prevalence": "prevalence"}
    found = {column: one(figures, scope=stage.name, figure=name) for column, name in names.items()}
    known = [figure for figure in found.values() if figure is not None]
    remarks = [f"{column}: {remark(f)}" for column, f in found.items() if f and remark(f)]
    return (
        {"stage": stage.title}
        | {c: "" if f is None else interval_words(f) for c, f in found.items()}
        | {"made from": made_from(known[-1]) if known else "", "remark": "; ".join(remarks)}
    )


def decision_words(stage: Stage, figures: list[Figure]) -> str:
    """`Of 55 images of grade 2/3, 50 are found and 5 missed; ...`, in counts.

    Args:
        stage: The stage.
        figures: Of `StageThresholds.at`.
    """
    names = ("true_positives", "false_positives", "false_negatives", "true_negatives")
    tp, fp, fn, tn = (_count(figures, name) for name in names)
    higher, lower = ("/".join(map(str, grades)) for grades in (stage.higher, stage.lower))
    are = "is" if fp == 1 else "are"
    return (
        f"Of {counted(tp + fn, 'image')} of grade {higher}, {tp:,} are found and {fn:,} missed. "
        f"Of {counted(fp + tn, 'image')} of grade {lower}, {fp:,} {are} wrongly "
        f"called {higher}."
    )


def chosen_words(found: dict[str, Any], *, noun: str = "patient") -> str:
    """What was chosen, on what, and what it reached there.

    Args:
        found: Of `chosen_threshold`, without a reason.
        noun: What a patient is here.
    """
    aim = f"{found['aim']} of at least {percent(found['least'])}"
    lots = found["lots"]
    if len(lots) == 1:
        lot = lots[0]
        return (
            f"{number(lot['threshold'])}: chosen for a {aim} on the {found['source']} part "
            f"({counted(lot['n_images'], 'image')} of {counted(lot['n_patients'], noun)}, "
            f"{percent(lot['reached'])} there)."
        )
    cuts = [lot["threshold"] for lot in lots]
    return (
        f"{number(min(cuts))} to {number(max(cuts))}, one for each of {len(lots)} folds: chosen "
        f"for a {aim} on the {found['source']}."
    )


def _count(figures: list[Figure], name: str) -> int:
    found = one(figures, figure=name)
    return int(found["value"] or 0) if found else 0
