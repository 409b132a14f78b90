"""Figures as rows of a document's tables, each with the place it was taken from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sgus.report.document.svg import interval_bar
from sgus.report.document.words import (
    DIGITS,
    Figure,
    ends,
    figure_name,
    number,
    scope_name,
    signed,
)
from sgus.report.evidence import FEW_PATIENTS

Placed = tuple[str, Figure]


@dataclass(frozen=True)
class Row:
    """A figure ready to be printed.

    Attributes:
        key: Where it was taken from, as `report/12`: list and position.
        scope: What it is of, in words.
        name: The statistic in words.
        value: Printed value, a dash where there is none.
        ends: Printed interval, likewise.
        bar: Its interval as a small picture; "" where that has no meaning.
        n_images: Images it is made from.
        n_patients: Patients of these.
        reason: Why something is missing, or "".
        few: It rests on few patients.
        extra: Further cells.
    """

    key: str
    scope: str
    name: str
    value: str
    ends: str
    bar: Markup
    n_images: int
    n_patients: int
    reason: str
    few: bool
    extra: tuple[str, ...] = ()


def placed(source: str, figures: Iterable[Figure]) -> list[Placed]:
    """Figures with the name of their list and their position in it."""
    return [(f"{source}/{at}", figure) for at, figure in enumerate(figures)]


def chosen(figures: Iterable[Placed], **wanted: Any) -> list[Placed]:
    """Those whose fields are as wanted; a tuple or set names several values."""

    def fits(figure: Figure) -> bool:
        return all(
            figure.get(key) in value if isinstance(value, tuple | set) else figure.get(key) == value
            for key, value in wanted.items()
        )

    return [(key, figure) for key, figure in figures if fits(figure)]


def row(
    at: Placed,
    *,
    digits: int = DIGITS,
    plus: bool = False,
    name: Callable[[Figure], str] = figure_name,
    extra: tuple[str, ...] = (),
) -> Row:
    """One row.

    Args:
        at: The figure and its place.
        digits: Decimals.
        plus: It is a difference: the sign is printed.
        name: What it is called.
        extra: Further cells.
    """
    key, figure = at
    say = signed if plus else number
    n_patients = int(figure["n_patients"])
    return Row(
        key=key,
        scope=scope_name(str(figure["scope"]), figure.get("subset")),
        name=name(figure),
        value=say(figure["value"], digits=digits),
        ends=ends(figure, digits=digits, plus=plus),
        bar=Markup() if plus else interval_bar(figure),
        n_images=int(figure["n_images"]),
        n_patients=n_patients,
        reason=str(figure.get("reason") or ""),
        few=bool(figure.get("few", n_patients < FEW_PATIENTS)),
        extra=extra,
    )
