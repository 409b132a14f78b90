"""What an adjudicator can say of an image: closed lists, so that no name can be typed into them.

References:
    Items and their steps: Hocevar et al. 2005, 10.1093/rheumatology/keh588 (echogenicity,
    homogeneity, hypoechogenic areas, hyperechogenic reflections, clearness of borders). What
    `increased` echogenicity and `quality` say is not part of that score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from sgus.core.errors import SgusError
from sgus.core.grades import GRADES

Confidence = Literal["low", "medium", "high"]
CONFIDENCES: Final[tuple[Confidence, ...]] = ("low", "medium", "high")

ITEMS: Final[dict[str, dict[str, str]]] = {
    "echogenicity": {
        "comparable": "comparable with the thyroid",
        "decreased": "decreased",
        "increased": "increased",
    },
    "homogeneity": {
        "homogeneous": "homogeneous",
        "mild": "mild inhomogeneity",
        "evident": "evident inhomogeneity",
        "gross": "gross inhomogeneity",
    },
    "hypoechoic_areas": {
        "absent": "absent",
        "few": "few, scattered",
        "several": "several",
        "numerous": "numerous, over the gland",
    },
    "hyperechoic_reflections": {
        "absent": "absent",
        "few": "few, scattered",
        "several": "several",
        "numerous": "numerous",
    },
    "border": {
        "clear": "clear and regular",
        "partly": "partly defined",
        "ill_defined": "ill-defined",
        "not_visible": "not visible",
    },
    "quality": {"good": "good", "adequate": "adequate", "poor": "poor"},
}
"""Item of the reader form to its values, and each value's words. All are optional."""

ITEM_TITLES: Final = {
    "echogenicity": "Echogenicity",
    "homogeneity": "Homogeneity",
    "hypoechoic_areas": "Hypoechoic areas",
    "hyperechoic_reflections": "Hyperechoic reflections",
    "border": "Posterior border",
    "quality": "Image quality",
}

NOT_GRADABLE: Final = "not_gradable"
REASONS: Final = {
    "homogeneous": "Even texture, no areas",
    "even_but_dark": "Darker or brighter than usual but even: echogenicity alone is no grade",
    "mild_inhomogeneity": "Mild inhomogeneity, no an- or hypoechoic areas",
    "focal_areas": "Focal an- or hypoechoic areas, normal tissue around",
    "diffuse_areas": "An- or hypoechoic areas over the whole gland",
    "fibrous": "Fibrous gland",
    "between": "Between two grades: the nearer one",
    "artefact": "Shadow, gain or another artefact looks like a change",
    "vessel_duct_node": "A vessel, duct or lymph node looks like an area",
    NOT_GRADABLE: "Cannot be graded: quality, plane, or no gland in view",
}
"""Reason code to its words."""


class LedgerError(SgusError):
    """A decision that is refused, or a ledger that cannot be used."""


def check_answer(
    grade: int | None, *, confidence: str, items: Mapping[str, str], reason: str
) -> None:
    """Refuse what the form does not know.

    Args:
        grade: 0 to 3, or None, which needs the reason `not_gradable` and only goes with it.
        confidence: One of `CONFIDENCES`.
        items: Item to value, of `ITEMS`; any may be left out.
        reason: A code of `REASONS`, or "" where none is given.

    Raises:
        LedgerError: Something is not on its list.
    """
    if grade is not None and grade not in GRADES:
        raise LedgerError(f"grade {grade}", "it is not from 0 to 3", "Give 0, 1, 2 or 3")
    if (grade is None) != (reason == NOT_GRADABLE):
        cause = "no grade goes with the reason that the image cannot be graded, and only with it"
        raise LedgerError("the grade", cause, "Give a grade, or that reason and no grade")
    _known("confidence", confidence, CONFIDENCES)
    if reason:
        _known("reason", reason, REASONS)
    for item, value in items.items():
        _known("item", item, ITEMS)
        _known(item, value, ITEMS[item])


def _known(what: str, word: str, words: Mapping[str, object] | tuple[str, ...]) -> None:
    if word not in words:
        known = ", ".join(words)
        raise LedgerError(f"{what} {word!r}", "it is not on the form", f"Use one of: {known}")
