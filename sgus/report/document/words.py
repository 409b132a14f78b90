"""Numbers and names as a document prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sgus.core.grades import STAGES
from sgus.report.tables import NAMES as _OF_REPORT

Figure = Mapping[str, Any]

DIGITS: Final = 2
FINE_DIGITS: Final = 3
"""Of differences and of figures that are small by nature."""
EXACT_DIGITS: Final = 4
"""Of the table of all figures."""
_NAMES: Final = {
    **_OF_REPORT,
    "support": "Images of it",
    "recall_macro": "Recall, mean of labels",
    "recall_weighted": "Recall, weighted",
    "average_precision": "Average precision",
    "prevalence": "Share of the higher side",
    "brier": "Brier score",
    "brier_reliability": "Brier: reliability",
    "brier_resolution": "Brier: resolution",
    "brier_uncertainty": "Brier: uncertainty",
    "brier_within_bins": "Brier: within bins",
    "coverage": "Sets that hold the true grade",
    "coverage_of_patients": "Sets that hold it, each patient once",
    "mean_set_size": "Grades in a set, mean",
    "single_grade_share": "Sets of one grade",
    "empty_share": "Empty sets",
    "mean_difference": "Predicted minus true, mean",
    "kappa": "Cohen's kappa",
}
_SUBSETS: Final = {"truth": "true branch", "routed": "as routed"}
_SCOPES: Final = {
    "four_grades": "Four grades",
    "highest_grade": "Highest grade of a gland",
    "sum": "Sum of four glands",
    "glands_2_or_above": "Glands of grade 2 or 3",
    "any_2_or_above": "Any gland of grade 2 or 3",
    **{stage.name: f"Stage {stage.name.removeprefix('stage')}: {stage.title}" for stage in STAGES},
}
_PATIENT_LEVEL: Final = ("highest_grade", "sum", "glands_2_or_above", "any_2_or_above")
_SIDES: Final = {
    stage.name: {
        side: "/".join(map(str, grades))
        for side, grades in (("lower", stage.lower), ("higher", stage.higher))
    }
    for stage in STAGES
}


def number(value: float | None, *, digits: int = DIGITS) -> str:
    """A number; counts without decimals, nothing as a dash."""
    if value is None:
        return "\N{EN DASH}"
    if isinstance(value, int):
        return str(value)
    rounded = round(value, digits) + 0.0  # + 0.0: no minus before zero
    return f"{rounded:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def signed(value: float | None, *, digits: int = DIGITS) -> str:
    """A difference, its sign always there but before zero."""
    said = number(value, digits=digits)
    return f"+{said}" if value is not None and round(value, digits) > 0 else said


def ends(figure: Figure, *, digits: int = DIGITS, plus: bool = False) -> str:
    """`0.51 to 0.78`; a dash where there is no interval."""
    if figure.get("low") is None or figure.get("high") is None:
        return "\N{EN DASH}"
    say = signed if plus else number
    return f"{say(figure['low'], digits=digits)} to {say(figure['high'], digits=digits)}"


def figure_name(figure: Figure) -> str:
    """The statistic, and the grade or side it is about."""
    name = str(figure["figure"])
    for side in ("lower", "higher"):
        kind = name.removesuffix(f"_{side}")
        if kind != name and kind in _NAMES and figure["scope"] in _SIDES:
            return f"{_NAMES[kind]}, side {_SIDES[figure['scope']][side]}"
    said = _NAMES.get(name, name.replace("_", " ").capitalize())
    if name == "mean_absolute_error" and figure["scope"] in _PATIENT_LEVEL:
        said = "Mean absolute error"
    grade = figure.get("grade")
    return said if grade is None else f"{said}, grade {grade}"


def scope_name(scope: str, subset: str | None = None) -> str:
    """Four grades, a stage, or what a patient-level figure is of."""
    said = _SCOPES.get(scope, scope.replace("_", " ").capitalize())
    return f"{said}, {_SUBSETS[subset]}" if subset in _SUBSETS else said
