"""Figures of a run in plain words; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sgus.core.grades import STAGES
from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import unit_noun
from sgus.ui.words import percent

Figure = dict[str, Any]

SHARES: Final = frozenset(
    {
        "accuracy", "balanced_accuracy", "sensitivity", "specificity", "positive_predictive_value",
        "negative_predictive_value", "prevalence", "observed_share", "coverage",
        "coverage_of_patients", "single_grade_share", "empty_share",
    }
)  # fmt: skip
"""Shown in percent."""

SIGNED: Final = frozenset({"mean_difference"})
"""Shown with their sign."""

NAMES: Final = {
    "auc": "area under the ROC curve (AUC)",
    "average_precision": "average precision",
    "prevalence": "prevalence",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "positive_predictive_value": "positive predictive value",
    "negative_predictive_value": "negative predictive value",
    "quadratic_kappa": "quadratic kappa",
    "kappa": "Cohen\u2019s kappa",
    "mean_absolute_error": "mean absolute error",
    "mean_difference": "mean difference (predicted \N{MINUS SIGN} true)",
    "ranked_probability_score": "ranked probability score",
    "calibration_error": "calibration error",
    "brier": "Brier score",
    "brier_reliability": "Brier: reliability",
    "brier_resolution": "Brier: resolution",
    "brier_uncertainty": "Brier: uncertainty",
    "brier_within_bins": "Brier: within bins",
    "log_loss": "log loss",
    "temperature": "temperature",
    "coverage": "coverage",
    "coverage_of_patients": "coverage, each patient once",
    "mean_set_size": "mean number of grades in a set",
    "single_grade_share": "images with a single grade",
    "empty_share": "images with an empty set",
    "observed_share": "observed share",
}
SCOPES: Final = {"four_grades": "four grades"} | {stage.name: stage.title for stage in STAGES}
"""Name of a scope in files to its name on screen."""


def name_of(figure: Figure) -> str:
    """Name of the statistic on screen."""
    name = str(figure["figure"])
    return NAMES.get(name, name.replace("_", " "))


def is_share(figure: Figure) -> bool:
    """Whether it is shown in percent."""
    return figure["figure"] in SHARES


def number(value: float, *, share: bool = False, signed: bool = False) -> str:
    """A figure as it is shown: `0.83`, `83 %`, and with its sign where that matters.

    Args:
        value: The figure.
        share: Say it in percent; a signed one in percentage points.
        signed: A plus stands before what is above zero.
    """
    if share and not signed:
        return percent(value)
    text = f"{100 * value:.0f}" if share else _decimals(value)
    if not text.strip("-0."):
        text = text.lstrip("-")
    plus = "+" if signed and not text.startswith("-") and text.strip("0.") else ""
    return f"{plus}{text}".replace("-", "\N{MINUS SIGN}")


def _decimals(value: float) -> str:
    text = f"{value:.3f}" if 0 < abs(value) < 0.1 else f"{value:.2f}"
    return ">0.99" if text == "1.00" and value < 1 else text


def interval_words(figure: Figure, *, signed: bool = False) -> str:
    """`83 % (77 to 88 %)`; the value alone, or `not defined`, where there is no interval.

    Args:
        figure: What was computed.
        signed: It is a difference: shares then are percentage points.
    """
    share, value = is_share(figure), figure["value"]
    signed = signed or figure["figure"] in SIGNED
    if value is None:
        return "not defined"
    said = number(value, share=share, signed=signed)
    points = "\u00a0points" if share and signed else ""
    if figure["low"] is None or figure["high"] is None:
        return f"{said}{points}"
    low = number(figure["low"], share=share, signed=signed).removesuffix("\u00a0%")
    return f"{said} ({low} to {number(figure['high'], share=share, signed=signed)}){points}"


def made_from(figure: Figure) -> str:
    """`404 images of 50 patients`: what it rests on."""
    people = _noun(figure)
    examinations = figure.get("n_examinations")
    first = (
        counted(figure["n_images"], "image")
        if examinations is None
        else counted(examinations, "examination")
    )
    return f"{first} of {counted(figure['n_patients'], people)}"


def people_words(n: int, unit: str) -> str:
    """`50 patients`; groups where it is not known who is who."""
    return f"{n:,} {unit_noun(unit, n=n)}"


def counted(n: int, noun: str) -> str:
    """`1 image`, `1,204 images`."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def hover_words(figure: Figure) -> str:
    """All that is known of a figure, in lines for a chart."""
    reason = f"<br>{figure['reason']}" if figure["reason"] else ""
    return f"{interval_words(figure)}<br>{made_from(figure)}{reason}"


def one(figures: Iterable[Figure], **wanted: Any) -> Figure | None:
    """The first figure with these values, such as `figure="auc", scope="stage1"`."""
    return next(iter(those(figures, **wanted)), None)


def those(figures: Iterable[Figure], **wanted: Any) -> list[Figure]:
    """All figures with these values."""
    return [f for f in figures if all(f.get(name) == value for name, value in wanted.items())]


def shown_rows(figures: Sequence[Figure], **more: str) -> list[dict[str, Any]]:
    """Figures as rows of a table to look at.

    Args:
        figures: To show.
        **more: Column on screen to key of a figure, put before the others.
    """
    return [
        {column: figure.get(key) for column, key in more.items()}
        | {
            "statistic": name_of(figure),
            "value": interval_words(figure, signed=figure.get("state") == "change"),
            "made from": made_from(figure),
            "remark": remark(figure),
        }
        for figure in figures
    ]


def csv_rows(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Figures as rows to take away, in full digits."""
    return [
        {
            key: (value["method"] if key == "interval" and isinstance(value, dict) else value)
            for key, value in figure.items()
        }
        for figure in figures
    ]


def remark(figure: Figure) -> str:
    """Why there is no value or interval, or that it rests on few patients."""
    said = str(figure["reason"] or "")
    few = f"fewer than {FEW_PATIENTS} {_noun(figure)}s" if figure.get("few") else ""
    if "fewer than" in said:  # it says how many there are
        few = ""
    return "; ".join(part for part in (said, few) if part)


def grey_words(unit: str) -> str:
    """What grey means in every figure of the page."""
    return f"Grey: fewer than {FEW_PATIENTS} {unit_noun(unit)}, a figure to be read with caution."


def _noun(figure: Figure) -> str:
    method = str((figure.get("interval") or {}).get("method", "patient"))
    return "patient" if method.startswith("patient") else "group"
