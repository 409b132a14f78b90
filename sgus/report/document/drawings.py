"""The plots of a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sgus.report.document.material import Material
from sgus.report.document.svg import BLUE, GREEN, ORANGE, Frame, Line, plot
from sgus.report.document.words import scope_name

_EQUAL_WIDTH = "equal_width"
_TRAINING = (
    (
        "Loss",
        (
            ("train_loss", "training", BLUE, ""),
            ("validation_loss", "validation", ORANGE, "5 3"),
        ),
    ),
    ("Quadratic kappa, validation", (("validation_kappa", "validation", GREEN, ""),)),
)
_STATES = {"before": ("before scaling", BLUE, "5 3"), "after": ("after scaling", ORANGE, "")}


def training_plots(material: Material) -> list[str]:
    """Loss and quadratic kappa over the epochs, a line a fold; none where nothing was kept."""
    plots = []
    for title, wanted in _TRAINING:
        lines = [
            Line(label, points, colour, dash)
            for key, label, colour, dash in wanted
            for points in _series(material, key)
        ]
        values = [y for line in lines for _, y in line.points]
        if not values:
            continue
        last = max(x for line in lines for x, _ in line.points)
        low, high = min(0.0, *values), max(1.0, *values)
        frame = Frame(
            title, "epoch", title.split(",")[0].lower(), (0.0, max(last, 1.0)), (low, high)
        )
        plots.append(plot(frame, lines))
    return plots


def _series(material: Material, key: str) -> Iterator[list[tuple[float, float]]]:
    folds = dict.fromkeys(str(line.get("fold")) for line in material.metrics)
    for fold in folds:
        points = [
            (float(line["epoch"]), float(line[key]))
            for line in material.metrics
            if str(line.get("fold")) == fold and line.get(key) is not None
        ]
        if points:
            yield points


def curve_plots(material: Material) -> list[str]:
    """ROC and precision-recall of each stage, with bands over resampled patients."""
    plots = []
    for curve in material.explored["curves"]["curves"]:
        name = scope_name(curve["scope"])
        points = curve["points"]
        roc = _pairs(points["false_positive_rate"], points["sensitivity"])
        recall = _pairs(points["sensitivity"], points["precision"])
        if not roc:
            continue
        frame = Frame(f"ROC, {name}", "1 - specificity", "sensitivity", diagonal=True)
        plots.append(plot(frame, [Line("model", roc, BLUE)], band=_band(curve["roc_band"])))
        frame = Frame(f"Precision-recall, {name}", "sensitivity (recall)", "precision")
        band = _band(curve["precision_recall_band"])
        plots.append(plot(frame, [Line("model", recall, BLUE)], band=band))
    return plots


def _pairs(xs: list[Any], ys: list[Any]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(xs, ys, strict=True) if x is not None and y is not None]


def _band(band: Mapping[str, Any] | None) -> list[tuple[Any, Any, Any]]:
    return list(zip(band["at"], band["low"], band["high"], strict=True)) if band else []


def reliability_plots(material: Material) -> list[str]:
    """Observed share over mean probability, before and after temperature scaling."""
    diagrams = [
        d for d in material.explored["reliability"]["diagrams"] if d["binning"] == _EQUAL_WIDTH
    ]
    plots = []
    for scope, subset in dict.fromkeys((d["scope"], d["subset"]) for d in diagrams):
        lines = [
            _reliability(diagram)
            for diagram in diagrams
            if (diagram["scope"], diagram["subset"]) == (scope, subset)
            and diagram["state"] in _STATES
        ]
        frame = Frame(
            f"Reliability, {scope_name(scope)}", "mean probability", "observed share", diagonal=True
        )
        plots.append(plot(frame, lines))
    return plots


def _reliability(diagram: Mapping[str, Any]) -> Line:
    label, colour, dash = _STATES[diagram["state"]]
    bins = [
        one
        for one in diagram["bins"]
        if one["value"] is not None and one["mean_probability"] is not None
    ]
    return Line(
        label,
        [(one["mean_probability"], one["value"]) for one in bins],
        colour,
        dash,
        marks=True,
        bars=[None if one["low"] is None else (one["low"], one["high"]) for one in bins],
    )
