from __future__ import annotations

import pytest

from sgus.ui.runs.calibration_words import (
    axes_words,
    fitted_words,
    score_rows,
    temperature_rows,
)
from tests.ui.runs.explored import sections
from tests.ui.runs.test_figure_words import figure


def test_axes__name_what_is_promised():
    assert axes_words("stage2b") == ("probability of grade 3", "share that is of grade 3")
    assert axes_words("four_grades")[0] == "probability of the predicted grade"


def test_fitted__says_on_what_or_why_not():
    assert "validation part" in fitted_words(sections()["temperature"])
    said = fitted_words(sections(40, 0)["temperature"])
    assert said.startswith("There is no diagram after temperature scaling: the run has no valid")
    section = sections()["temperature"] | {"grades_changed": 0}
    assert fitted_words(section).endswith("the most probable grade of none of 120 images.")


def test_scores__before_after_and_change():
    rows = score_rows(sections()["reliability"]["figures"], "four_grades")
    names = [row["statistic"] for row in rows]
    assert names[-1] == "ranked probability score"
    assert list(rows[0]) == ["statistic", "as it says it", "after scaling", "change", "remark"]
    assert rows[names.index("Brier: resolution")]["change"] == ""
    alone = score_rows(sections(40, 0)["reliability"]["figures"], "stage1")
    assert list(alone[0]) == ["statistic", "as it says it", "remark"]


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (1.8, 1.2, 2.5, "the model was too sure"),
        (0.7, 0.5, 0.9, "the model was not sure enough"),
        (0.8, 0.5, 1.2, "the model seems not sure enough; 1 (just right) is possible too"),
        (None, None, None, "probabilities stay as they are"),
    ],
)
def test_temperatures__in_words(value, low, high, said):
    made = figure("temperature", value, low, high, scope="stage1", fold="holdout")
    (row,) = temperature_rows([made])
    assert row["meaning"] == said
    assert row["stage"] == "0/1 v 2/3"
