from __future__ import annotations

from sgus.ui.runs.figure_table import (
    is_few,
    label_figures,
    labels_html,
    labels_of,
    overall_figures,
    overall_html,
    value_words,
)
from sgus.workflows.run_cells import KINDS
from tests.ui.runs.test_words import figure


def of(name: str, n_patients: int = 12, **more: object) -> dict:
    return figure(name, 0.8, 0.7, 0.9, n_patients=n_patients, **more)


REPORT = {
    "figures": [
        *(of(name, grade=2) for name in ("precision", "recall", "f1")),
        of("recall_lower", scope="stage1"),
        of("precision", scope="stage2b", subset="routed", grade=3, n_patients=4),
        of("accuracy"),
        figure("ranked_probability_score", 0.0861, 0.07, 0.1),
        figure("quadratic_kappa", None, scope="stage2b", subset="routed", reason="other branch"),
    ]
}


def test_labels__of_each_matrix() -> None:
    assert labels_of(KINDS["four_grades"])[3] == ("3", "", 3)
    assert labels_of(KINDS["stage1"]) == [("0/1", "_lower", None), ("2/3", "_higher", None)]
    assert labels_of(KINDS["stage2a truth"]) == [("0", "", 0), ("1", "", 1)]
    assert labels_of(KINDS["stage2b routed"]) == [("2", "", 2), ("3", "", 3)]


def test_label_figures__are_those_of_the_report() -> None:
    rows = dict(label_figures(REPORT, KINDS["four_grades"], "test"))
    assert rows["2"] == REPORT["figures"][:3]
    assert rows["0"] == [None, None, None]
    stage = dict(label_figures(REPORT, KINDS["stage1"], "test"))
    assert stage["0/1"][1] == REPORT["figures"][3]
    routed = dict(label_figures(REPORT, KINDS["stage2b routed"], "test"))
    assert routed["3"][0] == REPORT["figures"][4]
    assert dict(label_figures(REPORT, KINDS["four_grades"], "validation"))["2"][0] is None


def test_labels__few_patients_are_grey_with_their_n() -> None:
    rows = label_figures(REPORT, KINDS["stage2b routed"], "test")
    said = labels_html(rows, unit="patient")
    assert "120 images, 4 patients" in said
    assert said.count("italic") == 1
    enough = labels_html(label_figures(REPORT, KINDS["four_grades"], "test"), unit="grouping key")
    assert "italic" not in enough
    assert "12 groups" in enough
    assert is_few(of("f1", 9))
    assert not is_few(of("f1", 10))


def test_overall__without_what_has_no_meaning() -> None:
    found = overall_figures(REPORT, KINDS["four_grades"], "test")
    assert [one["figure"] for one in found] == ["accuracy", "ranked_probability_score"]
    assert overall_figures(REPORT, KINDS["stage2b routed"], "test") == []
    said = overall_html(found, unit="patient", more={"ranked_probability_score": "a guess 0.19"})
    assert "0.086 (0.070 to 0.10)" in said
    assert "a guess 0.19" in said


def test_value__words() -> None:
    assert value_words(of("recall_lower")).replace("\u00a0", " ") == "80 % (70 to 90 %)"
    assert value_words(of("f1")) == "0.80 (0.70 to 0.90)"
    assert value_words(figure("f1", None)) == "not defined"
    assert value_words(figure("f1", 0.5)) == "0.50"
