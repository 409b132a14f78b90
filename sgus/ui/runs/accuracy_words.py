"""Points and differences of the accuracy plots from a run's files; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from sgus.report.figures import unit_noun
from sgus.stats.comparison.stage_accuracy import AccuracyPoint, Kind
from sgus.stats.consensus import Ceiling
from sgus.ui.runs.figure_table import is_few
from sgus.ui.runs.figure_words import NAMES, SCOPES, counted, number
from sgus.ui.runs.words import figure_of

PLACES: Final = (
    ("four_grades", None), ("stage1", None), ("stage2a", "truth"), ("stage2b", "truth"),
)  # fmt: skip
_SHARES: Final = ("accuracy", "balanced_accuracy")
_GREY: Final = ' style="color:#6B7683;font-style:italic"'

Figure = Mapping[str, Any]


def report_points(
    report: Mapping[str, Any], baselines: Mapping[str, Any] | None
) -> list[AccuracyPoint]:
    """Accuracy of the model, and of each baseline, in every scope of the test part.

    Args:
        report: `report.json`.
        baselines: `baselines.json`, or None.
    """
    found = _points(report.get("figures", []), "model", "model")
    for one in (baselines or {}).get("baselines", []):
        own = [row for row in (baselines or {}).get("figures", [])
               if row.get("baseline") == one["name"]]  # fmt: skip
        found += _points(own, str(one["title"]), "reader")
    return found


def ceilings_of(report: Mapping[str, Any]) -> list[Ceiling]:
    """The ceilings of a report; none where it has none."""
    names = Ceiling.__dataclass_fields__
    rows = (report.get("ceiling") or {}).get("figures", [])
    return [Ceiling(**{name: row[name] for name in names}) for row in rows]


def differences_html(found: Mapping[str, Any], *, unit: str) -> str:
    """Model minus baseline, a row a figure; those on few patients are grey.

    Args:
        found: `baselines.json`.
        unit: What a patient is here.
    """
    titles = {one["name"]: str(one["title"]) for one in found.get("baselines", [])}
    rows = "".join(_row(row, titles, unit) for row in found.get("differences", []))
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>Beside</th><th>Figure</th>'
        "<th>Model</th><th>It</th><th>Difference (95\u00a0% interval)</th><th></th></tr>"
        f"{rows}</table></div>"
    )


def _points(rows: Sequence[Figure], name: str, kind: str) -> list[AccuracyPoint]:
    points = []
    for scope, subset in PLACES:
        figure = figure_of({"figures": rows}, "accuracy", where="test", scope=scope, subset=subset)
        if figure is not None:
            points.append(
                AccuracyPoint(
                    name=name, kind=cast(Kind, kind), against="consensus", scope=scope,
                    value=figure["value"], low=figure["low"], high=figure["high"],
                    n_items=figure["n_images"], n_units=figure["n_patients"],
                    method=str((figure["interval"] or {}).get("method", "")),
                    reason=figure["reason"],
                )
            )  # fmt: skip
    return points


def _row(row: Figure, titles: Mapping[str, str], unit: str) -> str:
    name, scope = str(row["figure"]), str(row["scope"])
    share = name in _SHARES
    said = f"{NAMES.get(name, name)}, {SCOPES.get(scope, scope)}"
    people = counted(row["n_patients"], unit_noun(unit, n=1))
    n = f"{counted(row['n_images'], 'image')}, {people}"
    two = [_value(row.get(key), share=share) for key in ("first_value", "second_value")]
    why = f"; {row['reason']}" if row.get("reason") else ""
    cells = "".join(f"<td>{cell}</td>" for cell in (*two, _difference(row, share=share)))
    return (
        f"<tr{_GREY if is_few(row) else ''}><td>{html.escape(titles.get(str(row['second']), ''))}"
        f"</td><td>{html.escape(said)}</td>{cells}"
        f'<td class="sgus-muted sgus-small">{html.escape(n + why)}</td></tr>'
    )


def _value(value: float | None, *, share: bool) -> str:
    return "–" if value is None else number(value, share=share)


def _difference(row: Figure, *, share: bool) -> str:
    if row["value"] is None:
        return "not defined"
    points = "\u00a0points" if share else ""
    said = f"{number(row['value'], share=share, signed=True)}{points}"
    if row["low"] is None or row["high"] is None:
        return said
    ends = [number(row[end], share=share, signed=True) for end in ("low", "high")]
    return f"<b>{said}</b> ({' to '.join(ends)})"
