"""The figures of agreement as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sgus.core.cells import printable
from sgus.stats.agreement.bias import FROM_MEAN, severity_words
from sgus.stats.agreement.family import Agreement, Label
from sgus.stats.agreement.intra import INTRA
from sgus.stats.agreement.intra_inter import INTER_MEAN, INTRA_MEAN
from sgus.stats.boundary import boundaries
from sgus.stats.boundary.shares import FURTHER
from sgus.stats.boundary.swaps import ALL_ITEMS
from sgus.workflows.observer_words import UNITS, count, figure_name
from sgus.workflows.observers import Observed

ALL_PAIRS_UP_TO: Final = 10
"""Readers whose pairs are all printed; of more, the extreme pairs."""
DIFFERENCE: Final = "mean intra-reader less mean inter-reader kappa"
_EXTREMES: Final = 3
_NAME_WIDTH: Final = 50
_MAIN: Final = (
    ("fleiss_kappa", "unweighted", "overall"),
    ("fleiss_kappa", "linear", "overall"),
    ("fleiss_kappa", "quadratic", "overall"),
    ("light_kappa", "unweighted", None),
    ("light_kappa", "linear", None),
    ("light_kappa", "quadratic", None),
    ("conger_kappa", "unweighted", None),
    ("conger_kappa", "quadratic", None),
    ("krippendorff_alpha", "nominal", None),
    ("krippendorff_alpha", "ordinal", None),
    ("krippendorff_alpha", "interval", None),
    ("gwet_ac", "unweighted", "AC1"),
    ("gwet_ac", "quadratic", "AC2"),
    ("pabak", "unweighted", "all readers"),
    ("icc", None, "ICC(A,1)"),
    ("icc", None, "ICC(A,k)"),
    ("icc", None, "ICC(C,1)"),
    ("icc", None, "ICC(C,k)"),
    ("kendall_w", None, "tie-corrected"),
    ("percent_agreement", "unweighted", "all readers"),
)
_SYNTHETIC: Final = (
    "SYNTHETIC PHANTOMS: readers and images are simulated; this says nothing about people."
)
_ALL: Final = "--json and --csv hold every figure."
Named = tuple[str, Agreement]


def agreement_text(
    observed: Observed, figures: Sequence[Agreement], *, n_resamples: int, seed: int
) -> str:
    """What `agreement` prints: counts, then tables with an interval and its n in every line.

    Args:
        observed: The readings.
        figures: What was computed from them.
        n_resamples: Resamples they were asked for with.
        seed: Of the resamples.
    """
    table = _Table()
    blocks = [
        _headline(observed, n_resamples=n_resamples, seed=seed),
        table.block("All readers", [(figure_name(f.label), f) for f in _main(figures)]),
        table.block("By grade", _by_grade(figures)),
        _pairs(table, figures, observed.panel.n_readers),
        _readers(table, figures),
        _themselves(table, figures),
        table.block("Where readers disagree", _boundaries(figures, observed.panel.scale)),
        table.legend(),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _headline(observed: Observed, *, n_resamples: int, seed: int) -> str:
    panel = observed.panel
    images = count(panel.n_items, "image")
    if panel.patients is not None:
        images += f" of {count(observed.n_units, UNITS.get(panel.unit, panel.unit))}"
    unit = UNITS.get(panel.unit, panel.unit)
    lines = [
        *([_SYNTHETIC] if observed.synthetic else []),
        f"{printable(observed.name, limit=_NAME_WIDTH)}: {count(panel.n_readers, 'reader')}, "
        f"{images}, {count(observed.n_readings, 'reading')}",
        f"Grades {', '.join(map(str, panel.scale))}. 95 % intervals; what is resampled is the "
        f"{unit}, {n_resamples:,} times, seed {seed}.",
    ]
    return "\n".join(lines)


class _Table:
    """Lines of figures; methods are numbered and told once, in the legend."""

    def __init__(self) -> None:
        self.methods: dict[str, int] = {}

    def block(self, title: str, rows: Iterable[Named]) -> str:
        """A titled table, or "" without a row."""
        lines = [self._line(name, figure) for name, figure in rows]
        if not lines:
            return ""
        head = f"{title:<{_NAME_WIDTH}}{'value':>8}  {'95 % interval':<17}{'images':>7}{'pairs':>6}"
        return "\n".join([head, *lines])

    def _line(self, name: str, figure: Agreement) -> str:
        shown = f"  {printable(name, limit=_NAME_WIDTH - 3):<{_NAME_WIDTH - 2}}"
        if figure.value is None:
            return f"{shown}{'-':>8}  {figure.reason}"
        counts = f"{figure.n_items:>7,}{figure.n_pairs:>6,}"
        if figure.low is None or figure.high is None:
            return f"{shown}{figure.value:>8.3f}  {'-':<17}{counts}  {figure.reason or ''}".rstrip()
        number = self.methods.setdefault(figure.method, len(self.methods) + 1)
        ends = f"{figure.low:.3f} to {figure.high:.3f}"
        return f"{shown}{figure.value:>8.3f}  {ends:<17}{counts}  [{number}]"

    def legend(self) -> str:
        """What the numbers in brackets are."""
        lines = [f"[{number}] {method}" for method, number in self.methods.items()]
        pairs = "images: those the figure is made from; pairs: of readers."
        return "\n".join([*lines, pairs, _ALL])


def _main(figures: Sequence[Agreement]) -> list[Agreement]:
    found = {_key(figure.label): figure for figure in figures if figure.label.grade is None}
    return [found[key] for key in _MAIN if key in found]


def _key(label: Label) -> tuple[str, str | None, str | None]:
    return label.statistic, label.weights, label.form


def _by_grade(figures: Sequence[Agreement]) -> list[Named]:
    wanted = (
        ("fleiss_kappa", "unweighted", "category"),
        ("specific_agreement", "unweighted", "all readers"),
    )
    return [
        (figure_name(figure.label), figure)
        for key in wanted
        for figure in figures
        if _key(figure.label) == key
    ]


def _pairs(table: _Table, figures: Sequence[Agreement], n_readers: int) -> str:
    pairs = [f for f in figures if _key(f.label) == ("cohen_kappa", "quadratic", "pair")]
    if n_readers <= ALL_PAIRS_UP_TO:
        return table.block("Pairs: Cohen's kappa, quadratic", _named(pairs, " with "))
    defined = sorted((f for f in pairs if f.value is not None), key=_value)
    chosen = defined[:_EXTREMES] + defined[_EXTREMES:][-_EXTREMES:]
    title = f"Cohen's kappa, quadratic: extremes of {len(pairs):,} pairs"
    lines = [table.block(title, _named(chosen, " with "))]
    if undefined := len(pairs) - len(defined):
        lines.append(f"  {undefined:,} of them have no kappa: --json gives each reason")
    return "\n".join(line for line in lines if line)


def _value(figure: Agreement) -> float:
    return -1.0 if figure.value is None else figure.value


def _named(figures: Iterable[Agreement], joined_by: str) -> list[Named]:
    return [(joined_by.join(figure.label.raters), figure) for figure in figures]


def _readers(table: _Table, figures: Sequence[Agreement]) -> str:
    """Severe or lenient, in grades, each against the mean of the others."""
    rows = [
        (f"{figure.label.raters[0]}: {severity_words(figure.low, figure.high)}", figure)
        for figure in figures
        if _key(figure.label) == ("reader_bias", None, FROM_MEAN)
    ]
    if all(figure.value is None for _, figure in rows):
        return ""
    return table.block("Readers against the mean of the others, in grades", rows)


def _themselves(table: _Table, figures: Sequence[Agreement]) -> str:
    quadratic = [f for f in figures if f.label.weights == "quadratic" and f.value is not None]
    rows = [
        (figure.label.raters[0], figure)
        for figure in quadratic
        if (figure.label.statistic, figure.label.form) == ("cohen_kappa", INTRA)
    ]
    if not rows:
        return ""
    means = {
        (INTRA_MEAN, "light_kappa"): "mean of these readers",
        (INTER_MEAN, "light_kappa"): "two readers, the same images, mean of pairs",
        (DIFFERENCE, "intra_minus_inter"): "the first mean less the second",
    }
    known = {(figure.label.form, figure.label.statistic): figure for figure in quadratic}
    rows += [(name, known[key]) for key, name in means.items() if key in known]
    return table.block("Readers with themselves: kappa, quadratic", rows)


def _boundaries(figures: Sequence[Agreement], scale: tuple[int, ...]) -> list[Named]:
    known = {(f.label.statistic, f.label.form, f.label.grade): f for f in figures}
    wanted: list[tuple[tuple[str, str, int | None], str]] = [
        (("disagreement_rate", "all readers", None), "Pairs of readings that differ"),
        *(
            (("disagreement_share", form, None), f"Of these, on {form}")
            for form in map(str, boundaries(scale))
        ),
        (("disagreement_share", FURTHER, None), "Of these, grades two or more apart"),
        (("crossing_share", ">= 2", None), "Of these, across the threshold >= 2"),
        *(
            (("swap_rate_within", ALL_ITEMS, edge.lower), f"Swaps among readings of {edge}")
            for edge in boundaries(scale)
        ),
    ]
    rows = [(name, known[key]) for key, name in wanted if key in known]
    return [(name, figure) for name, figure in rows if figure.value is not None]
