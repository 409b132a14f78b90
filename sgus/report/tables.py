"""The evaluation report as text for people: a block for four grades, one for each stage."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from sgus.report.ceiling import ceiling_lines, ceiling_note
from sgus.report.figures import Figure, unit_noun
from sgus.report.parts import FOLD

WIDTH = 96
NAMES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "quadratic_kappa": "Quadratic-weighted kappa",
    "mean_absolute_error": "Mean error, grades",
    "auc": "AUC",
    "ranked_probability_score": "Ranked probability score",
    "calibration_error": "Expected calibration error",
    "agrees_with_predicted_grade": "Same side as the grade",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "precision_macro": "Precision, mean of labels",
    "f1_macro": "F1, mean of labels",
    "precision_weighted": "Precision, weighted",
    "f1_weighted": "F1, weighted",
}
"""Names of the figures in the order of the table."""
_STAGE_NAMES = {"ranked_probability_score": "Brier score"}
_SUBSETS = {
    None: "",
    "truth": ", images that truly belong to it",
    "routed": ", images that stage 1 sends to it (of the other branch: wrong)",
}
_HIDDEN = ("support", "recall_macro", "recall_weighted")
"""Support stands in the matrix; the two others are balanced accuracy and accuracy by another
name. `report.json` holds them all."""
_OF_LABELS = ("precision", "recall", "f1")


def text_report(report: dict[str, Any]) -> str:
    """Write a report for reading.

    Args:
        report: As `evaluate_predictions` made it.

    Returns:
        Text of several lines, ending in a line feed.
    """
    unit = report["origin"]["patient_unit"]
    lines = _heading(report, unit)
    for part in report["parts"]:
        where = part["where"]
        if where.startswith(FOLD):
            continue
        images = _counted(part["n_images"], part["n_patients"], unit)
        lines += ["", f"{where.upper()}: {images}", "=" * WIDTH]
        for matrix in report["confusion"]:
            if matrix["where"] == where:
                lines += _block(report, matrix, unit)
        if where == "test":
            lines += _spread(report, unit)
    for left in report["left_out"]:
        lines += ["", *_wrapped(f"Not reported: {left['rows']} {left['where']} rows: "
                                f"{left['reason']}.", indent="")]  # fmt: skip
    return "\n".join([*lines, *ceiling_note(report, width=WIDTH)]) + "\n"


def _heading(report: dict[str, Any], unit: str) -> list[str]:
    how, origin = report["resampling"], report["origin"]
    text = (
        f"Each figure: value ({how['level']:.0%} interval), on how many images. Intervals: "
        f"{unit_noun(unit, n=1)} bootstrap, {how['n_resamples']} resamples, seed {how['seed']}."
    )
    lines = _wrapped(text, indent="")
    if unit != "patient":
        text = (
            "It is not known which images are of one patient: they are resampled in groups that "
            "may hold several patients each, and no number of groups is a number of patients."
        )
        lines += _wrapped(text, indent="")
    if origin["synthetic"]:
        lines.append("SYNTHETIC images: these figures say nothing about patients.")
    return lines


def _wrapped(text: str, *, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  " if indent else ""
    )


def _counted(n_images: int, n_patients: int, unit: str) -> str:
    images = f"{n_images} image{'' if n_images == 1 else 's'}"
    return f"{images} of {n_patients} {unit_noun(unit, n=n_patients)}"


def _block(report: dict[str, Any], matrix: dict[str, Any], unit: str) -> list[str]:
    scope, subset = matrix["scope"], matrix["subset"]
    title = report["scopes"][scope]["title"]
    name = title if scope == "four_grades" else f"Stage {scope.removeprefix('stage')}: {title}"
    place = (scope, matrix["where"], subset)
    figures = sorted(
        (
            figure
            for figure in report["figures"]
            if (figure["scope"], figure["where"], figure["subset"]) == place
            and _kind(figure) not in _HIDDEN
        ),
        key=_rank,
    )
    lines = ["", f"{name}{_SUBSETS[subset]}", "-" * WIDTH, *_matrix(matrix)]
    for figure in figures:
        if figure["value"] is not None:
            lines += [_line(figure, report, unit), *ceiling_lines(report, figure)]
    return lines + _sentences(figures, report)


def _kind(figure: Figure) -> str:
    """Name without the side it is about."""
    name: str = figure["figure"]
    return name.removesuffix("_lower").removesuffix("_higher")


def _rank(figure: Figure) -> int:
    kind = _kind(figure)
    return list(NAMES).index(_OF_LABELS[0] if kind in _OF_LABELS else kind)


def _line(figure: Figure, report: dict[str, Any], unit: str) -> str:
    value = _number(figure["value"])
    if figure["low"] is not None:
        value += f" ({_number(figure['low'])} to {_number(figure['high'])})"
    counted = _counted(figure["n_images"], figure["n_patients"], unit)
    return f"  {_name(figure, report):<34}{value}, {counted}"


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # + 0.0: no minus before zero


def _name(figure: Figure, report: dict[str, Any]) -> str:
    name, kind = figure["figure"], _kind(figure)
    if kind != name:
        side = report["scopes"][figure["scope"]][name.removeprefix(f"{kind}_")]
        return f"{NAMES[kind]}, side {'/'.join(map(str, side))}"
    if figure["grade"] is not None:
        return f"{NAMES[name]}, grade {figure['grade']}"
    stage = figure["scope"] != "four_grades"
    return _STAGE_NAMES.get(name, NAMES[name]) if stage else NAMES[name]


def _matrix(matrix: dict[str, Any]) -> list[str]:
    head = "".join(f"{column:>7}" for column in matrix["columns"])
    lines = [f"  {'Truth below, prediction across':<34}{head}{'images':>10}"]
    for row, counts in zip(matrix["rows"], matrix["counts"], strict=True):
        cells = "".join(f"{count:>7}" for count in counts)
        lines.append(f"  {row:>34}{cells}{sum(counts):>10}")
    return lines


def _sentences(figures: Iterable[Figure], report: dict[str, Any]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for figure in figures:
        if figure["reason"] is None:
            continue
        reason = figure["reason"]
        missing = figure["value"] is None
        sentence = f"Not computed: {reason}" if missing else reason[0].upper() + reason[1:]
        by_reason.setdefault(sentence, []).append(_name(figure, report))
    return [
        line
        for sentence, names in by_reason.items()
        for line in _wrapped(f"{sentence} [{'; '.join(names)}].")
    ]


def _spread(report: dict[str, Any], unit: str) -> list[str]:
    folds = [part for part in report["parts"] if part["where"].startswith(FOLD)]
    if not folds:
        return []
    lines = ["", "Each fold on its own (the figures above pool them)", "-" * WIDTH]
    for part in folds:
        found = [figure for figure in report["figures"] if figure["where"] == part["where"]]
        images = _counted(part["n_images"], part["n_patients"], unit)
        lines.append(f"  {part['where'].removeprefix('test ')}: {images}")
        for figure in found:
            title = report["scopes"][figure["scope"]]["title"]
            known = figure["value"] is not None
            text = _line(figure, report, unit).strip() if known else _name(figure, report)
            lines.append(f"    {title}: {' '.join(text.split())}")
        lines += _sentences(found, report)
    return lines
