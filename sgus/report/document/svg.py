"""Small drawings as SVG text: no script, no font of their own, readable in grey."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from sgus.report.document.words import Figure, number

BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
GREEN: Final = "#009E73"
GREY: Final = "#6B7785"
"""Okabe-Ito 2008, apart for colour-blind eyes."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 40
_STEPS: Final = 4
# Attributes and no style sheet: what lays out PDF does not look into drawings with one.
_GRID: Final = 'stroke="#E1E7EC"'
_AXIS: Final = f'stroke="{GREY}" fill="none"'
_DIAGONAL: Final = 'stroke="#9AA6B2" stroke-dasharray="2 4" fill="none"'
_BAND: Final = f'fill="{BLUE}" fill-opacity="0.16"'
_TEXT: Final = 'font-size="11" fill="#4A5866"'

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line, or points with intervals.

    Attributes:
        label: In the legend.
        points: In data units.
        colour: Of the line.
        dash: SVG dash pattern, so that lines differ in grey too.
        marks: Draw the points.
        bars: Lower and upper end above each point, None for a point without.
    """

    label: str
    points: Sequence[Point]
    colour: str
    dash: str = ""
    marks: bool = False
    bars: Sequence[Point | None] = ()


@dataclass(frozen=True)
class Frame:
    """Axes of a plot.

    Attributes:
        title: Read aloud, and printed above.
        x_label: Under the horizontal axis.
        y_label: Beside the vertical axis.
        x_range: Ends of the horizontal axis.
        y_range: Ends of the vertical axis.
        diagonal: Draw the line of equality.
        width: Pixels.
        height: Pixels.
    """

    title: str
    x_label: str
    y_label: str
    x_range: Point = (0.0, 1.0)
    y_range: Point = (0.0, 1.0)
    diagonal: bool = False
    width: int = 320
    height: int = 280

    def x(self, value: float) -> float:
        """Pixel of a value of the horizontal axis."""
        low, high = self.x_range
        return _LEFT + (value - low) / (high - low) * (self.width - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Pixel of a value of the vertical axis."""
        low, high = self.y_range
        return self.height - _BOTTOM - (value - low) / (high - low) * (self.height - _TOP - _BOTTOM)


def plot(frame: Frame, lines: Iterable[Line], *, band: Sequence[tuple[Any, Any, Any]] = ()) -> str:
    """A plot with axes and a legend below it.

    Args:
        frame: Its axes.
        lines: What is drawn; lines of one label stand once in the legend.
        band: `(x, low, high)` of a shaded band; a None ends it.

    Returns:
        Safe SVG in a `figure` element.
    """
    drawn = list(lines)
    body = [*_axes(frame), *_band(frame, band), *(part for x in drawn for part in _line(frame, x))]
    size = f'width="{frame.width}" height="{frame.height}"'
    box = f'viewBox="0 0 {frame.width} {frame.height}"'
    svg = f'<svg {size} {box} role="img"><title>{escape(frame.title)}</title>{"".join(body)}</svg>'
    legend = "".join(_legend(line) for line in {line.label: line for line in drawn}.values())
    head = f'<div class="plot-title">{escape(frame.title)}</div>'
    caption = f"<figcaption>{legend}</figcaption>"
    return Markup(f'<figure class="plot">{head}{svg}{caption}</figure>')  # noqa: S704 - escaped


def _legend(line: Line) -> str:
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    sample = (
        f'<svg width="26" height="10" aria-hidden="true"><line x1="1" y1="5" x2="25" y2="5" '
        f'stroke="{line.colour}" stroke-width="2"{dash} /></svg>'
    )
    return f"<span>{sample} {escape(line.label)}</span> "


def _axes(frame: Frame) -> Iterable[str]:
    left, right = frame.x(frame.x_range[0]), frame.x(frame.x_range[1])
    bottom, top = frame.y(frame.y_range[0]), frame.y(frame.y_range[1])
    for step in range(_STEPS + 1):
        share = step / _STEPS
        x_value = frame.x_range[0] + share * (frame.x_range[1] - frame.x_range[0])
        y_value = frame.y_range[0] + share * (frame.y_range[1] - frame.y_range[0])
        x, y = frame.x(x_value), frame.y(y_value)
        yield f'<line {_GRID} x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" />'
        place = f'x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end"'
        yield f"<text {_TEXT} {place}>{_tick(y_value)}</text>"
        place = f'x="{x:.1f}" y="{bottom + 15:.1f}" text-anchor="middle"'
        yield f"<text {_TEXT} {place}>{_tick(x_value)}</text>"
    yield f'<path {_AXIS} d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}" />'
    if frame.diagonal:
        yield f'<path {_DIAGONAL} d="M{left:.1f} {bottom:.1f}L{right:.1f} {top:.1f}" />'
    middle = (left + right) / 2
    yield (
        f'<text {_TEXT} x="{middle:.1f}" y="{frame.height - 6}" text-anchor="middle">'
        f"{escape(frame.x_label)}</text>"
    )
    centre = (bottom + top) / 2
    yield (
        f'<text {_TEXT} x="12" y="{centre:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 12 {centre:.1f})">{escape(frame.y_label)}</text>'
    )


def _tick(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _band(frame: Frame, band: Sequence[tuple[Any, Any, Any]]) -> Iterable[str]:
    run: list[tuple[float, float, float]] = []
    for x, low, high in [*band, (None, None, None)]:
        if low is not None and high is not None:
            run.append((x, low, high))
            continue
        if len(run) > 1:
            there = " ".join(f"{frame.x(x):.1f},{frame.y(high):.1f}" for x, _, high in run)
            back = " ".join(f"{frame.x(x):.1f},{frame.y(low):.1f}" for x, low, _ in run[::-1])
            yield f'<polygon {_BAND} points="{there} {back}" />'
        run = []


def _line(frame: Frame, line: Line) -> Iterable[str]:
    places = [(frame.x(x), frame.y(y)) for x, y in line.points]
    if len(places) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        style = f'fill="none" stroke="{line.colour}" stroke-width="2"{dash}'
        yield f'<polyline {style} points="{path}" />'
    for (x, _), ends in zip(places, line.bars, strict=False):
        if ends is not None:
            low, high = frame.y(ends[0]), frame.y(ends[1])
            yield f'<path stroke="{line.colour}" d="M{x:.1f} {low:.1f}V{high:.1f}" />'
    if line.marks or len(places) == 1:
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.colour}" />'


_BAR_WIDTH, _BAR_HEIGHT = 110, 12


def interval_bar(figure: Figure) -> Markup:
    """A figure and its interval between 0 and 1; nothing where one of them lies elsewhere."""
    value, low, high = (figure.get(key) for key in ("value", "low", "high"))
    known = [end for end in (value, low, high) if end is not None]
    if not isinstance(value, float) or min(known) < 0 or max(known) > 1:
        return Markup()

    def at(share: float) -> str:
        return f"{3 + share * (_BAR_WIDTH - 6):.1f}"

    middle = _BAR_HEIGHT / 2
    parts = [f'<path {_GRID} d="M{at(0)} {middle}H{at(1)}" />']
    if low is not None and high is not None:
        parts.append(
            f'<path stroke="{BLUE}" stroke-width="3" d="M{at(low)} {middle}H{at(high)}" />'
        )
    parts.append(f'<circle cx="{at(value)}" cy="{middle}" r="3" fill="{BLUE}" />')
    title = f"<title>{number(value)} between 0 and 1</title>"
    box = f'viewBox="0 0 {_BAR_WIDTH} {_BAR_HEIGHT}"'
    size = f'class="bar" width="{_BAR_WIDTH}" height="{_BAR_HEIGHT}" {box} role="img"'
    return Markup(f"<svg {size}>{title}{''.join(parts)}</svg>")  # noqa: S704 - numbers only
