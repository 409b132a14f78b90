from __future__ import annotations

import numpy as np
import pytest

from sgus.core.errors import RunError
from sgus.core.files import to_json
from sgus.report.compare import compare_runs
from sgus.report.comparison import compare_predictions


def runs(make, **more):
    return {"sharp": make(**more), "blurred": make(blur=3.0, **more), "middle": make(blur=1.5)}


def test_differences_are_those_of_two_tables_compared(make):
    tables = runs(make)
    found = compare_runs(tables, n_resamples=60)
    to_json(found)
    assert len(found["differences"]) == 3 * 7
    known = compare_predictions(tables["sharp"], tables["blurred"], n_resamples=60)
    checked = 0
    for row in found["differences"]:
        if (row["first"], row["second"]) != ("sharp", "blurred"):
            continue
        for other in known:
            key = ("figure", "scope", "subset")
            if [row[k] for k in key] == [other[k] for k in key]:
                assert row["value"] == pytest.approx(other["difference"], abs=1e-12)
                for end in ("low", "high"):
                    assert row[end] == pytest.approx(other[end], abs=1e-12)
                assert row["interval"] == other["interval"]
                checked += 1
    assert checked == 5


def test_images_that_changed_sides_are_listed(make):
    tables = runs(make)
    found = compare_runs(tables, n_resamples=60)
    by_id = {run: table.set_index("image_id") for run, table in tables.items()}
    stage1 = {row["image_id"]: row for row in found["changed"] if row["scope"] == "stage1"}
    for image in by_id["sharp"].index:
        sides = {run: int(t.loc[image, "p_stage1"] >= 0.5) for run, t in by_id.items()}
        assert (image in stage1) == (len(set(sides.values())) > 1)
        if image in stage1:
            said = {run: ("0/1", "2/3")[side] for run, side in sides.items()}
            assert stage1[image]["said"] == said
            truth = ("0/1", "2/3")[int(by_id["sharp"].loc[image, "grade"] >= 2)]
            assert stage1[image]["right"] == {run: s == truth for run, s in said.items()}
    for row in found["changed"]:
        if row["scope"] == "stage2a":
            assert row["grade"] < 2
    counts = found["changed_counts"]
    assert {(c["run"], c["against"]) for c in counts} == {("blurred", "sharp"), ("middle", "sharp")}
    sharp, blurred = (by_id[run]["predicted"] for run in ("sharp", "blurred"))
    grade = by_id["sharp"]["grade"]
    for count in counts:
        if (count["run"], count["scope"]) == ("blurred", "four_grades"):
            mine = grade == count["grade"]
            assert count["n_images"] == (mine & (sharp != blurred)).sum()
            assert count["put_right"] == (mine & (sharp != grade) & (blurred == grade)).sum()
            assert count["put_wrong"] == (mine & (sharp == grade) & (blurred != grade)).sum()
            wrong = count["put_right"] + count["put_wrong"] + count["both_wrong"]
            assert wrong == count["n_images"]


def test_other_images_or_grades_are_refused_with_their_counts(make):
    tables = {"a": make(), "b": make(blur=2.0).iloc[:-3]}
    with pytest.raises(RunError, match="3 images only in a, 0 only in b, 0 with another grade"):
        compare_runs(tables, n_resamples=60)
    other = make(blur=2.0)
    other.loc[[1, 2], "grade"] = (other.loc[[1, 2], "grade"] + 1) % 4
    with pytest.raises(RunError, match="0 images only in a, 0 only in b, 2 with another grade"):
        compare_runs({"a": make(), "b": other}, n_resamples=60)


def test_shared_images_are_compared_on_request_and_counted(make):
    other = make(blur=2.0)
    other.loc[[1, 2], "grade"] = (other.loc[[1, 2], "grade"] + 1) % 4
    found = compare_runs(
        {"a": make().iloc[5:], "b": other.iloc[:-3]}, intersect=True, n_resamples=60
    )
    assert found["images"]["n_images"] == 112
    assert found["images"]["intersected"]
    a, b = found["images"]["runs"]
    assert (a["n_images"], a["not_in_all_runs"], a["other_grade_or_patient"]) == (115, 3, 0)
    assert (b["n_images"], b["not_in_all_runs"], b["other_grade_or_patient"]) == (117, 5, 0)
    graded = compare_runs({"a": make(), "b": other}, intersect=True, n_resamples=60)
    assert [r["other_grade_or_patient"] for r in graded["images"]["runs"]] == [2, 2]
    assert graded["differences"][0]["n_images"] == 118
    away = other.assign(image_id="x" + other["image_id"])
    with pytest.raises(RunError, match="share no test image"):
        compare_runs({"a": make(), "b": away}, intersect=True, n_resamples=60)


def test_a_run_needs_another_one_with_test_rows(make):
    with pytest.raises(RunError, match="it needs two runs"):
        compare_runs({"a": make()}, n_resamples=60)
    with pytest.raises(RunError, match=r"run b: it has no test rows"):
        compare_runs({"a": make(), "b": make().assign(split="validation")}, n_resamples=60)


def test_settings_that_differ_are_rows(make):
    configs = {
        "a": {"epochs": 3, "network": {"name": "resnet18", "sharing": "trunk"}, "seed": 0},
        "b": {"epochs": 5, "network": {"name": "resnet18"}, "seed": 0},
    }
    tables = {"a": make(), "b": make(blur=2.0)}
    found = compare_runs(tables, configs=configs, n_resamples=60)
    assert found["settings"] == [
        {"setting": "epochs", "values": {"a": 3, "b": 5}, "missing": []},
        {"setting": "network.sharing", "values": {"a": "trunk", "b": None}, "missing": ["b"]},
    ]


def test_a_grade_that_nobody_has_has_a_reason(make):
    tables = {run: t[t["grade"] != 1] for run, t in runs(make).items()}
    found = compare_runs(tables, n_resamples=60)
    row = next(r for r in found["differences"] if r["figure"] == "balanced_accuracy")
    assert row["value"] is None
    assert row["reason"] == "no image with grade 1"
    assert np.isfinite(found["differences"][0]["value"])
