"""Names of figures, and what the text shows of figures that are not there."""

from __future__ import annotations

import re

import pytest

from sgus.cohort.rating_tables import read_ratings
from sgus.stats.agreement.everything import agreement_figures
from sgus.stats.agreement.family import Label
from sgus.workflows.observer_report import agreement_csv, agreement_document
from sgus.workflows.observer_text import agreement_text
from sgus.workflows.observer_words import count, figure_name
from sgus.workflows.observers import observed_table


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (Label("fleiss_kappa", "quadratic", "overall", ()), "Fleiss' kappa, quadratic"),
        (Label("fleiss_kappa", "unweighted", "category", (), 0),
         "Fleiss' kappa, unweighted, grade 0"),
        (Label("gwet_ac", "unweighted", "AC1", ()), "Gwet's AC1, unweighted"),
        (Label("icc", None, "ICC(A,1)", ()), "ICC(A,1)"),
        (Label("kendall_w", None, "tie-corrected", ()), "Kendall's W, tie-corrected"),
        (Label("cohen_kappa", "linear", "intra-reader", ("a",)),
         "Cohen's kappa, linear, intra-reader"),
        (Label("disagreement_share", None, "0/1", ()), "Of these, on 0/1"),
        (Label("something_new", None, None, ()), "something_new"),
    ],
)  # fmt: skip
def test_figure_name(label, name):
    assert figure_name(label) == name


def test_count():
    assert count(1, "patient") == "1 patient"
    assert count(2000, "image") == "2,000 images"
    assert count(2, "grouping key") == "2 grouping keys"


def test_text__one_reader_alone():
    observed = observed_table(read_ratings(b"image_id,a\ni,1\nj,2\n"))
    figures = agreement_figures(observed.readings, n_resamples=10)
    text = agreement_text(observed, figures, n_resamples=10, seed=0)
    assert "1 reader, 2 images, 2 readings" in text
    assert "what is resampled is the image" in text
    assert "None" not in text
    assert re.search(r"Fleiss' kappa, unweighted +-  only one reader", text)


def test_text__a_name_cannot_steer_the_terminal():
    observed = observed_table(read_ratings(b"image_id,a\x1b[31m,b\ni,1,2\nj,2,2\n"))
    figures = agreement_figures(observed.readings, n_resamples=10)
    assert "\x1b" not in agreement_text(observed, figures, n_resamples=10, seed=0)
    assert "\x1b" not in agreement_csv(figures)


def test_document__counts_repeated_readings():
    table = read_ratings(b"image_id,a,b,a#2\ni,1,2,1\nj,2,,\nk,,1,3\n")
    observed = observed_table(table)
    panel = agreement_document(observed, [], n_resamples=5, seed=1)["panel"]
    assert (panel["n_readings"], panel["n_repeated"], panel["n_items"]) == (6, 1, 3)
    assert panel["manifest_hash"] is None
