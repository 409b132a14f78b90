from __future__ import annotations

import pytest

from sgus.review.percentiles import GradePlace
from sgus.ui.confusions.texture import leaning_words, measures_html
from sgus.workflows.look_measures import LookMeasures, ShownMeasure


def place(grade: int, percentile: float | None, reason: str = "") -> GradePlace:
    interval = (max(percentile - 10, 0), percentile + 5) if percentile is not None else (None, None)
    return GradePlace(grade, percentile, *interval, 0.5, 20, 10, reason)


def measure(
    *percentiles: float | None,
    value: float | None = 0.123,
    unit: str = "share of the area",
    reason: str = "",
) -> ShownMeasure:
    places = tuple(place(grade, one, "too few") for grade, one in enumerate(percentiles))
    return ShownMeasure("dark_share", "Hypoechoic <area>", unit, "What.", value, reason, places)


@pytest.mark.parametrize(
    ("percentiles", "words"),
    [
        ((45.0, 96.0), "More usual in grade 0 than in grade 1."),
        ((5.0, 40.0), "More usual in grade 1 than in grade 0."),
        ((40.0, 55.0), "Does not tell 0 from 1 here."),
        ((3.0, 1.0), "Unusually low for both grades."),
        ((97.0, 99.0), "Unusually high for both grades."),
        ((50.0, None), "There are too few images of one of the two grades to compare with."),
    ],
)
def test_leaning(percentiles: tuple[float | None, ...], words: str) -> None:
    assert leaning_words(measure(*percentiles), (0, 1)) == words


def test_table__values_places_and_reasons() -> None:
    found = LookMeasures("i", True, "Area.", "Compared.", (
        measure(45.0, 96.0, None, 12.0),
        measure(value=None, unit="grey levels", reason="no tissue beside it"),
    ), True)  # fmt: skip
    shown = measures_html(found, (0, 1))
    assert "12.3 % of the area" in shown
    assert "Hypoechoic &lt;area&gt;" in shown
    assert "<b>45</b> (35 to 50)" in shown
    assert "20 images, 10 patients" in shown
    assert "20 images, 10 groups" in measures_html(found, (0, 1), unit="grouping key")
    assert "too few" in shown
    assert "not measured" in shown
    assert "no tissue beside it" in shown


def test_table__why_there_is_no_interval_is_said_once_and_shortly() -> None:
    why = "no interval: the resamples do not vary, which on few images is no sign of certainty"
    places = tuple(GradePlace(g, p, None, None, 0.5, 20, 10, why) for g, p in ((0, 0.0), (1, 50.0)))
    one = ShownMeasure("dark_share", "Dark", "grey levels", "What.", 1.0, "", places)
    shown = measures_html(LookMeasures("i", True, "A.", "C.", (one,), True), (0, 1))
    assert "<b>0</b> (no interval: no image of this grade is lower)" in shown
    assert f"<b>50</b> ({why})" in shown
