"""Whole examinations in words; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sgus.core.grades import N_GRADES
from sgus.report.figures import unit_noun
from sgus.stats.patient_level import GLANDS
from sgus.ui.runs.figure_words import counted


@dataclass(frozen=True)
class Summary:
    """One number for an examination.

    Attributes:
        title: Name on screen.
        scope: Scope of its figures.
        column: What its columns among the examinations begin with.
        k: Values it may have, from 0.
        what: Along the axes of its matrix.
    """

    title: str
    scope: str
    column: str
    k: int
    what: str


SUMMARIES: Final = (
    Summary("highest grade", "highest_grade", "highest", N_GRADES, "highest grade"),
    Summary("sum of four glands", "sum", "sum", GLANDS * (N_GRADES - 1) + 1, "sum, 0 to 12"),
    Summary(
        "glands of grade 2 or 3", "glands_2_or_above", "glands_2_or_above", GLANDS + 1,
        "glands of grade 2 or 3",
    ),
)  # fmt: skip
ANY: Final = "any_2_or_above"
ANY_LABELS: Final = ("no", "yes")


def any_counts(rows: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Examinations with any gland of grade 2 or 3: true (no, yes) by predicted (no, yes)."""
    counts = [[0, 0], [0, 0]]
    for row in rows:
        truth, said = (row[f"glands_2_or_above_{who}"] > 0 for who in ("true", "predicted"))
        counts[int(truth)][int(said)] += 1
    return counts


def any_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the call "any gland of grade 2 or 3" got right and wrong, in counts."""
    (tn, fp), (fn, tp) = any_counts(rows)
    found = "No examination has a gland of grade 2 or 3."
    if tp + fn:
        found = (
            f"Of {counted(tp + fn, 'examination')} with a gland of grade 2 or 3, the model finds "
            f"{tp:,}."
        )
    if not tn + fp:
        return f"{found} No examination is without one."
    return f"{found} Of {counted(tn + fp, 'examination')} without one, it calls {fp:,} wrongly."


def basis_words(section: Mapping[str, Any], unit: str) -> str:
    """`50 examinations of 50 patients`, and what was left out."""
    people = f"{section['n_patients']:,} {unit_noun(unit, n=section['n_patients'])}"
    out = section["left_out"]
    left = "" if not out else f" {counted(out, 'image')} without gland or side left out."
    return f"{counted(section['n_examinations'], 'examination')} of {people}.{left}"


def complete(rows: Sequence[Mapping[str, Any]], summary: Summary) -> list[Mapping[str, Any]]:
    """The examinations that a summary is compared on: the sum needs all four glands."""
    return [row for row in rows if summary.scope != "sum" or row["n_glands"] == GLANDS]


def list_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Examinations to look at, those furthest off first."""
    ordered = sorted(
        rows,
        key=lambda row: (
            -abs(row["highest_predicted"] - row["highest_true"]),
            -abs(row["sum_predicted"] - row["sum_true"]),
            row["patient_id"],
        ),
    )
    return [
        {
            "patient": row["patient_id"], "visit": row["visit"], "glands": row["n_glands"],
            "images": row["n_images"],
            "highest: true": row["highest_true"], "highest: predicted": row["highest_predicted"],
            "sum: true": row["sum_true"] if row["n_glands"] == GLANDS else None,
            "sum: predicted": row["sum_predicted"] if row["n_glands"] == GLANDS else None,
            "glands 2-3: true": row["glands_2_or_above_true"],
            "glands 2-3: predicted": row["glands_2_or_above_predicted"],
        }
        for row in ordered
    ]  # fmt: skip
