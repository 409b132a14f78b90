from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sgus.core.errors import RunError
from sgus.core.files import sha256_file
from sgus.report.compare import compare_runs
from sgus.workflows.audit import AUDIT, audit, audit_bench, read_audit
from sgus.workflows.audit_bench import bench_of_run
from sgus.workflows.audit_inputs import FULL, MAJORITY, answers
from sgus.workflows.audit_words import NO_ALARM, audit_lines
from tests.finished_run import save_cohort, save_run
from tests.workflows.audit_cases import made_bench, of_gland, of_mark
from tests.workflows.conftest import tiny_network, write_model


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgus.train.baselines.N_TREES", 20)


@cache
def result(measure: Any, *, planted: bool) -> dict[str, Any]:
    return audit_bench(made_bench(measure, planted=planted), n_maps=0, n_resamples=200)


def value(found: dict[str, Any], what: str, figure: str, fill: str = "") -> dict[str, Any]:
    return next(
        row for row in found["figures"]
        if (row["input"], row["fill"], row["figure"]) == (what, fill, figure)
    )  # fmt: skip


def test_a_planted_mark_raises_the_alarm() -> None:
    found = result(of_mark, planted=True)
    assert len(found["alarms"]) == 2
    assert found["alarms"][0].startswith("With the gland hidden the model still knows")
    assert found["alarms"][1].startswith("From the border of the image alone")
    assert "accuracy, four grades" in found["alarms"][0]
    assert "the same under 3 of 3 ways of hiding" in found["alarms"][0]
    full, hidden = (value(found, *which) for which in (("full image", "accuracy"),
                    ("gland hidden", "accuracy", "constant")))  # fmt: skip
    assert hidden["value"] == full["value"]  # the mark is all this reader looks at
    assert hidden["from_full"]["difference"] == 0


def test_a_reader_of_the_gland_raises_none_though_the_mark_is_there() -> None:
    for planted in (True, False):
        found = result(of_gland, planted=planted)
        assert value(found, "full image", "accuracy")["value"] > 0.7
        assert found["alarms"] == []
        assert NO_ALARM in audit_lines(found)
        for fill in ("constant", "mean image", "surround"):
            lost = value(found, "gland hidden", "quadratic_kappa", fill)["from_full"]
            assert lost["high"] < 0


def test_a_mark_that_tells_nothing_raises_none() -> None:
    assert result(of_mark, planted=False)["alarms"] == []


def test_figures_and_differences_are_those_of_two_runs_compared() -> None:
    bench = made_bench(of_mark, planted=True)
    found = result(of_mark, planted=True)
    shown = {(one.what, one.fill): one.table.assign(split="test") for one in answers(bench, seed=0)}
    pair = {"a": shown["gland hidden", "surround"], "b": shown[MAJORITY, ""]}
    oracle = compare_runs(pair, n_resamples=200)["differences"][0]
    row = value(found, "gland hidden", "accuracy", "surround")
    commonest = shown[MAJORITY, ""]["grade"].value_counts(normalize=True).max()
    assert value(found, MAJORITY, "accuracy")["value"] == oracle["second_value"]
    assert row["value"] == oracle["first_value"]
    assert row["beside"]["value"] == max(oracle["second_value"], commonest)
    assert row["beside"]["of"] == "commonest grade"
    assert row["beside"]["difference"] == pytest.approx(row["value"] - commonest)
    table = shown["gland hidden", "surround"]
    rng = np.random.default_rng(0)
    dealt = [(rng.permutation(table["predicted"]) == table["grade"]).mean() for _ in range(4000)]
    assert row["chance"] == pytest.approx(np.mean(dealt), abs=0.005)


def test_classifiers_without_pictures_know_only_their_own_training_part() -> None:
    bench = made_bench(of_gland, planted=False)
    shown = {(one.what, one.fill): one.table for one in answers(bench, seed=0)}
    for judge in bench.judges:
        grades = bench.pictures.grades(judge.fold.learnt)
        own = shown[MAJORITY, ""]
        own = own[own["fold"] == judge.fold.name]
        share = np.bincount(grades, minlength=4) / len(grades)
        np.testing.assert_allclose(own[["p0", "p1", "p2", "p3"]], [share] * len(own))
    found = result(of_gland, planted=False)
    assert value(found, "frame geometry", "quadratic_kappa")["value"] < 0.3


def test_centres_are_told_apart() -> None:
    rows = [r for r in result(of_gland, planted=True)["centres"] if r["figure"] == "accuracy"]
    four = [row for row in rows if row["scope"] == "four_grades"]
    assert {row["centre"]: row["n_images"] for row in four} == {"A": 60, "B": 60}
    assert all(row["learnt_from"] for row in four)


def test_a_centre_left_out_is_said_to_be_new() -> None:
    bench = made_bench(of_gland, planted=False)
    for judge in bench.judges:  # each fold asks about one centre and learns from the other
        name = bench.pictures.table.columns.get_loc("centre")
        bench.pictures.table.iloc[judge.fold.asked, name] = f"centre of {judge.fold.name}"
    found = audit_bench(bench, n_maps=0, n_resamples=60)
    assert not any(row["learnt_from"] for row in found["centres"])
    assert "a centre not learnt from" in "\n".join(audit_lines(found))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cohort = save_cohort(tmp_path / "data" / "made-up", n_patients=8, pictures=True)
    monkeypatch.setenv("SGUS_DATA", str(cohort.parent))
    run = save_run(tmp_path / "run", cohort, folds=2, evaluated=False)
    for number in (1, 2):
        write_model(run / "folds" / str(number) / "model", tiny_network(number))
    return run


def test_each_fold_is_judged_by_its_own_model_on_its_test_images_only(run: Path) -> None:
    bench = bench_of_run(run)
    assert bench.glands is None
    table = next(one.table for one in answers(bench, seed=0) if one.what == FULL)
    assert len(table) == 24
    for number, judge in enumerate(bench.judges, start=1):
        assert not set(judge.fold.learnt) & set(judge.fold.asked)
        network = tiny_network(number)
        pixels = torch.from_numpy(np.array(bench.pictures.pixels[judge.fold.asked]))[:, None]
        with torch.inference_mode():
            slow = network.probabilities(network(network.normalise(pixels)))
        own = table.loc[table["fold"] == str(number), ["p0", "p1", "p2", "p3"]]
        np.testing.assert_allclose(own, slow, atol=1e-5)


def test_the_result_lies_beside_the_run_and_is_kept_apart_from_others(run: Path) -> None:
    before = {path: sha256_file(path) for path in run.rglob("*") if path.is_file()}
    assert read_audit(run) is None
    found = audit(run, n_maps=4, n_resamples=60)
    assert json.loads((run / AUDIT).read_text()) == found == read_audit(run)
    assert found["hidden"]["gland_is"] == "middle of the image"
    assert found["hidden"]["gland_area_median"] == pytest.approx(0.36, abs=0.02)
    assert found["largest_change"] > 0.1  # the tables of this run were made up, not predicted
    assert all(sha256_file(path) == digest for path, digest in before.items())
    assert "middle" in " ".join(audit_lines(found))
    (run / "predictions.csv").write_text("other")
    assert read_audit(run) is None
    (run / AUDIT).write_text("[]")
    with pytest.raises(RunError, match="does not describe an audit"):
        read_audit(run)


def test_a_model_that_learnt_from_the_images_says_so(run: Path, tmp_path: Path) -> None:
    cohort = tmp_path / "data" / "made-up"
    files = [sha256_file(path) for path in sorted((cohort / "images").iterdir())]
    model = tmp_path / "model"
    write_model(model, tiny_network(), training_sha256=files[:5])
    found = audit(model, cohort=cohort, n_maps=0, n_resamples=60)
    assert found["n_learnt_from"] == 5
    assert "learnt from 5 of these 24 images" in found["limits"][0]
    assert not (model / AUDIT).exists()
    with pytest.raises(RunError, match="Name a cohort as well"):
        audit(model)


def test_a_run_without_its_models_is_refused(run: Path) -> None:
    from sgus.core.errors import ModelError

    (run / "folds" / "2" / "model" / "model.json").unlink()
    with pytest.raises(ModelError, match="the file is not there"):
        audit(run, n_maps=0, n_resamples=60)
