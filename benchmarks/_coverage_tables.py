"""Tables of measured coverage for `agreement_coverage.py`: for reading, and for the package."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _coverage_population import SCENARIOS

CHOSEN = "logit_t"
METHODS = ("percentile", "bca", "jackknife_t", CHOSEN, "formula")
LOW, HIGH = 93.0, 97.0
FEW = 0.5  # of the panels have an interval: below, those that have one say little
CLUSTERS, MISSING, ONE = SCENARIOS
COMMAND = "python benchmarks/agreement_coverage.py --out DIR"


@dataclass
class Cell:
    """One figure with one kind of interval, on panels of one kind and size.

    Attributes:
        panels: Simulated.
        given: Panels with an interval.
        held: Intervals that hold the true value.
    """

    panels: float = 0
    given: float = 0
    held: float = 0

    @property
    def percent(self) -> float:
        return 100.0 * self.held / self.given if self.given > FEW * self.panels else np.nan


@dataclass
class Cells:
    """All of them, with what they cost."""

    found: dict[tuple[str, int, str, str], Cell] = field(default_factory=lambda: defaultdict(Cell))
    replicates: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    seconds: float = 0.0
    resamples: int = 0

    def percent(self, scenario: str, n: int, figure: str, method: str) -> float:
        return self.found[scenario, n, figure, method].percent

    @property
    def sizes(self) -> list[int]:
        return sorted({n for _, n in self.replicates})

    @property
    def figures(self) -> list[str]:
        return list(dict.fromkeys(figure for _, _, figure, _ in self.found))


def load_cells(out: Path) -> Cells:
    """Add up the blocks that are there."""
    cells = Cells()
    for path in sorted(out.glob("cell_*.json")):
        block = json.loads(path.read_text())
        place = block["scenario"], block["n_patients"]
        cells.replicates[place] += block["replicates"]
        cells.seconds += block["seconds"]
        cells.resamples = block["n_resamples"]
        for figure, methods in block["counts"].items():
            for method, (given, held, *_) in methods.items():
                cell = cells.found[*place, figure, method]
                cell.given += given
                cell.held += held
    for (scenario, n, _, _), cell in cells.found.items():
        cell.panels = cells.replicates[scenario, n]
    return cells


def show(cells: Cells) -> None:
    """Print the tables of docs/statistics.md."""
    least, most = min(cells.replicates.values()), max(cells.replicates.values())
    print(f"{least} to {most} panels a cell, {cells.resamples} resamples, "
          f"{cells.seconds / 60:.0f} minutes of one core\n")  # fmt: skip
    _print_methods(cells)
    print()
    columns = [(CHOSEN, scenario) for scenario in SCENARIOS]
    _print_figures(cells, [*columns, ("formula", ONE), ("formula", CLUSTERS)])
    print()
    _print_figures(cells, [(method, CLUSTERS) for method in METHODS[:-1]])


def _print_methods(cells: Cells) -> None:
    sizes = cells.sizes
    print("| interval | panels |" + "".join(f" n = {n} |" for n in sizes))
    print("|---|---|" + "---|" * len(sizes))
    for method in METHODS:
        for scenario in SCENARIOS:
            found = []
            for n in sizes:
                all_of = [cells.percent(scenario, n, one, method) for one in cells.figures]
                known = np.array([one for one in all_of if np.isfinite(one)])
                inside = np.mean((known >= LOW) & (known <= HIGH))
                found.append(
                    f" {np.median(known):.1f} ({known.min():.1f}-{known.max():.1f}), "
                    f"{100 * inside:.0f} % |"
                )
            print(f"| {method} | {scenario} |" + "".join(found))


def _print_figures(cells: Cells, columns: list[tuple[str, str]]) -> None:
    print("| figure |" + "".join(f" {method}, {scenario} |" for method, scenario in columns))
    print("|---|" + "---|" * len(columns))
    for figure in filter(in_docs, cells.figures):
        row = [
            " / ".join(_text(cells.percent(scenario, n, figure, method)) for n in cells.sizes)
            for method, scenario in columns
        ]
        print(f"| {figure} | " + " | ".join(row) + " |")


def in_docs(figure: str) -> bool:
    """Whether a figure is in the tables of the docs; some weights and grades are left out."""
    parts = figure.split(", ")
    between = {"linear", "grade 2", "uncorrected", "0/2", "0/3", "1/3"}
    if parts[0] != "krippendorff_alpha":
        between.add("ordinal")
    return parts[0] != "reader_higher" and not between & set(parts)


def _text(percent: float) -> str:
    if not np.isfinite(percent):
        return "-"
    text = f"{percent:.1f}"
    return text if LOW <= percent <= HIGH else f"**{text}**"


def write_table(cells: Cells, path: Path) -> None:
    """Write what falls outside 93 to 97 % as a module of the package."""
    lines = [
        '"""Where 95 % intervals held the true value in fewer than 93 or more than 97 % of panels.',
        "",
        f"Written by `{COMMAND} --write FILE`;",
        "docs/statistics.md says how it was measured.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        f"SIZES: Final = {tuple(cells.sizes)}",
        '"""Patients of the simulated panels."""',
        "OUTSIDE: Final[dict[tuple[str, str, str | None], dict[int, tuple[float, float]]]] = {",
        *_entries(cells),
        "}",
        '"""Way of the interval, statistic and form to patients, to the lowest and the highest',
        'percentage over weightings, grades and kinds of panels. What is not here was inside."""',
        "",
    ]
    path.write_text("\n".join(lines))


def _entries(cells: Cells) -> Iterator[str]:
    ways = {
        "bootstrap": (CHOSEN, tuple(SCENARIOS)),
        "formula": ("formula", (ONE,)),
        "formula, several items a patient": ("formula", (CLUSTERS, MISSING)),
    }
    for way, (method, scenarios) in ways.items():
        for (statistic, form), figures in _by_form(cells.figures).items():
            found = {}
            for n in cells.sizes:
                all_of = [cells.percent(s, n, one, method) for s in scenarios for one in figures]
                known = [round(one, 1) for one in all_of if np.isfinite(one)]
                if known and (min(known) < LOW or max(known) > HIGH):
                    found[n] = (float(min(known)), float(max(known)))
            if found:
                shown = "None" if form is None else json.dumps(form)
                yield f'    ("{way}", "{statistic}", {shown}): {found},'


def _by_form(figures: Iterable[str]) -> dict[tuple[str, str | None], list[str]]:
    """Figures that differ by weights and grade only."""
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for figure in figures:
        found[statistic_and_form(figure)].append(figure)
    return found


WEIGHTS = ("unweighted", "linear", "quadratic", "ordinal", "nominal", "interval")


def statistic_and_form(figure: str) -> tuple[str, str | None]:
    """Statistic and form of a name made by `name_of`; forms may hold commas, weights do not."""
    statistic, *parts = figure.split(", ")
    parts = [part for part in parts if not part.startswith("grade ")]
    if parts and parts[0] in WEIGHTS:
        parts = parts[1:]
    return statistic, ", ".join(parts) or None
