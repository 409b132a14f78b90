from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgus.core.grades import GRADES
from sgus.report.published_bands import bands_for
from sgus.stats.comparison.alternative_annotator import alternative_annotator_test
from sgus.stats.comparison.beside import Beside, beside_readers
from sgus.stats.comparison.stage_accuracy import AccuracyPoint, ceiling_points, stage_accuracies
from sgus.stats.consensus import stage_ceilings
from sgus.ui.observers.accuracy_chart import accuracy_figure, point_words
from sgus.ui.observers.cached import content_key
from sgus.ui.observers.model_chart import consensus_forest, difference_forest, readers_forest
from sgus.ui.observers.model_words import (
    alternative_words,
    band_words,
    basis,
    lead,
    origin_words,
    plain,
)
from sgus.ui.theme import CEILING_COLOUR, MODEL_COLOUR
from sgus.workflows.observers import Observed, cohort_readings, observe
from tests.rated_cohort import save_rated_cohort


@pytest.fixture
def rated(tmp_path: Path) -> Observed:
    return cohort_readings(save_rated_cohort(tmp_path / "rated"))


def codes_of(observed: Observed) -> np.ndarray:
    return np.sort(observed.panel.codes, axis=1)[:, 1]


@pytest.fixture
def beside(rated: Observed) -> Beside:
    return beside_readers(rated.panel, codes_of(rated), name="net", n_resamples=100)


def test_lead__both_kappas_and_the_difference(beside: Beside) -> None:
    text = lead(beside, "quadratic", "four_grades")
    compared = beside.against("cohen_kappa", "quadratic")
    assert text.startswith(
        f"net agrees with the consensus of the readers with quadratic-weighted kappa "
        f"{compared.model.value:.2f} ("
    )
    assert f"left out of that consensus with {compared.left_out.value:.2f} (" in text
    rests = basis(beside, "quadratic", "four_grades")
    assert "12 images of 6 patients, 3 of 3 readers" in rests
    assert "95 % intervals resample patients" in rests


def test_lead__two_readers_leave_no_consensus(tmp_path: Path) -> None:
    two = cohort_readings(save_rated_cohort(tmp_path / "two", [(0, 1), (1, 1), (2, 3)]))
    found = beside_readers(two.panel, two.panel.codes[:, 0], n_resamples=20)
    text = lead(found, "unweighted", "four_grades")
    assert "is not defined: there are two readers" in text
    consensus_forest(found, "unweighted", "four_grades")
    difference_forest(found, "accuracy", None, "stage2a", margin=0.1, title="t")


def test_origin_words__every_mixture() -> None:
    assert "learnt from real ones" in origin_words(images=True, model=False)
    assert origin_words(images=True, model=True).startswith("Images and model are both simulated")
    assert origin_words(images=False, model=True).endswith("it is an experiment.")
    assert origin_words(images=True, model=None).startswith("The images are simulated")
    assert origin_words(images=False, model=False) == origin_words(images=None, model=None) == ""


def test_consensus_forest__the_model_stands_among_the_readers_by_its_kappa(beside: Beside) -> None:
    figure, rows = consensus_forest(beside, "quadratic", "four_grades")
    values = [row["value"] for row in rows]
    assert values == sorted(values)
    assert {row["who"] for row in rows} == {"net", "mean of the readers", "r1", "r2", "r3"}
    (model,) = [trace for trace in figure.data if trace.name == "model"]
    assert list(model.y) == ["net"]
    assert model.x[0] == beside.against("cohen_kappa", "quadratic").model.value
    assert model.marker.symbol == "diamond"
    assert list(figure.layout.yaxis.categoryarray) == [row["who"] for row in rows]


def test_readers_forest__published_figures_are_lettered_lines(beside: Beside) -> None:
    bands = bands_for("cohen_kappa", "quadratic")
    figure, rows = readers_forest(beside, "quadratic", bands)
    letters = [note.text for note in figure.layout.annotations]
    assert letters == [f"<b>{letter}</b>" for letter in "ABCDEFGH"[: len(bands)]]
    drawn = [shape.x0 for shape in figure.layout.shapes if shape.type == "line"]
    assert drawn == [one.band.value for one in bands if one.band.value is not None]
    words = band_words("A", bands[0])
    assert bands[0].band.study in words
    assert bands[0].band.title in words
    assert len([row for row in rows if row["with"] == "the model"]) == 3
    plain_figure, _ = readers_forest(beside, "quadratic", [])
    assert not plain_figure.layout.shapes


def test_difference_forest__values_and_the_margin(beside: Beside) -> None:
    figure, rows = difference_forest(
        beside, "cohen_kappa", "quadratic", "four_grades", margin=0.05, title="t"
    )
    assert rows[-1]["left_out"] == "mean over the readers"
    assert rows[-1]["value"] == beside.against("cohen_kappa", "quadratic").difference.value
    assert -0.05 in [shape.x0 for shape in figure.layout.shapes]
    without, _ = difference_forest(
        beside, "cohen_kappa", "quadratic", "four_grades", margin=None, title="t"
    )
    assert "margin" not in [note.text for note in without.layout.annotations]


def test_accuracy_figure__the_ceiling_is_drawn_in_each_panel(
    rated: Observed, beside: Beside
) -> None:
    ceilings = ceiling_points(stage_ceilings(rated.readings, n_resamples=20))
    points = [*stage_accuracies(rated.panel, codes_of(rated), beside, n_resamples=20), *ceilings]
    own = [point for point in points if point.against == "consensus"]
    figure, rows = accuracy_figure(own, unit="patient", title="t")
    lines = [shape.x0 for shape in figure.layout.shapes if shape.line.color == CEILING_COLOUR]
    assert lines == [point.value for point in own if point.kind == "ceiling"]
    assert len(lines) == 4
    assert len(rows) == len(own)
    models = [trace for trace in figure.data if trace.marker.symbol == "diamond" and trace.y[0]]
    assert [trace.y[0] for trace in models] == ["net"] * 4
    assert figure.layout.yaxis.categoryarray[-1] == "net"
    assert "four grades" in figure.layout.annotations[0].text


def test_point_words() -> None:
    facts = ("net", "model", "consensus", "stage2a")
    point = AccuracyPoint(*facts, 0.616, 0.5, 0.7, 9, 4, "m", None)  # type: ignore[arg-type]
    assert point_words(point) == "62\u00a0% (50 to 70\u00a0%)"
    none = AccuracyPoint(*facts, None, None, None, 0, 0, "m", "no image")  # type: ignore[arg-type]
    assert point_words(none) == "not defined: no image"
    assert plain(-0.001) == "0.00"
    assert plain(-0.12, "+.2f") == "\N{MINUS SIGN}0.12"
    assert MODEL_COLOUR != CEILING_COLOUR


def test_alternative_words__verdict_or_reason(rated: Observed, tmp_path: Path) -> None:
    found = alternative_annotator_test(rated.panel, codes_of(rated), n_resamples=50)
    first, second = alternative_words(found)
    wins = sum(bool(one.wins) for one in found.against)
    assert f"wins against {wins} of 3 readers" in first
    assert ("does not pass" in first) is (not found.passes)
    assert "12 images" not in second
    two = cohort_readings(save_rated_cohort(tmp_path / "two", [(0, 1), (1, 1)]))
    refused = alternative_annotator_test(two.panel, two.panel.codes[:, 0], n_resamples=20)
    assert alternative_words(refused) == [
        "The test cannot be done: the test needs 3 readers, there are 2."
    ]


def test_content_key__is_of_the_content_and_its_scale(rated: Observed, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image_id,a,b\ni1,1,2\ni2,1,1\n")
    keys = [content_key(observe(path, grades=scale)) for scale in (GRADES, (1, 2), (1, 2))]
    assert keys[1] == keys[2] != keys[0]
    assert content_key(rated) not in keys
