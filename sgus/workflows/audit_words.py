"""What an audit says in plain words: alarms, what only looks like one, and its limits."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sgus.report.figures import unit_noun
from sgus.workflows.audit_bench import BORDER_FROM, CENTRAL_SHARE
from sgus.workflows.audit_figures import FIGURES
from sgus.workflows.audit_inputs import BORDER, GEOMETRY, GLAND, GLAND_NAME, SCANNER

LEAST_FILLS: Final = 2
"""Ways of hiding that have to agree: what one alone shows may be its own artefact."""
_STILL: Final = {
    GLAND: "With the gland hidden the model still knows something of the grade",
    BORDER: "From the border of the image alone the model knows something of the grade",
    GEOMETRY: "The size and place of the frame alone tell something of the grade",
    SCANNER: "The names of centre and device alone tell something of the grade",
}
_MODEL: Final = (GLAND, BORDER)
NO_ALARM: Final = (
    "No alarm: with the gland hidden, and from the border alone, no figure beats an answer that "
    "knows nothing by more than its interval. That is no proof that there is no shortcut: weak "
    "ones need more patients, and a shortcut inside the gland's area is not looked for."
)


def findings(figures: list[dict[str, Any]], *, unit: str) -> tuple[list[str], list[str]]:
    """Sort what beats an answer that knows nothing into alarms and notices.

    An alarm needs, for one and the same figure, an interval of the paired difference wholly
    above zero; of hidden images under `LEAST_FILLS` fills. With fewer fills it is a notice, and
    so is what classifiers without pictures know: that is about the cohort, not the model.

    Args:
        figures: Rows of `audit_figures.input_figures`.
        unit: What a patient is here.

    Returns:
        Alarms and notices, sentences.
    """
    held: dict[tuple[str, tuple[str, str]], list[dict[str, Any]]] = defaultdict(list)
    tried: dict[str, set[str]] = defaultdict(set)
    for row in figures:
        tried[row["input"]].add(row["fill"])
        if row["beside"]["low"] is not None and row["beside"]["low"] > 0:
            held[row["input"], (row["scope"], row["figure"])].append(row)
    alarms: list[str] = []
    notices: list[str] = []
    for what in (GLAND, BORDER, GEOMETRY, SCANNER):
        mine = {key: rows for (who, key), rows in held.items() if who == what}
        firm = {
            k: rows for k, rows in mine.items() if len(rows) >= LEAST_FILLS or what not in _MODEL
        }
        if firm:
            into = alarms if what in _MODEL else notices
            into.append(_sentence(what, firm, len(tried[what]), unit))
        elif mine:
            names = ", ".join(sorted({row["fill"] for rows in mine.values() for row in rows}))
            notices.append(
                f"{_STILL[what]}, but only where pixels were hidden by {names}: this may be an "
                "artefact of the fill. Look at the table."
            )
    if alarms:
        notices += _by_gland(figures)
    return alarms, notices


def _sentence(
    what: str, firm: dict[tuple[str, str], list[dict[str, Any]]], n_fills: int, unit: str
) -> str:
    said = [_figure(key, rows, n_fills, unit) for key, rows in firm.items()]
    return f"{_STILL[what]}: {'; '.join(said)}."


def _figure(key: tuple[str, str], rows: list[dict[str, Any]], n_fills: int, unit: str) -> str:
    """The least of the fills that agree, so that none is picked for its size."""
    row = min(rows, key=lambda one: float(one["beside"]["difference"]))
    other = row["beside"]
    against = "chance gives" if other["of"] == "chance" else f"the {other['of']} has"
    fills = f", the same under {len(rows)} of {n_fills} ways of hiding" if n_fills > 1 else ""
    return (
        f"{FIGURES[key]} {row['value']:.2f} where {against} {other['value']:.2f} "
        f"({other['difference']:+.2f}, {other['low']:+.2f} to {other['high']:+.2f}; "
        f"{row['n_images']} images of {row['n_patients']} {unit_noun(unit, n=row['n_patients'])}"
        f"{fills})"
    )


def _by_gland(figures: list[dict[str, Any]]) -> list[str]:
    """Surroundings tell which gland it is, and glands differ in grade: that is no shortcut yet."""
    own = [row for row in figures if row["input"] == GLAND_NAME]
    above = [row for row in own if (row["beside"]["low"] or 0) > 0]
    if not above:
        return []
    said = "; ".join(f"{FIGURES[r['scope'], r['figure']]} {r['value']:.2f}" for r in above)
    return [
        f"The name of the gland alone (parotid or submandibular) reaches {said}: what surrounds a "
        "gland tells which one it is, so a part of the alarm may be no more than that."
    ]


def limits(*, masked: bool, memory: int, n_images: int, kind: str) -> list[str]:
    """What has to be known to read an audit.

    Args:
        masked: The gland is known by a mask.
        memory: Images that the model learnt from.
        n_images: Images judged.
        kind: `run` or `model`.
    """
    said = [
        "The gland is hidden by the box around its mask, so that the hole does not tell its shape."
        if masked
        else f"No mask of the gland is known: what is hidden is the middle {CENTRAL_SHARE:.0%} of "
        "rows and columns. Gland at the edges stays visible, so knowledge from there need not be a "
        "shortcut.",
        f"Border: what lies outside the middle {BORDER_FROM:.0%} of rows and columns. Sound "
        "that went through a diseased gland changes what lies behind it; that too is seen there.",
        "A model that was never shown hidden images may answer badly for that alone: an "
        "audit finds what the model uses, not all that could be known. An interval above chance "
        "counts; a figure below it means nothing.",
    ]
    if memory:
        said.insert(
            0,
            f"This model learnt from {memory} of these {n_images} images: what it says of them is "
            "memory. Its figures are no measure of skill, and hidden images may be recognised. "
            "Audit a cross-validated run for honest figures.",
        )
    elif kind == "run":
        said.insert(0, "Each image was judged by a model that did not learn from its patient.")
    return said


def caution(figures: list[dict[str, Any]]) -> str:
    """How many looks were taken."""
    n = sum(row["input"] in _STILL and row["beside"]["low"] is not None for row in figures)
    return (
        f"{n} differences were looked at; of as many true zeros about {max(1, round(0.025 * n))} "
        "would lie above zero by chance, and they are alike, so that they come in groups."
    )


def audit_lines(result: dict[str, Any]) -> list[str]:
    """An audit as lines of text.

    Args:
        result: As `run_audit` made it.
    """
    people = f"{result['n_patients']} {unit_noun(result['unit'], n=result['n_patients'])}"
    lines = [
        f"Audit of {result['name']}: {result['n_images']} images of {people}, {result['where']}."
    ]
    lines += [f"ALARM. {text}" for text in result["alarms"]] or [NO_ALARM]
    lines += [f"Note. {text}" for text in result["notices"]]
    for key, title in FIGURES.items():
        own = [r for r in result["figures"] if (r["scope"], r["figure"]) == key]
        lines += ["", title, *(_line(row) for row in own)]
    lines += ["", "Per centre, full image"]
    lines += [_centre_line(row, result["unit"]) for row in result["centres"]]
    lines += ["", *map_lines(result.get("maps")), *result["limits"], result["caution"]]
    return lines


def map_lines(maps: dict[str, Any] | None) -> list[str]:
    """The sanity of maps as lines of text; none where it was not looked at."""
    if maps is None:
        return []
    lines = [f"Maps, {maps['n_images']} images"]
    for row in maps["figures"]:
        where = f"{row['title']}, {row['stage']}"
        lines.append(f"  {where:<66}{number(row)}  n={row['n_images']}/{row['n_patients']}")
    return [*lines, *maps["sentences"], ""]


def number(row: dict[str, Any]) -> str:
    """A figure with its interval, or why it has none."""
    if row["value"] is None:
        return f"not computed: {row['reason']}"
    if row["low"] is None:
        return f"{row['value']:.2f} ({row['reason']})"
    return f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def _line(row: dict[str, Any]) -> str:
    name = f"{row['input']}, {row['fill']}" if row["fill"] else row["input"]
    other = row["beside"]
    if other["difference"] is None:
        return f"  {name:<28}{number(row)}"
    ends = "" if other["low"] is None else f" ({other['low']:+.2f} to {other['high']:+.2f})"
    return (
        f"  {name:<28}{number(row):<24} {other['of']} {other['value']:.2f}: "
        f"{other['difference']:+.2f}{ends}"
    )


def _centre_line(row: dict[str, Any], unit: str) -> str:
    said = "" if row["learnt_from"] else ", a centre not learnt from"
    n = f"{row['n_images']} images of {row['n_patients']} {unit_noun(unit, n=row['n_patients'])}"
    name = f"{row['centre']}, {FIGURES[row['scope'], row['figure']]}"
    return f"  {name:<44}{number(row)}, {n}{said}"
