from __future__ import annotations

from pathlib import Path

from sgus.core.errors import CohortError
from sgus.ui.cohort.patients import sentences
from sgus.ui.cohort.source import problem_html
from sgus.ui.cohort.story_words import dot, facts_html, predictions_html, reference_html
from sgus.ui.cohort.tiles import tile_html
from sgus.workflows.cohort_counts import People
from sgus.workflows.cohort_gallery import Tile
from sgus.workflows.cohort_predictions import Prediction, Run
from sgus.workflows.cohort_story import Reading
from tests.ui.cohort.test_tables import plain


def test_reference__readings_by_reader_the_first_at_the_left() -> None:
    readings = [Reading("anna", "1", 2), Reading("anna", "2", 3), Reading("<i>", "1", None)]
    said = plain(reference_html(2, readings))
    assert "anna 2 3" in said
    assert "&lt;i&gt; –" in said
    assert "not graded" in plain(reference_html(-1, []))
    assert "no single readings" in plain(reference_html(-1, []))


def test_facts__known_columns_first_and_the_rest_behind() -> None:
    facts = {"disease": "sjogren", "gland": "parotid", "patient_id": "P<1>"}
    said = plain(facts_html(facts, ["not graded"], ["kfold 1: test"]))
    assert said.startswith("Flags : not graded In splits : kfold 1: test Patient P&lt;1&gt; Gland")
    assert "1 more column disease sjogren" in said
    assert plain(facts_html({}, [], [])) == "Flags : none"


def test_predictions__beside_the_reference_and_whether_it_was_seen() -> None:
    run = Run(Path("runs/a"), "a", synthetic=True)
    rows = [
        Prediction(run, "test", "1", 3, (0.1, 0.2, 0.3, 0.4), 1, None),
        Prediction(run, "train", "2", 1, (), 1, None),
        Prediction(run, "test", "3", 0, (), None, None),
    ]
    said = plain(predictions_html(rows, grades=range(4)))
    assert "a (learnt from phantoms) 3 2 grades above 0.10 0.20 0.30 0.40 test: the model" in said
    assert "1 the same training: it learnt from it (fold 2)" in said


def test_dot__a_dash_where_there_is_no_grade() -> None:
    assert "–" in dot(None)
    assert "–" in dot(-1)
    assert ">3<" in dot(3)


def test_tile__holds_its_picture_and_no_address() -> None:
    markup = tile_html(Tile("P1-left", b"RIFF", "", "grade 2 · <x>", excluded=True))
    assert 'src="data:image/webp;base64,UklGRg=="' in markup
    assert "P1-left" not in markup
    assert "excluded" in markup
    assert "<x>" not in markup
    broken = tile_html(Tile("a", None, "It is <gone>.", "", excluded=False))
    assert "<img" not in broken
    assert "&lt;gone&gt;" in broken


def test_problem__the_first_lines_without_folders_of_this_machine() -> None:
    root = Path("/secret/place/clinic")
    lines = "\n".join(f"  row {at}: <bad>." for at in range(2, 30))
    error = CohortError(root / "images.csv", f"28 problems\n{lines}", f"Run check {root}")
    said = problem_html(root, error)
    assert "/secret" not in said
    assert plain(said).startswith("Cohort clinic cannot be shown. images.csv: 28 problems. Run")
    assert "row 9: &lt;bad&gt;" in said
    assert "row 10" not in said
    assert "and 20 more" in said


def test_sentences__of_patients() -> None:
    bands = {"30 to 44": {"female": 2, "male": 1}, "not known": {"female": 0, "male": 1}}
    said = sentences(People(4, 3, 3, 40.5, 31, 44, bands), "patient")
    assert said[0] == "4 patients: 2 female, 2 male."
    assert said[1].startswith("Age: median 40.5 years, from 31 to 44 (of 3 whose age is known")
    assert said[2] == "3 images name no patient and are not counted here."
    assert sentences(People(0, 1, 0, None, None, None, {}), "patient")[0] == "0 patients."
