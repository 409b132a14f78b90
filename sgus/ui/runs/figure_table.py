"""Precision, recall and F1 with intervals and n, and the figures over all; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sgus.core.grades import STAGES
from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import unit_noun
from sgus.ui.cohort.tables import grade_head
from sgus.ui.runs.figure_words import NAMES, counted, number
from sgus.ui.runs.words import figure_of
from sgus.workflows.run_cells import FOUR_GRADES, KINDS, MatrixKind

BY_LABEL: Final = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
HELP: Final = (
    "Precision: of the images the model called so, how many the readers called so. Recall: of "
    "those the readers called so, how many the model found. F1: the harmonic mean of the two."
)
_OVERALL: Final = (
    "accuracy", "balanced_accuracy", "quadratic_kappa", "ranked_probability_score",
    "mean_absolute_error", "auc", "calibration_error",
)  # fmt: skip
_SHARES: Final = {"accuracy", "balanced_accuracy", "precision", "recall", "precision_macro",
                  "recall_macro"}  # fmt: skip
_EXPLAINED: Final = {
    "ranked_probability_score": "0 is perfect; it judges the probabilities, and a grade far off "
    "costs more",
    "mean_absolute_error": "grades",
    "calibration_error": "0 is perfect: how far probabilities are from how often they hold",
    "auc": "0.5 is chance",
    "quadratic_kappa": "0 is chance, 1 is perfect",
    "balanced_accuracy": "mean recall of the labels",
}
_GREY: Final = ' style="color:#6B7683;font-style:italic;white-space:nowrap"'
_PLAIN: Final = ' style="white-space:nowrap"'

Figure = Mapping[str, Any]


def labels_of(kind: MatrixKind) -> list[tuple[str, str, int | None]]:
    """Labels of a matrix: on screen, ending of the figure's name, grade."""
    if kind.scope == FOUR_GRADES:
        return [(name, "", int(name)) for name in kind.columns]
    stage = next(stage for stage in STAGES if stage.name == kind.scope)
    sides = zip(("_lower", "_higher"), (stage.lower, stage.higher), strict=True)
    return [
        ("/".join(map(str, side)), "", side[0]) if len(side) == 1
        else ("/".join(map(str, side)), ending, None)
        for ending, side in sides
    ]  # fmt: skip


def label_figures(
    report: Mapping[str, Any], kind: MatrixKind, where: str
) -> list[tuple[str, list[Figure | None]]]:
    """A row a label: its name and its precision, recall and F1."""
    return [
        (
            shown,
            [
                figure_of(
                    report, f"{name}{ending}", where=where, scope=kind.scope, subset=kind.subset,
                    grade=grade,
                )
                for name in BY_LABEL
            ],
        )
        for shown, ending, grade in labels_of(kind)
    ]  # fmt: skip


def overall_figures(report: Mapping[str, Any], kind: MatrixKind, where: str) -> list[Figure]:
    """The figures that are not about one label; those without a meaning here are left out."""
    found = [
        figure_of(report, name, where=where, scope=kind.scope, subset=kind.subset)
        for name in _OVERALL
    ]
    return [figure for figure in found if figure is not None and figure["n_images"]
            and (figure["value"] is not None or kind.subset != "routed")]  # fmt: skip


def labels_html(rows: Sequence[tuple[str, list[Figure | None]]], *, unit: str) -> str:
    """The table of labels; figures on few patients are grey.

    Args:
        rows: Of `label_figures`.
        unit: What a patient is here.
    """
    heads = "".join(f"<th>{title}</th>" for title in BY_LABEL.values())
    body = "".join(
        f"<tr><td>{grade_head(name)}</td>"
        + "".join(f"<td>{_cell(figure, unit)}</td>" for figure in figures)
        + "</tr>"
        for name, figures in rows
    )
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>Readers\u2019 grade</th>'
        f"{heads}</tr>{body}</table></div>"
    )


def overall_html(figures: Sequence[Figure], *, unit: str, more: Mapping[str, str]) -> str:
    """The figures over all labels.

    Args:
        figures: Of `overall_figures`.
        unit: What a patient is here.
        more: Name of a figure to a remark about it.
    """
    rows = "".join(
        f"<tr><td>{html.escape(_title(figure))}</td><td>{_cell(figure, unit)}</td>"
        f'<td class="sgus-muted sgus-small">{html.escape(_remark(figure, more))}</td></tr>'
        for figure in figures
    )
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>Figure</th>'
        f"<th>Value (95\u00a0% interval)</th><th></th></tr>{rows}</table></div>"
    )


def is_few(figure: Figure) -> bool:
    """Whether a figure rests on too few patients to stand by itself."""
    return bool(figure["n_patients"] < FEW_PATIENTS)


def value_words(figure: Figure) -> str:
    """`80 % (67 to 93 %)`, `0.82 (0.65 to 0.89)`, or that it is not defined."""
    name = str(figure["figure"]).removesuffix("_lower").removesuffix("_higher")
    share, value = name in _SHARES, figure["value"]
    if value is None:
        return "not defined"
    if figure["low"] is None or figure["high"] is None:
        return number(value, share=share)
    low = number(figure["low"], share=share).removesuffix("\u00a0%")
    return f"{number(value, share=share)} ({low} to {number(figure['high'], share=share)})"


def grey_line(unit: str) -> str:
    """What grey means."""
    return (
        f"Grey: rests on fewer than {FEW_PATIENTS} {unit_noun(unit)}. Intervals are of a bootstrap "
        f"that draws {unit_noun(unit)}, not images."
    )


def csv_rows(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Figures to take away, in full digits."""
    return [
        {
            key: value["method"] if key == "interval" and isinstance(value, dict) else value
            for key, value in figure.items()
        }
        for figure in figures
    ]


def _title(figure: Figure) -> str:
    name = str(figure["figure"])
    said = NAMES.get(name, name.replace("_", " "))
    return f"{said[:1].upper()}{said[1:]}"


def _remark(figure: Figure, more: Mapping[str, str]) -> str:
    name = str(figure["figure"])
    said = [_EXPLAINED.get(name, ""), more.get(name, ""), str(figure["reason"] or "")]
    return "; ".join(part for part in said if part)


def _cell(figure: Figure | None, unit: str) -> str:
    if figure is None:
        return '<span class="sgus-muted">–</span>'
    people = counted(figure["n_patients"], unit_noun(unit, n=1))
    n = f"{counted(figure['n_images'], 'image')}, {people}"
    reason = html.escape(str(figure["reason"] or ""), quote=True)
    return (
        f'<div{_GREY if is_few(figure) else _PLAIN} title="{reason}">{value_words(figure)}<br>'
        f'<span class="sgus-small sgus-muted">{n}</span></div>'
    )


SCOPE_NAMES: Final = {
    name: f"{kind.title}, {'truly there' if kind.subset == 'truth' else 'as routed'}"
    if kind.subset
    else kind.title
    for name, kind in KINDS.items()
}
"""Matrices as the choice of a table names them."""
