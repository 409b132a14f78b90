from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgus.stats.consensus import stage_ceilings
from sgus.ui.observers.ceiling import ceiling_words, table_rows
from sgus.ui.observers.consensus import differing_rows, lead
from sgus.ui.observers.consensus_chart import confusion_rows, confusions_figure, counts_figure
from sgus.workflows.observer_consensus import consensus_of
from sgus.workflows.observers import Observed, cohort_readings, observe
from tests.rated_cohort import GRADES_READ, save_rated_cohort


@pytest.fixture
def rated(tmp_path: Path) -> Observed:
    return cohort_readings(save_rated_cohort(tmp_path / "rated"))


def test_lead__counts_where_the_three_differ(rated: Observed) -> None:
    found = consensus_of(rated, tie="lower")
    n = len(found.differing)
    assert 0 < n < 12
    assert lead(rated, found) == (
        f"Median, majority and Dawid-Skene give the same grade to {12 - n} of 12 images; on {n} "
        "at least one differs."
    )
    rows = differing_rows(rated, found)
    assert len(rows) == n
    assert all(len({row["median"], row["majority"], row["Dawid-Skene"]}) > 1 for row in rows)
    sure = [row["how sure"] for row in rows]
    assert all(25 <= value <= 100 for value in sure)


def test_counts_figure__bars_are_the_counts(rated: Observed) -> None:
    found = consensus_of(rated, tie="lower")
    figure, rows = counts_figure(found)
    medians = [sorted(read)[1] for read in GRADES_READ]
    assert [bar.x[0] for bar in figure.data] == [medians.count(grade) for grade in range(4)]
    assert sum(row["n_images"] for row in rows if row["method"] == "dawid_skene") == 12


def test_confusions_figure__rows_sum_to_one_and_say_their_n(rated: Observed) -> None:
    fit = consensus_of(rated, tie="lower").fit
    figure, rows = confusions_figure(fit)
    assert len(figure.data) == 3
    assert figure.layout.annotations[0].text == "r1, n 24"
    for reader in fit.readers:
        for grade in fit.scale:
            own = [row for row in rows if (row["reader"], row["true_grade"]) == (reader, grade)]
            assert sum(row["share"] for row in own) == pytest.approx(1)
            few = own[0]["expected_readings"] < 5
            assert ("(" in figure.data[fit.readers.index(reader)].text[grade][grade]) is few
    assert rows == confusion_rows(fit)


def test_confusions_figure__an_unused_grade_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image_id,a,b,c\n" + "".join(f"i{at},1,1,1\n" for at in range(9)))
    observed = observe(path)
    found = consensus_of(observed, tie="lower")
    figure, rows = confusions_figure(found.fit)
    assert figure.data[0].text[0] == ("", "", "", "") or list(figure.data[0].text[0]) == [""] * 4
    assert np.isnan(found.fit.confusion[0, 0]).all()
    assert next(row for row in rows if row["true_grade"] == 0)["share"] is None
    assert lead(observed, found).endswith("give all 9 images the same grade.")


def test_ceilings__a_row_a_scope_and_figure(rated: Observed, tmp_path: Path) -> None:
    ceilings = stage_ceilings(rated.readings, n_resamples=20)
    rows = table_rows(ceilings)
    assert [row["what is told apart"] for row in rows][::3] == ["four grades", "0/1 v 2/3", "0 v 1"]
    assert set(rows[0]) == {
        "what is told apart", "figure", "against one reading drawn at random",
        "against the median of the readers",
    }  # fmt: skip
    assert "\u00a0%" in ceiling_words(ceilings[0])
    two = cohort_readings(save_rated_cohort(tmp_path / "two", [(0, 1), (1, 1)], twice=False))
    assert ceiling_words(stage_ceilings(two.readings)[0]) == "not defined"
