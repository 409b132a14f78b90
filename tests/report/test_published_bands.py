from __future__ import annotations

import pytest

from sgus.report.published_bands import PUBLISHED_BANDS, bands_for, others


def drawn(statistic, weights, **where):
    return {
        (one.band.study, one.band.value, one.band.low, one.band.high)
        for one in bands_for(statistic, weights, **where)
    }


def test_lights_kappa_of_the_omeract_score_has_these_three():
    assert drawn("light_kappa", "quadratic") == {
        ("Zabotti 2020 (HarmonicSS)", 0.77, None, None),
        ("Schmidt 2023, without atlas", 0.36, 0.06, 0.69),
        ("Schmidt 2023, with atlas", 0.52, 0.31, 0.77),
    }


def test_a_reader_with_itself_has_figures_of_its_own():
    assert drawn("light_kappa", "unweighted", kind="intra") == {
        ("Zabotti 2020 (HarmonicSS)", 0.87, None, None),
        ("Schmidt 2023, without atlas", 0.55, 0.28, 0.81),
        ("Schmidt 2023, with atlas", 0.69, 0.46, 0.86),
    }
    assert drawn("light_kappa", None, kind="intra", score="De Vita 0-3") == {
        ("Zabotti 2020 (HarmonicSS)", 0.86, None, None)
    }


@pytest.mark.parametrize(
    "statistic",
    ["icc", "fleiss_kappa", "conger_kappa", "krippendorff_alpha", "gwet_ac", "kendall_w", "pabak"],
)
def test_nothing_lies_behind_a_statistic_that_was_not_published_for_grades(statistic):
    assert bands_for(statistic, None) == []
    assert len(others(statistic, None)) == len(PUBLISHED_BANDS)


def test_an_icc_is_no_kappa_and_a_kappa_no_icc():
    reasons = {one.band.statistic: one.reason for one in others("light_kappa", "quadratic")}
    assert "not interchangeable" in reasons["icc"]
    kappas = [one for one in others("icc", None) if one.band.statistic != "icc"]
    assert all("not interchangeable" in one.reason for one in kappas)
    sums = [one for one in others("icc", None) if one.band.statistic == "icc"]
    assert all("another score: Hocevar 0-48" in one.reason for one in sums)


def test_words_without_a_number_stay_words():
    words = [one for one in others("cohen_kappa", None) if "no number" in one.reason]
    assert [one.band.study for one in words] == ["Quéré 2024"]
    assert "moderate" in words[0].reason
    assert words[0].band.value is words[0].band.low is words[0].band.high is None


@pytest.mark.parametrize("kind", ["inter", "intra"])
@pytest.mark.parametrize("statistic", ["cohen_kappa", "light_kappa", "icc", "no such thing"])
def test_every_figure_is_on_one_side_or_the_other(statistic, kind):
    yes = [one.band for one in bands_for(statistic, "linear", kind=kind)]
    no = [one.band for one in others(statistic, "linear", kind=kind)]
    assert len(yes) + len(no) == len(PUBLISHED_BANDS)
    assert all(band.has_number for band in yes)
    assert not [band for band in yes if band in no]


def test_what_the_source_does_not_say_is_a_caution():
    cautions = {one.band.study: one.caution for one in bands_for("cohen_kappa", "quadratic")}
    zabotti = cautions["Zabotti 2020 (HarmonicSS)"]
    assert "names no weights" in zabotti
    assert "mean over pairs" in zabotti
    assert "without saying which" in cautions["Schmidt 2023, with atlas"]
    assert "no confidence interval" in cautions["Schmidt 2023, with atlas"]


def test_figures_are_possible_and_only_the_doi_that_was_seen_is_given():
    for band in PUBLISHED_BANDS:
        numbers = [x for x in (band.low, band.value, band.high) if x is not None]
        assert numbers == sorted(numbers)
        assert all(-1 <= x <= 1 for x in numbers)
        assert band.source
        assert not band.note.endswith(".")
    assert {band.doi for band in PUBLISHED_BANDS} == {None, "10.3389/fmed.2020.581248"}
