from __future__ import annotations

import pytest

from sgus.core.errors import ConfigError
from sgus.report.published import figures_from_confusion

# The student project on the public benchmark, as its tables print them.
VALIDATION = [[7, 4, 1, 0], [1, 4, 3, 1], [1, 1, 3, 2], [0, 0, 1, 6]]
TEST = [[8, 2, 1, 0], [1, 0, 1, 1], [1, 2, 1, 0], [1, 1, 1, 7]]


def by_name(matrix):
    return {(f["figure"], f["grade"]): f for f in figures_from_confusion(matrix)}


@pytest.mark.parametrize(("matrix", "n", "kappa"), [(VALIDATION, 35, "0.74"), (TEST, 28, "0.66")])
def test_the_published_tables_come_out_to_the_last_printed_digit(matrix, n, kappa):
    figures = by_name(matrix)
    accuracy = figures["accuracy", None]
    assert (f"{accuracy['value']:.0%}", accuracy["n_images"]) == ("57%", n)
    assert f"{figures['quadratic_kappa', None]['value']:.2f}" == kappa


def test_no_grade_1_of_the_published_test_was_found():
    recall = by_name(TEST)["recall", 1]
    assert (recall["value"], recall["n_images"]) == (0.0, 3)
    assert by_name(TEST)["support", 1]["value"] == 3


def test_a_published_matrix_has_no_interval_and_says_why():
    for figure in figures_from_confusion(TEST):
        assert figure["low"] is figure["high"] is figure["interval"] is figure["n_patients"] is None
        assert "which images are of one patient" in figure["reason"]


def test_a_missing_grade_keeps_its_own_reason():
    figures = by_name([[3, 0, 0, 0], [0, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]])
    assert figures["recall", 1]["value"] is None
    assert figures["recall", 1]["reason"] == "no image with grade 1"
    assert figures["balanced_accuracy", None]["reason"] == "no image with grade 1"


@pytest.mark.parametrize(
    "matrix", [[[1, 2], [3, 4]], [[0] * 4] * 4, [[1, 0, 0, -1]] * 4, [[0.5] * 4] * 4]
)
def test_what_is_no_table_of_counts_is_refused(matrix):
    with pytest.raises(ConfigError, match="not a 4 x 4 table of counts"):
        figures_from_confusion(matrix)
