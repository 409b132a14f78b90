"""What a run confuses at a boundary, how sure that is, what to do next; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from sgus.report.evidence import FEW_PATIENTS
from sgus.report.figures import unit_noun
from sgus.ui.runs.figure_words import counted
from sgus.ui.words import percent
from sgus.workflows.confusion_summary import (
    CROSSED,
    EVERYTHING,
    HIGHER,
    LOWER,
    Divided,
    Share,
)

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.confusions import BoundaryView

WIDE: Final = 0.15
_NO_INTERVAL: Final = "no interval: "
SYNTHETIC: Final = "The images are simulated: nothing of this holds for patients."
NAMES: Final = {"gland": "Gland", "centre": "Centre", "device": "Device"}


def share_of(shares: Sequence[Share], what: str, *, exact: bool = False) -> Share:
    """The share of all images of one kind."""
    return next(
        one for one in shares
        if (one.what, one.exact, one.group) == (what, exact, EVERYTHING)
    )  # fmt: skip


def said(share: Share) -> str:
    """`14 % (55 of 404 images, 50 patients; 95 % interval 9 % to 19 %)`, or why there is none."""
    base = (
        f"{share.n_crossed:,} of {counted(share.n_images, 'image')}, "
        f"{counted(share.n_patients, share.unit)}"
    )
    if share.share is None:
        return f"no share ({base}; {share.reason})"
    if share.low is None or share.high is None:
        why = (share.reason or "").removeprefix(_NO_INTERVAL)
        return f"{percent(share.share)} ({base}; {_NO_INTERVAL}{why})"
    ends = f"{percent(share.low)} to {percent(share.high)}"
    return f"{percent(share.share)} ({base}; 95 % interval {ends})"


def lead_words(seen: BoundaryView, shares: Sequence[Share]) -> str:
    """The main sentence: how often readers and model stand on different sides."""
    whole = share_of(shares, CROSSED)
    where = {"test": f"{unit_noun(seen.unit)} it never saw"}.get(seen.part, f"the part {seen.part}")
    if not whole.n_crossed:
        return (
            f"On {where}, model and readers are on the same side of {seen.boundary.name} on all "
            f"{counted(whole.n_images, 'image')}."
        )
    return (
        f"On {where}, model and readers are on different sides of {seen.boundary.name} in "
        f"{said(whole)}."
    )


def found_words(seen: BoundaryView, shares: Sequence[Share], divided: Divided) -> list[str]:
    """In which direction, and whether it is the model or the grade that is in doubt."""
    lower, upper = seen.boundary.grades
    up, down = share_of(shares, HIGHER), share_of(shares, LOWER)
    lines = [
        f"Called too high: of the images that readers graded {lower}{_or(lower, 'below')}, "
        f"{said(up)}.",
        f"Called too low: of those graded {upper}{_or(upper, 'above')}, {said(down)}.",
    ]
    readers = _readers_words(divided)
    return [*lines, readers] if readers else lines


def _or(grade: int, side: str) -> str:
    """` or below`, but there is nothing below 0 and nothing above 3."""
    end = {"below": 0, "above": 3}[side]
    return "" if grade == end else f" or {side}"


def _readers_words(found: Divided) -> str:
    """How many of the crossed images are ones on which readers are divided themselves."""
    if not found.n_crossed:
        return ""
    words = (
        f"Of the {counted(found.n_crossed, 'crossed image')} with two readings or more, readers "
        f"are divided themselves on {found.n_crossed_divided} "
        f"({percent(found.n_crossed_divided / found.n_crossed)}): there the grade is in doubt, not "
        "only the model."
    )
    return f"{words} {_beside_words(found)}" if found.n_others else words


def _beside_words(found: Divided) -> str:
    """The same share of the other images, and how far apart the two are."""
    n = counted(found.n_crossed + found.n_others, "image")
    base = f"{n}, {counted(found.n_patients, found.unit)}"
    if found.difference is None or found.low is None or found.high is None:
        why = (found.reason or "").removeprefix(_NO_INTERVAL)
        apart = f"{base}; {_NO_INTERVAL}{why}"
    else:
        low, high = _points(found.low), _points(found.high)
        apart = (
            f"difference {_points(found.difference)} percentage points, 95 % interval {low} to "
            f"{high}; {base}"
        )
    return (
        f"Of the other {found.n_others:,} they are divided on {found.n_others_divided:,} "
        f"({percent(found.n_others_divided / found.n_others)}; {apart})."
    )


def _points(share: float) -> str:
    """`+45`, `−3`, `0`."""
    points = round(100 * share)
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"


def sure_words(seen: BoundaryView, shares: Sequence[Share]) -> list[str]:
    """How far the figures can be trusted."""
    whole = share_of(shares, CROSSED)
    unit = unit_noun(seen.unit)
    lines = [f"Intervals come from drawing {unit} anew, so that images of one stay together."]
    if whole.low is not None and whole.high is not None and whole.high - whole.low > WIDE:
        lines.append("The interval is wide: do not compare runs by it.")
    if whole.n_patients < FEW_PATIENTS:
        lines.append(f"Only {counted(whole.n_patients, whole.unit)}: too few for firm figures.")
    lines += [f"{note[:1].upper()}{note[1:]}." for note in seen.notes]
    return [*lines, SYNTHETIC] if seen.synthetic else lines


def next_words(seen: BoundaryView, shares: Sequence[Share]) -> list[str]:
    """What to do now."""
    n = share_of(shares, CROSSED).n_crossed
    if not n:
        return ["Look at another boundary, or at a run tested on more people."]
    lines = [
        "Look at the images below, one by one: is the gland hard, the picture poor, or the grade "
        "wrong?",
        "Where the grade is in doubt, tick the images and let two readers settle them blinded.",
    ]
    if "suspect" not in seen.reasons:
        lines.append(
            "The order “Suspected label error” puts first the grades that the model contradicts "
            "most surely."
        )
    return lines


def direction_words(at: Boundary, direction: str) -> str:
    """`called too high` as a short mark below a picture; "" where nothing crosses."""
    words = {HIGHER: "called too high", LOWER: "called too low"}
    return f"{words[direction]} at {at.name}" if direction in words else ""


def groups_html(shares: Sequence[Share]) -> str:
    """A table of the groups: which share of their images crosses; "" where nothing differs."""
    rows = [one for one in shares if one.what == CROSSED and not one.exact]
    if {one.group for one in rows} == {EVERYTHING}:
        return ""
    up, down = (
        {(one.group, one.value): one for one in shares if one.what == what and not one.exact}
        for what in (HIGHER, LOWER)
    )
    top = max((one.high or one.share or 0.0) for one in rows) or 1.0
    body = "".join(_group_row(one, up, down, top) for one in rows)
    unit = rows[0].unit.capitalize()
    titles = ("", "", "Crossed", "95 % interval", "", "Images", f"{unit}s", "Too high", "Too low")
    heads = "".join(f"<th>{title}</th>" for title in titles)
    return (
        f'<div class="sgus-scroll"><table class="sgus-table sgus-counts"><tr>{heads}</tr>{body}'
        "</table></div>"
    )


def _group_row(
    one: Share, up: dict[tuple[str, str], Share], down: dict[tuple[str, str], Share], top: float
) -> str:
    few = one.n_patients < FEW_PATIENTS
    grey = ' class="sgus-muted"' if few else ""
    name = "All" if one.group == EVERYTHING else NAMES.get(one.group, one.group)
    value = "" if one.group == EVERYTHING else one.value
    key = one.group, one.value
    ends = (
        html.escape(one.reason or "")
        if one.low is None or one.high is None
        else f"{percent(one.low)} to {percent(one.high)}"
    )
    cells = [
        html.escape(name), html.escape(value),
        "not defined" if one.share is None else f"<b>{percent(one.share)}</b>",
        ends, _bar(one, top), f"{one.n_crossed:,} of {one.n_images:,}", f"{one.n_patients:,}",
        _of(up.get(key)), _of(down.get(key)),
    ]  # fmt: skip
    return f"<tr{grey}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _of(share: Share | None) -> str:
    return "" if share is None else f"{share.n_crossed:,} of {share.n_images:,}"


def _bar(one: Share, top: float) -> str:
    """The interval as a thin bar with the share on it; all rows on one scale."""
    if one.share is None or one.low is None or one.high is None:
        return ""
    left, wide, at = (float(np.round(100 * x / top, 1))
                      for x in (one.low, one.high - one.low, one.share))  # fmt: skip
    return (
        '<div class="sgus-span" aria-hidden="true">'
        f'<i style="left:{left}%;width:{wide}%"></i><b style="left:{at}%"></b></div>'
    )
