"""The evaluation report as text for people: a block for four grades, one for each stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sgus.report.figures import Figure, unit_noun

WIDTH = 96
NAMES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "quadratic_kappa": "Quadratic-weighted kappa",
    "mean_absolute_error": "Mean error, grades",
    "ranked_probability_score": "Ranked probability score",
    "auc": "AUC",
    "calibration_error": "Expected calibration error",
    "precision_macro": "Precision, plain mean",
    "recall_macro": "Recall, plain mean",
    "f1_macro": "F1, plain mean",
    "precision_weighted": "Precision, weighted",
    "recall_weighted": "Recall, weighted",
    "f1_weighted": "F1, weighted",
    "agrees_with_predicted_grade": "Same side as the grade",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
}
_STAGE_NAMES = {"ranked_probability_score": "Brier score"}
_SUBSETS = {
    None: "",
    "truth": ", images that truly belong to it",
    "routed": ", images that stage 1 sends to it (of the other branch: wrong)",
}
_HIDDEN = ("support", "recall_macro", "recall_weighted")  # support is in the matrix, the others
# are balanced accuracy and accuracy by another name; report.json holds them all.


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
        if where.startswith("test fold "):
            continue
        images = _counted(part["n_images"], part["n_patients"], unit)
        lines += ["", f"{where.upper()}: {images}", "=" * WIDTH]
        for matrix in report["confusion"]:
            if matrix["where"] == where:
                lines += _block(report, matrix, unit)
        if where == "test":
            lines += _spread(report, unit)
    lines += [f"Not reported: {x['rows']} {x['where']} rows; {x['reason']}." for x in
              report["left_out"]]  # fmt: skip
    return "\n".join(lines) + "\n"


def _heading(report: dict[str, Any], unit: str) -> list[str]:
    how, origin = report["resampling"], report["origin"]
    lines = [
        f"Value ({how['level']:.0%} interval), {unit_noun(unit, n=1)} bootstrap of "
        f"{how['n_resamples']} resamples, seed {how['seed']}."
    ]
    if unit != "patient":
        lines.append(
            "The cohort does not know its patients: images are resampled in groups that may each "
            "hold\nseveral patients, and the number of groups is not a number of patients."
        )
    if origin["synthetic"]:
        lines.append("SYNTHETIC images: these figures say nothing about patients.")
    return lines


def _counted(n_images: int, n_patients: int | None, unit: str) -> str:
    images = f"{n_images} image{'' if n_images == 1 else 's'}"
    if n_patients is None:
        return images
    return f"{images} of {n_patients} {unit_noun(unit, n=n_patients)}"


def _block(report: dict[str, Any], matrix: dict[str, Any], unit: str) -> list[str]:
    scope, subset = matrix["scope"], matrix["subset"]
    title = report["scopes"][scope]["title"]
    name = title if scope == "four_grades" else f"Stage {scope.removeprefix('stage')}: {title}"
    lines = ["", f"{name}{_SUBSETS[subset]}", "-" * WIDTH]
    figures = [
        figure
        for figure in report["figures"]
        if (figure["scope"], figure["where"], figure["subset"]) == (scope, matrix["where"], subset)
        and figure["figure"] not in _HIDDEN
        and not figure["figure"].startswith("support")
    ]
    shown = [figure for figure in figures if figure["value"] is not None]
    lines += [_line(figure, report, unit) for figure in shown]
    lines += _matrix(matrix)
    return lines + _missing([f for f in figures if f["value"] is None], report)


def _line(figure: Figure, report: dict[str, Any], unit: str) -> str:
    value = f"{figure['value']:.2f}"
    if figure["low"] is not None:
        value += f" ({figure['low']:.2f} to {figure['high']:.2f})"
    text = f"  {_name(figure, report):<34}{value}, "
    text += _counted(figure["n_images"], figure["n_patients"], unit)
    return text if figure["reason"] is None else f"{text}; {figure['reason']}"


def _name(figure: Figure, report: dict[str, Any]) -> str:
    name, scope = figure["figure"], report["scopes"][figure["scope"]]
    for side in ("lower", "higher"):
        if name.endswith(f"_{side}"):
            grades = "/".join(map(str, scope[side]))
            return f"{NAMES[name.removesuffix(f'_{side}')]}, side {grades}"
    if figure["grade"] is not None:
        return f"{NAMES[name]}, grade {figure['grade']}"
    stage = figure["scope"] != "four_grades"
    return _STAGE_NAMES.get(name, NAMES[name]) if stage else NAMES[name]


def _matrix(matrix: dict[str, Any]) -> list[str]:
    head = "".join(f"{column:>7}" for column in matrix["columns"])
    lines = [f"  Truth (rows) by prediction{head}{'images':>10}"]
    for row, counts in zip(matrix["rows"], matrix["counts"], strict=True):
        cells = "".join(f"{count:>7}" for count in counts)
        lines.append(f"  {row:>26}{cells}{sum(counts):>10}")
    return lines


def _missing(figures: Iterable[Figure], report: dict[str, Any]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for figure in figures:
        by_reason.setdefault(figure["reason"], []).append(_name(figure, report))
    return [f"  Not computed: {'; '.join(names)}: {reason}." for reason, names in by_reason.items()]


def _spread(report: dict[str, Any], unit: str) -> list[str]:
    folds = [p for p in report["parts"] if p["where"].startswith("test fold ")]
    if not folds:
        return []
    lines = ["", "Spread over the folds (the pooled figures above are the result)", "-" * WIDTH]
    for part in folds:
        lines.append(f"  {part['where'].removeprefix('test ')}")
        found = [f for f in report["figures"] if f["where"] == part["where"]]
        for figure in found:
            scope = "" if figure["scope"] == "four_grades" else "stage 1: "
            if figure["value"] is None:
                lines.append(f"  {scope}{_name(figure, report)}: {figure['reason']}")
            else:
                lines.append(f"  {scope}{_line(figure, report, unit).strip()}")
    return lines
