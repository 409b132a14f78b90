"""The tables of a document, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sgus.report.document.material import Material
from sgus.report.document.rows import Placed, Row, chosen, placed, row
from sgus.report.document.words import EXACT_DIGITS, FINE_DIGITS, number, scope_name
from sgus.report.parts import FOLD

_MAIN: Final = (
    ("four_grades", None, "accuracy"),
    ("four_grades", None, "balanced_accuracy"),
    ("four_grades", None, "quadratic_kappa"),
    ("four_grades", None, "mean_absolute_error"),
    ("four_grades", None, "ranked_probability_score"),
    ("four_grades", None, "calibration_error"),
    ("stage1", None, "accuracy"),
    ("stage1", None, "balanced_accuracy"),
    ("stage1", None, "auc"),
    ("stage2a", "truth", "balanced_accuracy"),
    ("stage2a", "truth", "auc"),
    ("stage2a", "routed", "accuracy"),
    ("stage2b", "truth", "balanced_accuracy"),
    ("stage2b", "truth", "auc"),
    ("stage2b", "routed", "accuracy"),
)
_LABELS: Final = ("precision", "recall", "f1")
_CURVES: Final = (
    "auc", "average_precision", "prevalence", "sensitivity", "specificity",
    "positive_predictive_value", "negative_predictive_value",
)  # fmt: skip
_RELIABILITY: Final = ("calibration_error", "brier", "log_loss", "ranked_probability_score")
_STATES: Final = {"before": "before", "after": "after", "change": "after minus before"}
_SCORES: Final = {"ordinal": "ordinal", "least_ambiguous": "least ambiguous"}
_OF_READERS: Final = {"one_reader": "one reading", "median": "readers' median"}


def main_rows(m: Material) -> list[Row]:
    """The few figures that tell the result."""
    figures = placed("report", m.report["figures"])
    return [
        row(found)
        for scope, subset, name in _MAIN
        for found in chosen(figures, scope=scope, subset=subset, figure=name, where=m.where)
    ]


def label_rows(m: Material) -> list[Row]:
    """Precision, recall and F1 of each grade and of each side of the stages."""
    figures = placed("report", m.report["figures"])
    names = {f"{name}{side}" for name in _LABELS for side in ("", "_lower", "_higher")}
    return [row(found) for found in chosen(figures, figure=names, where=m.where)]


def fold_rows(m: Material) -> list[Row]:
    """The figures of each fold of several."""
    figures = placed("report", m.report["figures"])
    folds = [at for at in figures if at[1]["where"].startswith(FOLD)]
    return [row(at, extra=(at[1]["where"].removeprefix("test "),)) for at in folds]


def every_row(m: Material) -> list[Row]:
    """All figures of the report with four decimals."""
    figures = placed("all", m.report["figures"])
    return [row(at, digits=EXACT_DIGITS, extra=(at[1]["where"],)) for at in figures]


def matrices(m: Material) -> list[Mapping[str, Any]]:
    """The matrices of the part that the result is of, with the share of each row."""
    made: list[Mapping[str, Any]] = []
    for at, matrix in enumerate(m.report["confusion"]):
        if matrix["where"] != m.where:
            continue
        lines = []
        for name, counts in zip(matrix["rows"], matrix["counts"], strict=True):
            total = sum(counts)
            cells = [(n, n / total if total else 0.0) for n in counts]
            lines.append({"name": name, "cells": cells, "total": total})
        title = scope_name(matrix["scope"], matrix["subset"])
        made.append(
            {
                "key": f"confusion/{at}",
                "title": title,
                "columns": matrix["columns"],
                "lines": lines,
                "n_images": matrix["n_images"],
                "n_patients": matrix["n_patients"],
            }
        )
    return made


def curve_rows(m: Material) -> list[Row]:
    """AUC, average precision and the operating point of 0.5."""
    figures = placed("curves", m.explored["curves"]["figures"])
    return [row(at) for at in chosen(figures, figure=_CURVES)]


def temperature_rows(m: Material) -> list[Row]:
    """The fitted temperatures."""
    figures = placed("temperature", m.explored["temperature"]["figures"])
    return [row(at, extra=(str(at[1].get("fold", "")),)) for at in figures]


def reliability_rows(m: Material) -> list[Row]:
    """Calibration before and after scaling, and the change."""
    figures = placed("reliability", m.explored["reliability"]["figures"])
    return [
        row(
            at,
            digits=FINE_DIGITS,
            plus=at[1]["state"] == "change",
            extra=(_STATES[at[1]["state"]],),
        )
        for at in chosen(figures, figure=_RELIABILITY)
    ]


def conformal_rows(m: Material) -> list[Row]:
    """Coverage and size of the prediction sets; in groups only of the ordinal ones."""
    figures = placed("conformal", m.explored["conformal"]["figures"])
    return [
        row(at, extra=(_SCORES.get(at[1]["score"], ""), _group(at)))
        for at in figures
        if at[1]["score"] == "ordinal" or at[1].get("by") is None
    ]


def _group(at: Placed) -> str:
    by, group = at[1].get("by"), at[1].get("group")
    return "all" if by is None else f"{str(by).replace('_', ' ')} {group}"


def patient_rows(m: Material) -> list[Row]:
    """Figures of whole examinations."""
    figures = placed("patients", m.explored["patients"]["figures"])
    return [row(at, extra=(str(at[1].get("n_examinations", "")),)) for at in figures]


def subgroup_rows(m: Material) -> list[Row]:
    """Figures of each group."""
    figures = placed("subgroups", m.explored["subgroups"]["figures"])
    return [
        row(at, extra=(str(at[1]["attribute"]).replace("_", " "), str(at[1]["group"])))
        for at in figures
    ]


def baseline_rows(m: Material) -> list[Row]:
    """The main figures of each baseline."""
    if m.baselines is None:
        return []
    titles = _titles(m.baselines)
    figures = placed("baselines", m.baselines["figures"])
    wanted = set(_MAIN)
    return [
        row(at, extra=(titles[at[1]["baseline"]],))
        for at in chosen(figures, where=m.where)
        if (at[1]["scope"], at[1]["subset"], at[1]["figure"]) in wanted
    ]


def difference_rows(m: Material) -> list[Row]:
    """Model minus each baseline."""
    if m.baselines is None:
        return []
    titles = _titles(m.baselines)
    figures = placed("differences", m.baselines["differences"])
    return [
        row(
            at,
            digits=FINE_DIGITS,
            plus=True,
            extra=(
                titles[at[1]["second"]],
                number(at[1]["first_value"], digits=FINE_DIGITS),
                number(at[1]["second_value"], digits=FINE_DIGITS),
            ),
        )
        for at in figures
    ]


def _titles(baselines: Mapping[str, Any]) -> dict[str, str]:
    return {str(one["name"]): str(one["title"]) for one in baselines["baselines"]}


def ceiling_rows(m: Material) -> list[Row]:
    """How far readers' errors let any model come."""
    figures = (m.report.get("ceiling") or {}).get("figures") or []
    shaped = [
        {
            **one,
            "n_images": one["n_items"],
            "n_patients": one["n_units"],
            "grade": None,
            "subset": None,
        }
        for one in figures
    ]
    return [
        row(at, extra=(_OF_READERS.get(at[1]["label"], str(at[1]["label"])),))
        for at in placed("ceiling", shaped)
    ]


def settings(m: Material) -> list[tuple[str, str]]:
    """Every setting of the training, nested ones with their path."""

    def flat(values: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
        return [
            pair
            for key, value in values.items()
            for pair in (
                flat(value, f"{path}{key}.")
                if isinstance(value, dict)
                else [(f"{path}{key}", str(value))]
            )
        ]

    return flat(m.config, "")
