from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from sgus.core.errors import ConfigError, RunError
from sgus.core.files import to_json
from sgus.core.grades import STAGE_NAMES, grades_from_stages, most_probable_grade
from sgus.core.rng import generator
from sgus.report.evaluation import Origin, evaluate_predictions
from sgus.report.tables import text_report

KEYS = [
    "figure", "scope", "grade", "where", "subset", "value", "low", "high", "n_images",
    "n_patients", "interval", "reason",
]  # fmt: skip


def get(report, figure, scope="four_grades", *, grade=None, subset=None, where="test"):
    found = [
        f
        for f in report["figures"]
        if (f["figure"], f["scope"], f["grade"], f["subset"], f["where"])
        == (figure, scope, grade, subset, where)
    ]
    assert len(found) == 1, (figure, scope, grade, subset, where, len(found))
    return found[0]


def evaluate(table, **settings):
    return evaluate_predictions(table, **({"n_resamples": 200} | settings))


def test_every_figure_has_exactly_its_keys_and_stands_once(make):
    report = evaluate(make())
    places = set()
    for figure in report["figures"]:
        assert list(figure) == KEYS
        places.add(tuple(figure[key] for key in KEYS[:5]))
        if figure["low"] is None:
            assert figure["reason"]
        else:
            assert figure["low"] <= figure["value"] <= figure["high"]
            assert figure["reason"] is None
            assert list(figure["interval"]) == [
                "method", "level", "n_resamples", "n_usable", "seed"
            ]  # fmt: skip
    assert len(places) == len(report["figures"])


def test_values_are_those_of_scikit_learn(make):
    table = make()
    report = evaluate(table)
    y, z = table["grade"], table["predicted"]
    value = lambda *place, **more: get(report, *place, **more)["value"]  # noqa: E731
    assert value("accuracy") == pytest.approx(metrics.accuracy_score(y, z))
    assert value("balanced_accuracy") == pytest.approx(metrics.balanced_accuracy_score(y, z))
    kappa = metrics.cohen_kappa_score(y, z, weights="quadratic")
    assert value("quadratic_kappa") == pytest.approx(kappa)
    assert value("mean_absolute_error") == pytest.approx(metrics.mean_absolute_error(y, z))
    f1 = metrics.f1_score(y, z, average=None)
    for grade in range(4):
        assert value("f1", grade=grade) == pytest.approx(f1[grade])
    assert value("auc", "stage1") == pytest.approx(metrics.roc_auc_score(y >= 2, table["p_stage1"]))
    low = table[table["grade"] <= 1]
    auc = metrics.roc_auc_score(low["grade"] == 1, low["p_stage2a"])
    assert value("auc", "stage2a", subset="truth") == pytest.approx(auc)
    brier = metrics.brier_score_loss(low["grade"] == 1, low["p_stage2a"])
    assert value("ranked_probability_score", "stage2a", subset="truth") == pytest.approx(brier)


def test_the_interval_is_that_of_a_loop_over_resampled_patients(make):
    table = make(60, 20)
    report = evaluate(table, seed=5)
    patients = table["patient_id"].to_numpy()
    names = np.unique(patients)
    drawn = generator(5, "patient bootstrap", "test").integers(len(names), size=(200, len(names)))
    slow = {"accuracy": [], "quadratic_kappa": [], "auc": []}
    for row in drawn:
        rows = table.iloc[np.concatenate([np.flatnonzero(patients == names[k]) for k in row])]
        y, z = rows["grade"], rows["predicted"]
        slow["accuracy"].append(metrics.accuracy_score(y, z))
        kappa = metrics.cohen_kappa_score(y, z, labels=range(4), weights="quadratic")
        slow["quadratic_kappa"].append(kappa)
        low = rows[rows["grade"] <= 1]
        auc = metrics.roc_auc_score(low["grade"], low["p_stage2a"])
        slow["auc"].append(auc)
    for name, place in (
        ("accuracy", {}),
        ("quadratic_kappa", {}),
        ("auc", {"scope": "stage2a", "subset": "truth"}),
    ):
        figure = get(report, name, **place)
        ends = np.quantile(slow[name], [0.025, 0.975])
        assert (figure["low"], figure["high"]) == pytest.approx(tuple(ends), abs=1e-12)


def test_stage_2_as_routed_counts_images_of_the_other_branch_as_wrong(make):
    table = make()
    report = evaluate(table)
    here = table[table["p_stage1"] < 0.5]
    leaf = (here["p_stage2a"] >= 0.5).astype(int)
    accuracy = get(report, "accuracy", "stage2a", subset="routed")
    assert accuracy["value"] == pytest.approx((leaf == here["grade"]).mean())
    assert accuracy["n_images"] == len(here)
    recall = get(report, "recall", "stage2a", grade=1, subset="routed")
    hits = ((leaf == 1) & (here["grade"] == 1)).sum()
    assert recall["value"] == pytest.approx(hits / (table["grade"] == 1).sum())
    assert recall["n_images"] == (table["grade"] == 1).sum()
    precision = get(report, "precision", "stage2a", grade=1, subset="routed")
    assert precision["value"] == pytest.approx(hits / (leaf == 1).sum())
    matrix = next(
        m for m in report["confusion"] if (m["scope"], m["subset"]) == ("stage2a", "routed")
    )
    assert (matrix["rows"], matrix["columns"]) == (["0", "1", "2", "3"], ["0", "1"])
    assert matrix["counts"] == pd.crosstab(here["grade"], leaf).reindex(
        index=range(4), columns=range(2), fill_value=0
    ).to_numpy().tolist()  # fmt: skip
    auc = get(report, "auc", "stage2a", subset="routed")
    assert auc["value"] is None
    assert "other branch" in auc["reason"]


def test_both_ways_agree_where_stage_1_is_never_wrong(make):
    table = make(blur=0.0)
    report = evaluate(table)
    for name in ("accuracy", "balanced_accuracy", "f1_macro"):
        ways = [get(report, name, "stage2b", subset=subset)["value"] for subset in
                ("truth", "routed")]  # fmt: skip
        assert ways[0] == ways[1]


def test_a_tie_goes_to_the_higher_side(make):
    table = make(40, 20)
    table[["p_stage1", "p_stage2a", "p_stage2b"]] = 0.5
    table[["p0", "p1", "p2", "p3"]] = 0.25
    report = evaluate(table)
    assert get(report, "recall_higher", "stage1")["value"] == 1.0
    assert get(report, "recall_lower", "stage1")["value"] == 0.0
    assert get(report, "accuracy", "stage2a", subset="routed")["reason"] == "there is no such image"


def test_matrices_hold_every_image_once(make):
    report = evaluate(make())
    by_place = {(m["scope"], m["subset"]): m for m in report["confusion"]}
    assert len(by_place) == 6
    total = {place: int(np.sum(m["counts"])) for place, m in by_place.items()}
    assert all(total[place] == m["n_images"] for place, m in by_place.items())
    assert total["four_grades", None] == total["stage1", None] == 120
    assert total["stage2a", "truth"] + total["stage2b", "truth"] == 120
    assert total["stage2a", "routed"] + total["stage2b", "routed"] == 120


def degenerate(make, name):
    table = make(40, 20)
    perfect = {0: (0, 0, 0.5), 1: (0, 1, 0.5), 2: (1, 0.5, 0), 3: (1, 0.5, 1)}
    stages = np.array([perfect[g] for g in table["grade"]], dtype=float)
    if name == "all right":
        table[["p_stage1", "p_stage2a", "p_stage2b"]] = stages
        table[["p0", "p1", "p2", "p3"]] = np.eye(4)[table["grade"]]
        table["predicted"] = table["grade"]
    elif name == "one grade":
        table["grade"] = 2
    elif name == "no grade 1":
        table["grade"] = table["grade"].replace(1, 0)
    elif name == "one patient":
        table["patient_id"] = "P"
    elif name == "one image":
        table = table.iloc[[0]]
    return table


@pytest.mark.parametrize(
    "name", ["all right", "one grade", "no grade 1", "one patient", "one image"]
)
def test_what_cannot_be_computed_is_null_with_a_reason(make, name):
    report = evaluate(degenerate(make, name), n_resamples=60)
    assert json.loads(to_json(report)) == report
    for figure in report["figures"]:
        assert figure["value"] is not None or figure["reason"]
        assert (figure["low"] is None) == (figure["high"] is None)
        if name in ("one patient", "one image"):
            assert figure["low"] is None


def test_reasons_of_degenerate_data(make):
    report = evaluate(degenerate(make, "one grade"))
    assert get(report, "recall", grade=0)["reason"] == "no image with grade 0"
    assert get(report, "auc", "stage1")["reason"] == "no image with side 0/1"
    accuracy = get(report, "accuracy", "stage2a", subset="truth")
    assert (accuracy["value"], accuracy["n_images"]) == (None, 0)
    report = evaluate(degenerate(make, "one patient"))
    assert get(report, "accuracy")["reason"] == "no interval: only 1 patient, fewer than 5"
    report = evaluate(degenerate(make, "all right"))
    assert get(report, "accuracy")["value"] == 1.0
    assert "do not vary" in get(report, "accuracy")["reason"]


def test_a_grade_of_few_patients_has_no_interval(make):
    table = make(80, 40)
    few = table["patient_id"].isin(sorted(table["patient_id"].unique())[:4])
    table["grade"] = np.where(few, 1, table["grade"].replace(1, 0))
    report = evaluate(table)
    for name in ("recall", "f1"):
        assert "only 4 patients with grade 1" in get(report, name, grade=1)["reason"]
    assert "only 4 patients with grade 1" in get(report, "balanced_accuracy")["reason"]
    assert get(report, "accuracy")["low"] is not None


def test_the_same_seed_gives_the_same_report_whatever_the_order_of_rows(make):
    table = make()
    one = evaluate(table, seed=3)
    assert one == evaluate(table.sample(frac=1, random_state=0), seed=3)
    other = evaluate(table, seed=4)
    assert get(one, "accuracy")["value"] == get(other, "accuracy")["value"]
    assert get(one, "ranked_probability_score") != get(other, "ranked_probability_score")


def test_out_of_fold_predictions_are_pooled_and_each_fold_is_listed(make):
    table = make(n_folds=3)
    validation = table.assign(split="validation", fold=lambda t: t["fold"].astype(int) % 3 + 1)
    report = evaluate(pd.concat([table, validation]))
    assert get(report, "accuracy")["n_images"] == 120
    folds = [get(report, "accuracy", where=f"test fold {i}") for i in (1, 2, 3)]
    assert sum(f["n_images"] for f in folds) == 120
    pooled = sum(f["value"] * f["n_images"] for f in folds) / 120
    assert pooled == pytest.approx(get(report, "accuracy")["value"])
    assert not [f for f in report["figures"] if f["where"] == "validation"]
    assert [(x["where"], x["rows"]) for x in report["left_out"]] == [("validation", 120)]


def test_validation_of_one_fold_is_reported_and_training_rows_are_counted(make):
    table = make()
    third = table["patient_id"].str[-1].astype(int) % 3
    table["split"] = third.map({0: "train", 1: "validation", 2: "test"})
    report = evaluate(table)
    assert [p["where"] for p in report["parts"]] == ["test", "validation"]
    assert get(report, "accuracy", where="validation")["n_images"] == (third == 1).sum()
    assert report["left_out"][0]["rows"] == (third == 0).sum()


def test_only_training_rows_are_refused(make):
    with pytest.raises(RunError, match="neither a test row nor a validation part"):
        evaluate(make().assign(split="train"))


def test_too_few_resamples_are_refused(make):
    with pytest.raises(ConfigError, match="20 resamples: an interval needs more"):
        evaluate(make(), n_resamples=20)


def test_groups_are_never_called_patients(make):
    origin = Origin(patient_unit="grouping key", manifest_hash="abc", synthetic=False)
    report = evaluate(degenerate(make, "one patient"), origin=origin)
    assert get(report, "accuracy")["reason"] == "no interval: only 1 group, fewer than 5"
    assert get(report, "accuracy")["interval"]["method"] == "group bootstrap, percentile"
    assert report["origin"]["manifest_hash"] == "abc"


def test_the_side_of_stage_1_may_differ_from_that_of_the_predicted_grade(make):
    table = make()
    report = evaluate(table)
    same = (table["p_stage1"] >= 0.5) == (table["predicted"] >= 2)
    assert get(report, "agrees_with_predicted_grade", "stage1")["value"] == same.mean()


def test_every_figure_is_explained_in_the_documentation(make):
    page = (Path(__file__).resolve().parents[2] / "docs" / "statistics.md").read_text()
    for figure in evaluate(make())["figures"]:
        name = figure["figure"].removesuffix("_lower").removesuffix("_higher")
        assert f"`{name}`" in page, name


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from("abcdefgh"),
            st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 1.0])] * 3),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(deadline=None, max_examples=15)
def test_any_table_gives_valid_json_and_a_reason_for_each_gap(rows):
    stages = np.array([row[2] for row in rows])
    p = grades_from_stages(stages)
    table = pd.DataFrame(
        {
            "image_id": [f"i{i}" for i in range(len(rows))],
            "patient_id": [row[1] for row in rows],
            "split": "test",
            "grade": [row[0] for row in rows],
            "predicted": most_probable_grade(p),
        }
        | {f"p{grade}": p[:, grade] for grade in range(4)}
        | {f"p_{name}": stages[:, i] for i, name in enumerate(STAGE_NAMES)}
    )
    report = evaluate(table, n_resamples=40)
    assert json.loads(to_json(report)) == report
    for figure in report["figures"]:
        value, low, high = (figure[key] for key in ("value", "low", "high"))
        assert value is not None or (low is None and figure["reason"])
        assert low is None or low - 1e-9 <= value <= high + 1e-9
        if not re.match("quadratic_kappa|mean_absolute_error|support", figure["figure"]):
            assert value is None or 0 <= value <= 1
    assert text_report(report)


def binned_gap(p, happened):
    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [abs(p[bins == b].sum() - happened[bins == b].sum()) for b in range(10)]
    return sum(gaps) / len(p)


def test_calibration_is_that_of_the_predicted_grade_and_of_the_higher_side(make):
    table = make()
    report = evaluate(table)
    p = table[["p0", "p1", "p2", "p3"]].to_numpy().max(axis=1)
    right = (table["predicted"] == table["grade"]).to_numpy()
    assert get(report, "calibration_error")["value"] == pytest.approx(binned_gap(p, right))
    high = (table["grade"] >= 2).to_numpy()
    found = get(report, "calibration_error", "stage1")["value"]
    assert found == pytest.approx(binned_gap(table["p_stage1"].to_numpy(), high))


def test_a_grade_predicted_for_few_patients_has_no_interval_of_its_precision(make):
    table = make(80, 40)
    few = table["patient_id"].isin(sorted(table["patient_id"].unique())[:4])
    table["predicted"] = np.where(few, 1, table["predicted"].replace(1, 0))
    report = evaluate(table)
    precision = get(report, "precision", grade=1)
    assert precision["reason"] == "no interval: only 4 patients predicted as grade 1, fewer than 5"
    assert precision["n_images"] == few.sum()
    assert get(report, "f1", grade=1)["n_patients"] > 4
