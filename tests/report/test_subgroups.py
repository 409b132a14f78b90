from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score

from sgus.core.errors import RunError
from sgus.core.files import to_json
from sgus.report.evaluation import evaluate_predictions
from sgus.report.main_figures import main_figures
from sgus.report.subgroups import age_bands, subgroups
from tests.report.explore_cases import cohort_of, evidence_of


def test_all_images_have_the_figures_and_intervals_of_the_report(make):
    table = make()
    known = evaluate_predictions(table, n_resamples=60)["figures"]
    evidence = evidence_of(table)
    (found,) = main_figures(evidence.sample, evidence.draws, [evidence.everything()])
    assert len(found) == 7
    for main in found:
        mine = evidence.figure(main.estimate, main.scope, subset=main.subset)
        (other,) = [
            f
            for f in known
            if (f["figure"], f["scope"], f["subset"], f["grade"])
            == (mine["figure"], mine["scope"], mine["subset"], None)
        ]
        for key in ("value", "low", "high"):
            assert mine[key] == pytest.approx(other[key], abs=1e-12)
        assert [mine[k] for k in ("n_images", "n_patients", "interval")] == [
            other[k] for k in ("n_images", "n_patients", "interval")
        ]


def test_each_group_has_the_figures_of_its_images(make):
    table = make()
    images = cohort_of(table)
    found = subgroups(evidence_of(table, images=images))
    to_json(found)
    both = table.merge(images, on="image_id")
    for centre, rows in both.groupby("centre"):
        figures = {
            (f["figure"], f["scope"]): f
            for f in found["figures"]
            if (f["attribute"], f["group"]) == ("centre", centre)
        }
        assert {f["n_images"] for (_, s), f in figures.items() if s == "four_grades"} == {len(rows)}
        right = (rows["grade"] == rows["predicted"]).mean()
        assert figures["accuracy", "four_grades"]["value"] == pytest.approx(right)
        kappa = cohen_kappa_score(rows["grade"], rows["predicted"], weights="quadratic")
        assert figures["quadratic_kappa", "four_grades"]["value"] == pytest.approx(kappa)
        low = rows[rows["grade"] < 2]
        side = balanced_accuracy_score(low["grade"], low["p_stage2a"] >= 0.5)
        assert figures["balanced_accuracy", "stage2a"]["value"] == pytest.approx(side)
        first = ((rows["p_stage1"] >= 0.5) == (rows["grade"] >= 2)).mean()
        assert figures["accuracy", "stage1"]["value"] == pytest.approx(first)


def test_attributes_are_named_with_what_they_share(make):
    found = subgroups(evidence_of(make()))
    by_name = {a["attribute"]: a for a in found["attributes"]}
    assert list(by_name) == ["gland", "centre", "device", "sex", "age"]
    assert by_name["centre"]["patients_in_several"] == 0
    assert by_name["device"]["patients_in_several"] > 10
    assert by_name["age"]["groups"] == ["< 40", "40-59", ">= 60"]
    assert found["left_out"] == [{"attribute": "device_class", "reason": "the cohort does not say"}]
    assert "groups are compared" in found["caution"]


def test_a_group_of_few_patients_is_marked(make):
    table = make()
    images = cohort_of(table)
    patient = table.set_index("image_id")["patient_id"].reindex(images["image_id"])
    rare = patient.isin(["P000", "P001", "P002"]).to_numpy()
    images["centre"] = np.where(rare, "rare", "usual")
    images.loc[images.index % 7 == 0, "centre"] = ""
    found = subgroups(evidence_of(table, images=images))
    groups = next(a["groups"] for a in found["attributes"] if a["attribute"] == "centre")
    assert groups == ["rare", "usual", "not known"]
    for figure in found["figures"]:
        if figure["group"] == "rare":
            assert figure["few"]
            assert figure["low"] is None
            assert figure["reason"]
    assert not any(f["few"] for f in found["figures"] if f["group"] == "usual")


def test_one_group_is_no_comparison(make):
    table = make()
    images = cohort_of(table).assign(device_class="high_end")
    found = subgroups(evidence_of(table, images=images))
    (left,) = found["left_out"]
    assert left == {"attribute": "device_class", "reason": "all images are of one: high_end"}


def test_ages_fall_into_bands():
    ages = np.array(["39", "40", "59", "60", "", "old", "-1", "39.9"], dtype=object)
    expected = ["< 40", "40-59", "40-59", ">= 60", *["not known"] * 3, "< 40"]
    assert age_bands(ages).tolist() == expected


def test_a_cohort_that_is_not_at_hand_has_no_groups(make):
    table = make()
    found = subgroups(evidence_of(table, images=pd.DataFrame({"image_id": table["image_id"]})))
    assert found["figures"] == []
    assert len(found["left_out"]) == 6


def test_an_image_twice_in_the_cohort_is_refused(make):
    table = make()
    images = cohort_of(table)
    twice = pd.concat([images, images.iloc[3:4]])
    with pytest.raises(RunError, match="stands twice in the cohort"):
        evidence_of(table, images=twice)
