from __future__ import annotations

from sgus.core.grades import STAGES
from sgus.ui.runs.threshold_words import area_row, chosen_words, decision_words, stage_words
from tests.ui.runs.explored import sections
from tests.ui.runs.test_figure_words import figure


def test_stage_words__say_of_which_images():
    assert stage_words(STAGES[0]) == "Is it grade 2/3 rather than 0/1? Asked of all images."
    assert "truly of grade 0 or 1" in stage_words(STAGES[1])


def test_decision_words__count():
    counts = {"true_positives": 31, "false_positives": 1, "false_negatives": 14,
              "true_negatives": 74}  # fmt: skip
    said = decision_words(STAGES[0], [figure(name, value) for name, value in counts.items()])
    assert said == (
        "Of 45 images of grade 2/3, 31 are found and 14 missed. "
        "Of 75 images of grade 0/1, 1 is wrongly called 2/3."
    )


def test_chosen_words__of_one_part_and_of_several_folds():
    lot = {"fold": "holdout", "threshold": 0.52, "reached": 0.93, "n_images": 80, "n_patients": 9}
    found = {"aim": "sensitivity", "least": 0.9, "source": "validation", "lots": [lot]}
    assert chosen_words(found).replace("\u00a0", " ") == (
        "0.52: chosen for a sensitivity of at least 90 % on the validation part "
        "(80 images of 9 patients, 93 % there)."
    )
    folds = [lot, lot | {"threshold": 0.29}]
    source = "test rows of the other folds"
    said = chosen_words(found | {"lots": folds, "source": source})
    assert said.startswith("0.29 to 0.52, one for each of 2 folds")
    assert said.endswith("on the test rows of the other folds.")


def test_area_row__says_which_figure_is_weak():
    row = area_row(STAGES[0], sections()["curves"]["figures"])
    assert row["stage"] == "0/1 v 2/3"
    assert row["made from"] == "120 images of 40 patients"
    assert row["remark"] == ""
    weak = area_row(STAGES[0], sections(4, 0)["curves"]["figures"])
    assert weak["remark"].startswith("AUC: no interval: only")
