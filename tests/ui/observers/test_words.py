from __future__ import annotations

from dataclasses import replace

import pytest

from sgus.core.errors import CohortError
from sgus.ui.observers.bands_chart import band_rows, bands_figure, strip
from sgus.ui.observers.glance import cards_html, sources_html, strips_of
from sgus.ui.observers.grades import hardest, use_figure, use_rows
from sgus.ui.observers.intra import lines_of, sentences, without_repeats
from sgus.ui.observers.problems import problem_text, scale_of
from sgus.ui.observers.readers import reader_rows
from sgus.ui.observers.table import command_line, filtered, table_rows
from sgus.ui.observers.words import main_sentences, number, value_words, what_was_read
from sgus.workflows.observers import uploaded_readings
from tests.ui.observers.observed import figures, observed


@pytest.mark.parametrize(
    ("value", "share", "said"),
    [
        (0.824, False, "0.82"), (0.9999, False, ">0.99"), (1.0, False, "1.00"),
        (-0.001, False, "0.00"), (-0.123, False, "\N{MINUS SIGN}0.12"), (0.5, True, "50\u00a0%"),
    ],
)  # fmt: skip
def test_number(value: float, share: bool, said: str) -> None:
    assert number(value, share=share) == said


def test_value_words__says_why_where_there_is_nothing() -> None:
    row = figures(observed()).one("light_kappa", "quadratic")
    assert row is not None
    assert value_words(row).startswith("0.9")
    assert "95\u00a0% interval" in value_words(row)
    assert value_words(replace(row, value=None, reason="only one reader")) == (
        "not defined: only one reader"
    )
    assert value_words(replace(row, low=None, high=None, reason="one patient")).endswith(
        "(no interval: one patient)"
    )
    assert value_words(None) == "not defined"


def test_what_was_read__counts_everything() -> None:
    readings = observed()
    assert what_was_read(readings) == (
        "3 readers graded 24 images of 12 patients; grades 0 to 3; "
        "24 readings repeat an earlier one by the same reader."
    )
    assert "24 simulated images of 12 simulated patients" in what_was_read(
        replace(readings, synthetic=True)
    )
    gaps = uploaded_readings(b"image_id,A,B\n1,0,\n2,2,4\n", name="t", grades=(0, 2, 4))
    assert what_was_read(gaps) == (
        "2 readers graded 2 images (25\u00a0% of first readings are missing); grades 0, 2, 4."
    )


def test_main_sentences__name_the_statistic_and_never_a_verdict() -> None:
    found = figures(observed())
    said = " ".join(
        main_sentences(
            found.one("light_kappa", "quadratic"), found.one("light_kappa", "unweighted"),
            found.one("light_kappa", "quadratic", "intra-reader, mean of readers"),
            found.one("disagreement_share", None, "0/1"), (0, 1, 2, 3),
        )
    )  # fmt: skip
    assert "quadratic-weighted kappa of 0.9" in said
    assert "Light’s kappa, the mean over 3 pairs of readers" in said
    assert "agrees with itself" in said
    assert "are between grades 0 and 1." in said
    for verdict in ("substantial", "moderate", "almost perfect", "excellent"):
        assert verdict not in said


def test_main_sentences__one_reader() -> None:
    found = figures(observed(n_readers=1))
    (said,) = main_sentences(found.one("light_kappa", "quadratic"), None, None, None, (0, 1, 2, 3))
    assert said == "How far readers agree cannot be said here: only one reader."


def test_strips__published_figures_of_the_same_statistic_only() -> None:
    found = figures(observed())
    strips = strips_of(found, omeract=True)
    assert [one.name for one in strips] == [
        "Between readers, no weights", "Between readers, quadratic weights",
        "Same reader twice, no weights", "Same reader twice, quadratic weights",
    ]  # fmt: skip
    assert {b.band.kind for one in strips[:2] for b in one.bands} == {"inter"}
    assert {b.band.kind for one in strips[2:] for b in one.bands} == {"intra"}
    assert {b.band.statistic for one in strips for b in one.bands} == {"light_kappa", "mean_kappa"}
    icc = found.one("icc", None, "ICC(A,1)")
    assert icc is not None
    assert strip("ICC", icc, within=False, omeract=True).bands == ()
    assert all(one.bands == () for one in strips_of(found, omeract=False))
    ticks = " ".join(bands_figure(strips).layout.yaxis.ticktext)
    assert "Zabotti 2020 (HarmonicSS): Light's kappa" in ticks
    rows = band_rows(strips)
    assert len(rows) == 4 + sum(len(one.bands) for one in strips)
    assert {row["value"] for row in rows if "Zabotti" in row["source"]} == {0.77, 0.87}
    assert "Caution: the source as read names no weights" in sources_html(strips)


def test_cards__each_has_its_statistic_and_n() -> None:
    readings = observed()
    text = cards_html(figures(readings), readings)
    assert text.count('class="sgus-card sgus-figure"') == 4
    assert "Light’s kappa, quadratic weights" in text
    assert "24 images of 12 patients" in text
    without = observed(repeats=False)
    assert "no repeated readings" in cards_html(figures(without), without)


def test_reader_rows__who_is_severe() -> None:
    readings = observed()
    rows = {row["reader"]: row for row in reader_rows(figures(readings), readings, "quadratic")}
    assert rows["B"]["images"] == 24
    # Of the 8 images that B puts higher, grade 3 stays 3 on two.
    assert rows["B"]["bias"] == pytest.approx(6 / 24)
    assert rows["B"]["above it"] == pytest.approx(6 / 24)
    assert rows["B"]["tendency"] == "severe"
    assert rows["A"]["bias"] < 0


def test_grades__the_hardest_and_the_use() -> None:
    readings = observed()
    row = hardest(figures(readings))
    assert row is not None
    assert row.value == min(
        other.value
        for other in figures(readings).all("specific_agreement", "unweighted", "all readers")
    )
    use = {(r["reader"], r["grade"]): r for r in use_rows(readings.panel)}
    assert (use["A", 0]["readings"], use["A", 0]["of"], use["A", 0]["share"]) == (6, 24, 0.25)
    assert use["B", 0]["readings"] == 4
    assert use["all readers", 0]["readings"] == 16
    figure = use_figure(readings.panel)
    assert sum(bar.x[0] for bar in figure.data) == pytest.approx(1.0)


def test_intra__means_first_and_only_readers_who_repeated() -> None:
    found = figures(observed())
    lines = lines_of(found, "quadratic", "patient")
    assert [line.name for line in lines[:2]] == [
        "readers with themselves", "the same with each other",
    ]  # fmt: skip
    assert {line.name for line in lines[2:]} == {"A", "B"}
    assert without_repeats(found, "quadratic") == " Without repeated readings: C."
    said = sentences(found, "quadratic")
    assert said[0].startswith("Readers with themselves: kappa 0.9")
    assert said[2].startswith("Difference: ")


def test_table__filters_by_statistic_and_reader() -> None:
    readings = observed()
    rows = list(figures(readings).rows)
    assert filtered(rows, [], None) == rows
    pairs = filtered(rows, ["cohen_kappa"], "C")
    assert {row.label.statistic for row in pairs} == {"cohen_kappa"}
    assert all("C" in row.label.raters for row in pairs)
    shown = table_rows(rows)
    assert len(shown) == len(rows)
    assert {row["readers"] for row in shown} >= {"all 3", "A and B", "A"}
    assert command_line(readings) == (
        "python -m sgus agreement RATINGS.csv --grades 0,1,2,3 --resamples 2000 --seed 0 --json"
    )


def test_scale_of__as_people_write_it() -> None:
    assert scale_of("0, 1,2 ,3") == (0, 1, 2, 3)
    assert scale_of("0;1") == (0, 1)
    with pytest.raises(CohortError, match="no list of whole numbers"):
        scale_of("0-3")


def test_problem_text__no_folders_of_this_machine() -> None:
    error = CohortError("/somewhere/deep/ratings.csv", "the file is empty", "Export it again")
    assert problem_text(error) == "ratings.csv: the file is empty. Export it again."
