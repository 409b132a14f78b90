"""What a run found, how sure that is and what to do next; no streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import unit_noun
from sgus.ui.runs.figure_words import counted
from sgus.ui.words import percent
from sgus.workflows.run_cells import FOUR_GRADES, CellMatrix

WIDE: Final = 0.15
"""An interval of a share that spans more says little."""
MANY_PATIENTS: Final = 30
"""With fewer in the test part, a split that tests everybody once is worth its time."""
SYNTHETIC: Final = "The images are simulated: nothing of this holds for patients."

Figure = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """The result in sentences.

    Attributes:
        found: What was found; the first sentence is the main one.
        sure: How sure it is.
        next: What to do now.
        mistake: Row and column of the most frequent mistake among the four grades, or None.
    """

    found: tuple[str, ...]
    sure: tuple[str, ...]
    next: tuple[str, ...]
    mistake: tuple[int, int] | None


def result_words(
    report: Mapping[str, Any] | None,
    grades: CellMatrix,
    *,
    where: str,
    facts: Mapping[str, Any],
    run: str,
) -> Said:
    """Say the result of the part that the run is judged by.

    Args:
        report: `report.json`, or None where the run was not evaluated.
        grades: The matrix of the four grades of this part.
        where: The part: `test`, or `validation` where there is no other.
        facts: `run.json`.
        run: Name of the run, for commands.
    """
    synthetic = facts.get("synthetic") is True
    unit = str(facts.get("patient_unit") or "patient")
    mistake = most_frequent_mistake(grades)
    main = figure_of(report, "accuracy", where=where)
    found = [_main(main, grades, where, facts, unit), _apart(grades)]
    side = figure_of(report, "accuracy", where=where, scope="stage1")
    if side is not None and side["value"] is not None:
        found.append(
            f"Asked only whether a gland looks normal (0/1) or pathological (2/3), it was right in "
            f"{with_interval(side)}."
        )
    sure = [] if main is None else _sure(report, main, grades, where=where, unit=unit)
    return Said(
        found=tuple(found),
        sure=(*sure, *([SYNTHETIC] if synthetic else [])),
        next=tuple(_next(report, grades, mistake, facts=facts, run=run)),
        mistake=mistake,
    )


def figure_of(
    report: Mapping[str, Any] | None,
    figure: str,
    *,
    where: str,
    scope: str = FOUR_GRADES,
    subset: str | None = None,
    grade: int | None = None,
) -> Figure | None:
    """A figure of a report, None where it has it not."""
    wanted = {"figure": figure, "where": where, "scope": scope, "subset": subset, "grade": grade}
    rows: Sequence[Figure] = (report or {}).get("figures", [])
    return next(
        (row for row in rows if all(row.get(key) == value for key, value in wanted.items())), None
    )


def with_interval(figure: Figure, *, share: bool = True) -> str:
    """`64 % (95 % interval 56 to 72 %)`, or the value and why it has no interval."""
    value = _number(figure["value"], share=share)
    if figure["low"] is None or figure["high"] is None:
        return f"{value} ({figure['reason'] or 'no interval'})"
    low = _number(figure["low"], share=share).removesuffix("\u00a0%")
    return f"{value} (95\u00a0% interval {low} to {_number(figure['high'], share=share)})"


def most_frequent_mistake(grades: CellMatrix) -> tuple[int, int] | None:
    """Row and column of the largest cell that is not right; None where nothing is wrong."""
    wrong = grades.counts.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return None
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(row), int(column)


def _number(value: float, *, share: bool) -> str:
    return percent(value) if share else f"{value:.2f}"


def _main(
    main: Figure | None, grades: CellMatrix, where: str, facts: Mapping[str, Any], unit: str
) -> str:
    people = counted(grades.n_patients, unit_noun(unit, n=1))
    images = counted(grades.n_images, "image").replace(" image", f" {where} image", 1)
    folds = len(facts.get("folds") or [])
    whom = f"On {images} of {people} it never trained on"
    if where != "test":
        whom = f"On {images} of {people}, by which it chose its epoch and which flatter it"
    elif folds > 1:
        whom += f" (each graded by the one of {folds} models that had not seen the {_person(unit)})"
    right = int(np.trace(grades.counts))
    said = f"{right:,} of {grades.n_images:,}"
    if main is not None and main["value"] is not None:
        said = with_interval(main)
    return f"{whom}, the model gave the readers\u2019 grade in {said}."


def _person(unit: str) -> str:
    return unit_noun(unit, n=1)


def _apart(grades: CellMatrix) -> str:
    rows, columns = np.indices(grades.counts.shape)
    distance = np.abs(rows - columns)
    one, more = (int(grades.counts[mask].sum()) for mask in (distance == 1, distance > 1))
    if not one + more:
        return "It was never wrong."
    further = f"{more:,} by two or more" if more else "none by more"
    return f"Of its {one + more:,} mistakes, {one:,} were by one grade and {further}."


def _sure(
    report: Mapping[str, Any] | None,
    main: Figure,
    grades: CellMatrix,
    *,
    where: str,
    unit: str,
) -> list[str]:
    said = []
    kappa = figure_of(report, "quadratic_kappa", where=where)
    if kappa is not None and kappa["value"] is not None:
        said.append(
            "Quadratic-weighted kappa, in which a mistake counts the more the further it is off: "
            f"{with_interval(kappa, share=False)}."
        )
    if main["low"] is None:
        said.append(f"How far chance reaches is not known: {main['reason']}.")
    elif main["high"] - main["low"] > WIDE:
        points = 100 * (main["high"] - main["low"])
        people = counted(grades.n_patients, _person(unit))
        said.append(
            f"The interval is wide, {points:.0f} percentage points, because the images are of "
            f"{people} only. The true figure may lie anywhere in it."
        )
    thin = _thin(report, where)
    if thin:
        said.append(
            f"{thin}: figures of such a grade are shown in grey and say little by themselves."
        )
    return said


def _thin(report: Mapping[str, Any] | None, where: str) -> str:
    few = []
    for grade in range(4):
        support = figure_of(report, "support", where=where, grade=grade)
        if support is not None and support["n_patients"] < FEW_PATIENTS:
            few.append((grade, int(support["n_patients"])))
    if not few:
        return ""
    named = [f"grade {grade} ({n})" for grade, n in few]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"Fewer than {FEW_PATIENTS} patients have {listed}"


def _next(
    report: Mapping[str, Any] | None,
    grades: CellMatrix,
    mistake: tuple[int, int] | None,
    *,
    facts: Mapping[str, Any],
    run: str,
) -> list[str]:
    said = []
    if report is None:
        said.append(
            f"Have its figures worked out, with intervals: python -m sgus evaluate runs/{run}."
        )
    if mistake is not None:
        row, column = mistake
        said.append(
            f"Look at its most frequent mistake: readers said {row}, the model {column} "
            f"({counted(int(grades.counts[mistake]), 'image')})."
        )
    if facts.get("scheme") == "holdout" and grades.n_patients < MANY_PATIENTS:
        said.append(
            "Train again on a k-fold split: every patient is then tested once, and the intervals "
            "become narrower."
        )
    said += _room(report)
    return said


def _room(report: Mapping[str, Any] | None) -> list[str]:
    """What readers' errors leave to be gained."""
    main = figure_of(report, "accuracy", where="test")
    rows = ((report or {}).get("ceiling") or {}).get("figures", [])
    wanted = ("four_grades", "accuracy", "median")
    ceiling = next(
        (row for row in rows if (row["scope"], row["figure"], row["label"]) == wanted), None
    )
    if main is None or main["value"] is None or ceiling is None or ceiling["value"] is None:
        return []
    most = (
        "Because readers err, nothing can be right in more than about "
        f"{percent(ceiling['value'])} (the ceiling below)"
    )
    if main["high"] is not None and main["high"] >= ceiling["value"]:
        return [f"{most}: the model may have reached what these readings allow."]
    return [f"{most}: there is something left to gain."]
