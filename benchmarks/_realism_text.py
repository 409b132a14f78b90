"""The realism table as Markdown."""

from __future__ import annotations

from typing import Any

from _realism_figures import DEPTH, GLAND, SPECKLE, SPECTRUM

JUDGES = ("grain", "texture", "layout", "network")


def as_markdown(result: dict[str, Any]) -> str:
    """All sections of a result of phantom_realism.py."""
    n = result["n"]
    parts = [
        f"# Phantoms of {result['phantom']} beside {result['real']}, half: {result['half']}",
        f"{n['real']} real images; {n['phantom']} of {n['all']} phantoms, matched by gland and "
        "grade. Intervals: 95 %, patients resampled.",
        _distances(result),
        _judges(result) if "classifier" in result else "",
        _means("Speckle and spectrum", (*SPECKLE, *SPECTRUM), result),
        _means("Grey values by third of the depth", DEPTH, result),
        _means("Where the gland lies", GLAND, result),
        _grades(result),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def cell(value: dict[str, Any], digits: int = 2) -> str:
    """`0.61 (0.55 to 0.68)`."""
    if value["low"] is None:
        return f"{value['value']:.{digits}f}"
    return f"{value['value']:.{digits}f} ({value['low']:.{digits}f} to {value['high']:.{digits}f})"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _distances(result: dict[str, Any]) -> str:
    rows = [
        [f"mean absolute difference of {name} figures, real SD", f"{value:.2f}"]
        for name, value in result["summary"].items()
    ]
    rows += [
        [f"Wasserstein distance of grey values, {name} third", f"{value:.1f}"]
        for name, value in result["histogram_distance"].items()
    ]
    rows.append(["distance of spectra, decades", f"{result['spectrum_distance']:.3f}"])
    return "## Distances (0 is alike)\n\n" + _table(["distance", "value"], rows)


def _judges(result: dict[str, Any]) -> str:
    found = result["classifier"]
    rows = [
        [name, cell(found[name]["balanced_accuracy"]), cell(found[name]["auc"])] for name in JUDGES
    ]
    groups = list(found["network"]["by_group"])
    by_group = [
        [name, *(cell(found[name]["by_group"][group]) for group in groups)] for name in JUDGES
    ]
    return "\n\n".join(
        [
            "## Telling phantom from real (0.5 cannot, 1 always)",
            _table(["judge", "balanced accuracy", "AUC"], rows),
            "AUC of one centre against all phantoms, one device against all real images:",
            _table(["judge", *groups], by_group),
        ]
    )


def _means(title: str, names: tuple[str, ...], result: dict[str, Any]) -> str:
    scopes = [(side, scope) for side in ("real", "phantom") for scope in result["means"][side]]
    pooled = [key for key in scopes if key[1] == "pooled"]
    others = [key for key in scopes if key[1] != "pooled"]
    head = ["figure", *(f"{side} pooled" for side, _ in pooled), "difference, real SD"]
    head += [f"{scope} ({result['means'][side][scope]['n']})" for side, scope in others]
    rows = []
    for name in names:
        row = [
            name,
            *(cell(result["means"][side][scope]["figures"][name]) for side, scope in pooled),
        ]
        row.append(f"{result['differences'][name]:+.2f}")
        row += [f"{result['means'][side][scope]['figures'][name]['value']:.2f}"
                for side, scope in others]  # fmt: skip
        rows.append(row)
    return f"## {title}\n\n" + _table(head, rows)


def _grades(result: dict[str, Any]) -> str:
    rows = []
    for name in GLAND:
        for side in ("real", "phantom"):
            found = result["grades"][side][name]
            rows.append(
                [name, side, *(f"{value:.3f}" for value in found["by_grade"])]
                + [cell(found[what]) for what in ("one_v_zero", "high_v_low", "rank")]
            )
    head = [
        "figure",
        "cohort",
        "0",
        "1",
        "2",
        "3",
        "1 v 0, SD",
        "2-3 v 0-1, SD",
        "rank correlation",
    ]
    note = "Differences and correlations after taking off the means of machine and gland."
    return f"## Change with grade\n\n{note}\n\n" + _table(head, rows)
