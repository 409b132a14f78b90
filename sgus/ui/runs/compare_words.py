"""Several runs side by side in words; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sgus.ui.runs.figure_words import (
    SCOPES,
    Figure,
    counted,
    interval_words,
    is_share,
    made_from,
    name_of,
    number,
    those,
)
from sgus.ui.runs.forest_chart import Line

MEANING: Final = (
    "Every difference is of the same images: patients are drawn again together for both runs, so "
    "that what is hard for both cancels out."
)
_SCOPES: Final = SCOPES | {"four_grades": "4 grades"}  # the names have to fit beside the drawing
_LOWER_IS_BETTER: Final = frozenset({"ranked_probability_score"})
_HASH: Final = 12
_HEX: Final = re.compile(r"[0-9a-f]{40,}")
BETTER: Final = "#0072B2"
WORSE: Final = "#D55E00"
OPEN: Final = "#FFFFFF"
COLOURS_MEAN: Final = (
    "Blue: better than the first run. Orange: worse. White: the interval holds 0, or there is "
    "none, so that chance may be all there is."
)


def difference_lines(differences: Sequence[Figure], first: str, other: str) -> list[Line]:
    """A line a figure: other minus first, so that a run is held against the first one.

    Args:
        differences: Of `compare_runs`, first minus second of each pair.
        first: The run held against.
        other: The run.
    """
    own = those(differences, first=first, second=other)
    turned = [turn(figure) for figure in own]
    return [Line(f"{name_of(f)}, {_SCOPES[f['scope']]}", f, colour=colour_of(f)) for f in turned]


def turn(figure: Figure) -> Figure:
    """Second minus first instead of first minus second."""
    ends = {"value": "value", "low": "high", "high": "low"}
    turned = {key: None if figure[of] is None else -figure[of] for key, of in ends.items()}
    return figure | turned


def colour_of(figure: Figure) -> str:
    """Blue for better, orange for worse, white where the interval does not say."""
    low, high = figure["low"], figure["high"]
    if low is None or high is None or low <= 0 <= high:
        return OPEN
    better = (low > 0) is (figure["figure"] not in _LOWER_IS_BETTER)
    return BETTER if better else WORSE


def difference_rows(lines: Sequence[Line], first: str, other: str) -> list[dict[str, Any]]:
    """Each figure of both runs and their difference, to look at.

    Args:
        lines: Of `difference_lines`.
        first: The run held against.
        other: The run.
    """
    return [
        {
            "figure": line.name,
            first: _one(f["first_value"], f),
            other: _one(f["second_value"], f),
            "difference": interval_words(f, signed=True),
            "made from": made_from(f),
            "remark": f["reason"] or "",
        }
        for line in lines
        if (f := line.figure) is not None
    ]


def changed_words(counts: Sequence[Mapping[str, Any]], other: str, first: str, scope: str) -> str:
    """How many images a run puts right and how many wrong, against the first."""
    own = [row for row in counts if row["run"] == other and row["scope"] == scope]
    moved = sum(row["n_images"] for row in own)
    if not moved:
        return f"{other} and {first} answer every image alike."
    right, wrong = (sum(row[key] for row in own) for key in ("put_right", "put_wrong"))
    both = sum(row["both_wrong"] for row in own)
    still = f", wrong in both {both:,}" if both else ""
    return (
        f"{other} answers {counted(moved, 'image')} otherwise than {first}: put right {right:,}, "
        f"put wrong {wrong:,}{still}."
    )


def changed_rows(rows: Sequence[Mapping[str, Any]], scope: str) -> list[dict[str, Any]]:
    """Images that the runs do not answer alike, to look at."""
    return [
        {"image": row["image_id"], "patient": row["patient_id"], "true grade": row["grade"]}
        | {run: f"{said}{'' if row['right'][run] else ' (wrong)'}"
           for run, said in row["said"].items()}
        for row in rows
        if row["scope"] == scope
    ]  # fmt: skip


def count_rows(counts: Sequence[Mapping[str, Any]], scope: str) -> list[dict[str, Any]]:
    """How many images of each true grade a run puts right and wrong, to look at."""
    names = {
        "run": "run", "against": "against", "grade": "true grade",
        "n_images": "answered otherwise", "n_patients": "of patients", "put_right": "put right",
        "put_wrong": "put wrong", "both_wrong": "wrong in both",
    }  # fmt: skip
    return [
        {title: row[name] for name, title in names.items()}
        for row in counts
        if row["scope"] == scope
    ]


def settings_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was made with, from its `run.json`: its configuration, split and versions."""
    around = ("scheme", "split", "seed", "prepare_version", "arithmetic", "versions",
              "initial_weights_sha256", "manifest_hash")  # fmt: skip
    return dict(facts.get("config") or {}) | {name: facts[name] for name in around if name in facts}


def setting_rows(settings: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Settings that differ, to look at."""
    return [
        {"setting": row["setting"]}
        | {
            run: "not there" if run in row["missing"] else _plain(value)
            for run, value in row["values"].items()
        }
        for row in settings
    ]


def shared_words(images: Mapping[str, Any]) -> str:
    """What is compared, and what each run loses by it."""
    said = f"{counted(images['n_images'], 'image')} of {images['n_patients']:,} patients"
    if not images["intersected"]:
        return f"{said}: the very same in all runs."
    parts = [
        f"{row['run']} loses {row['n_images'] - images['n_images']:,} of {row['n_images']:,}"
        for row in images["runs"]
    ]
    return f"{said} that all runs were tested on; {', '.join(parts)}."


def _one(value: float | None, figure: Figure) -> str:
    return "not defined" if value is None else number(value, share=is_share(figure))


def _plain(value: Any) -> str:
    said = "none" if value is None else str(value)
    return f"{said[:_HASH]}..." if _HEX.fullmatch(said) else said
