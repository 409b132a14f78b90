"""docs/agreement.md names what the command gives: no figure too few, none too many."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sgus.cli.main import main
from sgus.stats.agreement.engine import DEFAULT_BOOTSTRAP
from sgus.stats.agreement.everything import agreement_families
from sgus.stats.agreement.panel import Panel, Readings
from sgus.workflows.observer_report import CSV_COLUMNS

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "agreement.md").read_text(encoding="utf-8")


def table_rows(*header: str) -> list[list[str]]:
    """Cells of the rows of every table whose header starts with these cells."""
    rows: list[list[str]] = []
    inside = False
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if tuple(cells[: len(header)]) == header:
            inside = True
        elif not cells:
            inside = False
        elif inside and set(cells[0]) != {"-"}:
            rows.append(cells)
    return rows


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def described() -> set[tuple[str, str]]:
    """Every statistic with each of its forms that the page describes."""
    return {
        (name, form)
        for names, forms, *_ in table_rows("`statistic`", "`form`")
        for name in quoted(names)
        for form in quoted(forms) or [forms]
    }


def named(statistic: str, form: str | None) -> tuple[str, str]:
    """A figure as the page writes it: one boundary for all, one grade said for all."""
    text = form or "null"
    if statistic in ("disagreement_share", "crossing_share", "crossing_rate"):
        text = text.removesuffix(", intra-reader")
    text = "0/1" if re.fullmatch(r"\d/\d", text) else re.sub(r"says \d", "says 0", text)
    return statistic, text


@pytest.fixture(scope="module")
def readings() -> Readings:
    """Three readers, one of them twice; every image stands for itself."""
    rng = np.random.default_rng(0)
    severity = rng.integers(4, size=(30, 1, 1))
    codes = np.clip(severity + rng.integers(-1, 2, size=(30, 3, 2)), 0, 3).astype(np.int8)
    codes[:, 1:, 1] = -1
    items = tuple(f"i{at}" for at in range(30))
    first = Panel(codes[..., 0], items, ("a", "b", "c"), (0, 1, 2, 3))
    return Readings(first, codes)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory, readings: Readings) -> dict[str, Any]:
    """What the command prints of them as JSON."""
    table = tmp_path_factory.mktemp("docs") / "ratings.csv"
    panel = readings.first
    lines = [
        f"{panel.items[item]},{panel.readers[reader]},{time + 1},{code}"
        for (item, reader, time), code in np.ndenumerate(readings.codes)
        if code >= 0
    ]
    table.write_text("\n".join(["image_id,rater_id,reading,grade", *lines]), encoding="utf-8")
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["agreement", str(table), "--json", "--resamples", "0"]) == 0
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


def test_every_figure_of_the_command_is_described_and_no_other(document: dict[str, Any]) -> None:
    given = {named(row["statistic"], row["form"]) for row in document["estimates"]}
    assert {named(*one) for one in described()} == given


def test_every_formula_is_said_to_be_that_of_its_figures(readings: Readings) -> None:
    said = {
        (word.split()[0].split("-")[0], name)
        for word, names, *_ in table_rows("interval by formula")
        for name in quoted(names)
    }
    used = {
        (form.method.split()[0].split("-")[0], label.statistic)
        for family in agreement_families(readings)
        for label, form in zip(family.labels, family.closed, strict=True)
        if form is not None
    }
    assert used == said


def test_the_bootstrap_is_the_one_described() -> None:
    assert DEFAULT_BOOTSTRAP == "logit_t"
    assert "on the logit scale of the figure's range" in TEXT


def test_keys_of_the_json_are_those_it_has(document: dict[str, Any]) -> None:
    keys = [key for row in table_rows("key") for key in quoted(row[0])]
    assert keys == list(CSV_COLUMNS)
    assert all(list(row) == keys for row in document["estimates"])
    section = TEXT.split("## JSON")[1].split("| key")[0]
    words = set(quoted(section))
    assert set(document) | set(document["panel"]) | set(document["resampling"]) <= words


@pytest.mark.parametrize("table", [("you want to say",), ("interval by formula",)])
def test_figures_that_are_recommended_exist(
    document: dict[str, Any], table: tuple[str, ...]
) -> None:
    known = {row[key] for row in document["estimates"] for key in ("statistic", "form", "weights")}
    assert {name for row in table_rows(*table) for cell in row for name in quoted(cell)} <= known
