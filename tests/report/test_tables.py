from __future__ import annotations

import re

from sgus.report.evaluation import Origin, evaluate_predictions
from sgus.report.tables import WIDTH, text_report


def text_of(table, **origin):
    report = evaluate_predictions(table, n_resamples=200, origin=Origin(**origin))
    return text_report(report), report


def test_figures_read_as_value_interval_images_and_patients(make):
    text, report = text_of(make())
    accuracy = report["figures"][0]
    line = (
        f"  Accuracy                          {accuracy['value']:.2f} "
        f"({accuracy['low']:.2f} to {accuracy['high']:.2f}), 120 images of 40 patients"
    )
    assert line in text.splitlines()
    assert max(map(len, text.splitlines())) <= WIDTH


def test_there_is_a_block_for_four_grades_and_each_stage_both_ways(make):
    text, _ = text_of(make())
    titles = [x for x in text.splitlines() if re.match(r"(Four grades|Stage )", x)]
    assert titles == [
        "Four grades",
        "Stage 1: 0/1 v 2/3",
        "Stage 2a: 0 v 1, images that truly belong to it",
        "Stage 2a: 0 v 1, images that stage 1 sends to it (of the other branch: wrong)",
        "Stage 2b: 2 v 3, images that truly belong to it",
        "Stage 2b: 2 v 3, images that stage 1 sends to it (of the other branch: wrong)",
    ]
    assert re.search(r"Recall, side 2/3 +\d\.\d\d", text)


def test_what_is_missing_is_said_in_a_sentence(make):
    table = make()
    table["grade"] = table["grade"].replace(1, 0)
    text, _ = text_of(table)
    assert re.search(r"Not computed: no image with grade 1 \[[^]]*Recall, grade 1", text)


def test_groups_are_called_groups_and_synthetic_images_synthetic(make):
    text, _ = text_of(make(), patient_unit="grouping key", synthetic=True)
    assert "120 images of 40 groups" in text
    assert " patients" not in text.replace("several patients", "").replace(
        "a number of patients", "").replace("about patients", "")  # fmt: skip
    assert "SYNTHETIC" in text


def test_folds_are_listed_behind_the_pooled_figures(make):
    text, report = text_of(make(n_folds=3))
    assert "Each fold on its own" in text
    counts = [p["n_images"] for p in report["parts"][1:]]
    for number, n in enumerate(counts, start=1):
        assert f"  fold {number}: {n} images of" in text


def test_training_rows_left_out_are_counted(make):
    table = make()
    table.loc[table["patient_id"] == "P000", "split"] = "train"
    assert re.search(r"Not reported: \d+ train rows: a model is not judged", text_of(table)[0])
