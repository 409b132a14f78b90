from __future__ import annotations

import numpy as np

from sgus.ui.runs.figure_words import one
from sgus.ui.runs.patient_words import (
    SUMMARIES,
    any_counts,
    any_words,
    basis_words,
    complete,
    list_rows,
)
from sgus.ui.runs.patients_chart import cross_counts, cross_figure, cross_rows
from tests.ui.runs.explored import sections


def test_any__counts_are_those_of_the_figures():
    section = sections()["patients"]
    (tn, fp), (fn, tp) = any_counts(section["examinations"])
    figures = section["figures"]
    sensitivity = one(figures, scope="any_2_or_above", figure="sensitivity")
    specificity = one(figures, scope="any_2_or_above", figure="specificity")
    assert tp / (tp + fn) == sensitivity["value"]
    assert tn / (tn + fp) == specificity["value"]
    assert any_words(section["examinations"]).startswith(f"Of {tp + fn} examinations with")


def test_any_words__where_a_side_is_empty():
    row = {"glands_2_or_above_true": 1, "glands_2_or_above_predicted": 0}
    assert any_words([row]) == (
        "Of 1 examination with a gland of grade 2 or 3, the model finds 0. "
        "No examination is without one."
    )
    none = {"glands_2_or_above_true": 0, "glands_2_or_above_predicted": 2}
    assert any_words([none]).startswith("No examination has a gland of grade 2 or 3. Of 1")


def test_matrices__their_diagonal_is_the_accuracy():
    section = sections()["patients"]
    for summary in SUMMARIES:
        rows = complete(section["examinations"], summary)
        counts = cross_counts(rows, summary.column, k=summary.k)
        accuracy = one(section["figures"], scope=summary.scope, figure="accuracy")
        if accuracy["value"] is None:
            assert not rows
            continue
        assert np.trace(counts) / counts.sum() == accuracy["value"]
        labels = [str(value) for value in range(summary.k)]
        figure = cross_figure(counts, labels, title="t", what=summary.what)
        assert figure.data[0].z.tolist() == counts.tolist()
        cells = cross_rows(counts, labels)
        assert sum(cell["n_examinations"] for cell in cells) == len(rows)


def test_list__those_furthest_off_first_and_no_sum_of_fewer_glands():
    rows = list_rows(sections()["patients"]["examinations"])
    off = [abs(row["highest: predicted"] - row["highest: true"]) for row in rows]
    assert off == sorted(off, reverse=True)
    assert all((row["sum: true"] is None) == (row["glands"] < 4) for row in rows)


def test_basis__says_what_is_left_out():
    section = {"n_patients": 1, "n_examinations": 2, "left_out": 3}
    assert basis_words(section, "patient") == (
        "2 examinations of 1 patient. 3 images without gland or side left out."
    )
