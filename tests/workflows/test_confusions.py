from __future__ import annotations

from itertools import combinations
from math import log2
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgus.core.errors import ConfigError, RunError
from sgus.core.files import sha256_file, write_json
from sgus.review.boundary import BOUNDARIES, boundary
from sgus.workflows.confusions import CELLS, ORDERS, BoundaryView, open_boundary, summary
from sgus.workflows.run_cells import margins
from sgus.workflows.run_view import RunView, open_run
from tests.finished_run import save_cohort, save_run

N_READERS = 3


def save_ratings(root: Path) -> None:
    """Three readers who err; the last images have one reading, the very last none."""
    rng = np.random.default_rng(1)
    images = pd.read_csv(root / "images.csv", dtype=str)
    rows = []
    for at, (image, grade) in enumerate(zip(images["image_id"], images["grade"], strict=True)):
        left = len(images) - at
        for reader in range({1: 0, 2: 1}.get(left, N_READERS)):
            said = int(np.clip(int(grade) + rng.integers(-1, 2), 0, 3))
            rows += [(image, f"reader-{reader}", reading, said) for reading in (1, 2)]
    columns = ["image_id", "rater_id", "reading", "grade"]
    pd.DataFrame(rows, columns=columns).to_csv(root / "ratings.csv", index=False)


def with_validation(run: Path) -> None:
    """Give each fold of a k-fold run a validation part: the patients that the next one tests."""
    n = len(list(run.glob("folds/*")))
    for path in sorted(run.glob("folds/*/predictions.csv")):
        table = pd.read_csv(path, dtype=str)
        patient = table["patient_id"].str[1:].astype(int)
        beside = patient % n == int(path.parent.name) % n
        table.loc[beside & (patient % 2 == 0), "split"] = "validation"
        table.to_csv(path, index=False)


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunView]:
    folder = tmp_path_factory.mktemp("confusions")
    rated = save_cohort(folder / "data" / "rated")
    save_ratings(rated)
    bare = save_cohort(folder / "data" / "bare", n_patients=24)
    runs = {
        "holdout": save_run(folder / "holdout", rated, evaluated=False),
        "kfold": save_run(folder / "kfold", rated, folds=3, evaluated=False),
        "bare": save_run(folder / "bare", bare, folds=3, evaluated=False),
    }
    with_validation(runs["kfold"])
    return {name: open_run(run, data=folder / "data") for name, run in runs.items()}


@pytest.fixture(scope="module")
def kfold(views: dict[str, RunView]) -> BoundaryView:
    return open_boundary(views["kfold"], "0/1", "test")


def test_rows__are_those_of_the_part_without_a_single_nan(kfold: BoundaryView) -> None:
    rows = kfold.rows
    assert rows["image_id"].is_unique
    assert rows["image_id"].is_monotonic_increasing
    assert len(rows) == 120
    for name in rows.columns:
        if rows[name].dtype.kind == "f":
            assert not np.isnan(rows[name].to_numpy(dtype=float, na_value=0.0)).any(), name
    assert set(rows["gland"]) == {"parotid", "submandibular"}
    assert kfold.reasons == {}
    assert [order.name for order in kfold.orders] == list(ORDERS)
    assert kfold.synthetic


@pytest.mark.parametrize("name", BOUNDARIES)
def test_rows__margin_and_crossing_are_those_of_a_slow_count(
    views: dict[str, RunView], name: str
) -> None:
    at = boundary(name)
    for row in open_boundary(views["holdout"], name, "test").rows.to_dict("records"):
        upper = sum(row[f"p{k}"] for k in range(4) if k > at.lower)
        higher = row["grade"] > at.lower
        assert row["margin"] == pytest.approx(2 * upper - 1 if higher else 1 - 2 * upper)
        odds = np.log(row[f"p{at.upper}"] / row[f"p{at.lower}"])
        assert row["log_odds"] == pytest.approx(odds)
        assert row["crossed"] == (higher != (row["predicted"] > at.lower))
        said = "" if not row["crossed"] else "called lower" if higher else "called higher"
        assert row["direction"] == said


def test_rows__label_quality_is_half_above_the_margin_of_the_runs_page(
    views: dict[str, RunView],
) -> None:
    rows = open_boundary(views["holdout"], "0/1", "test").rows
    wanted = (margins(rows) + 1) / 2
    assert rows["label_quality"].to_numpy(dtype=float) == pytest.approx(wanted)


def test_rows__readers_are_those_of_a_slow_count(
    kfold: BoundaryView, views: dict[str, RunView]
) -> None:
    cohort = views["kfold"].cohort
    assert cohort is not None
    ratings = pd.read_csv(cohort / "ratings.csv")
    first = ratings[ratings["reading"] == 1].groupby("image_id")["grade"].apply(list)
    for row in kfold.rows.to_dict("records"):
        given = first.get(row["image_id"], [])
        assert row["n_readings"] == len(given)
        if not given:
            assert pd.isna(row["readers_higher"])
            assert pd.isna(row["readers_against"])
            continue
        sides = [grade > 0 for grade in given]
        assert row["readers_higher"] == pytest.approx(np.mean(sides))
        against = np.mean([side != (row["grade"] > 0) for side in sides])
        assert row["readers_against"] == pytest.approx(against)
        if len(given) < 2:
            assert pd.isna(row["readers_apart"])
            assert pd.isna(row["readers_entropy"])
            continue
        apart = np.mean([a != b for a, b in combinations(sides, 2)])
        assert row["readers_apart"] == pytest.approx(apart)
        shares = [given.count(grade) / len(given) for grade in set(given)]
        assert row["readers_entropy"] == pytest.approx(-sum(s * log2(s) for s in shares))
    assert any("2 of 120 images have fewer than two readings" in note for note in kfold.notes)


def test_rows__folds_are_compared_where_an_image_was_held_out_twice(
    kfold: BoundaryView, views: dict[str, RunView]
) -> None:
    tables = [
        pd.read_csv(path, dtype={"image_id": str})
        for path in views["kfold"].directory.glob("folds/*/predictions.csv")
    ]
    held = pd.concat(table[table["split"] != "train"] for table in tables)
    upper = held[["p1", "p2", "p3"]].sum(axis=1).groupby(held["image_id"])
    found = kfold.rows.set_index("image_id")
    twice = upper.count() > 1
    assert 0 < twice.sum() < len(found)
    assert found["fold_spread"].isna().sum() == len(found) - twice.sum()
    wanted = (upper.max() - upper.min())[twice]
    assert found.loc[wanted.index, "fold_spread"].to_numpy(dtype=float) == pytest.approx(
        wanted.to_numpy(), abs=1e-6
    )
    assert any("held out by one model only" in note for note in kfold.notes)


def test_open__says_why_an_order_is_not_to_be_had(views: dict[str, RunView]) -> None:
    found = open_boundary(views["holdout"], "1/2", "validation")
    assert found.reasons == {
        "folds": "it has held-out predictions of 1 fold only; that needs a k-fold run with "
        "validation parts"
    }
    assert any("best epoch was chosen on the validation part" in note for note in found.notes)
    found = open_boundary(views["bare"], "0/1")
    assert set(found.reasons) == {"readers", "against", "folds"}
    assert "no ratings.csv" in found.reasons["readers"]
    assert found.rows["readers_apart"].isna().all()
    assert [order.name for order in found.orders] == ["margin", "suspect"]
    with pytest.raises(RunError, match=r"'Readers disagree': the cohort has no ratings.csv"):
        found.images("all", "readers")


def test_open__refuses_a_run_that_held_nothing_out(
    views: dict[str, RunView], tmp_path: Path
) -> None:
    cohort = views["holdout"].cohort
    assert cohort is not None
    run = save_run(tmp_path / "everything", cohort, evaluated=False)
    table = pd.read_csv(run / "predictions.csv", dtype=str).assign(split="train")
    table.to_csv(run / "predictions.csv", index=False)
    status = {"state": "done", "predictions_sha256": sha256_file(run / "predictions.csv")}
    write_json(run / "status.json", status)
    view = open_run(run, data=cohort.parent)
    with pytest.raises(RunError, match=r"learnt from every image.*such as kfold"):
        open_boundary(view, "0/1", "test")
    with pytest.raises(RunError, match=r"no part 'train'\. Use one of: test, validation"):
        open_boundary(views["holdout"], "0/1", "train")
    with pytest.raises(ConfigError, match="Use one of: 0/1, 1/2, 2/3"):
        open_boundary(views["holdout"], "0/3", "test")


def test_open__a_damaged_table_of_a_fold_costs_only_the_order_of_folds(
    views: dict[str, RunView], tmp_path: Path
) -> None:
    cohort = views["holdout"].cohort
    assert cohort is not None
    run = save_run(tmp_path / "mixed", cohort, folds=3, evaluated=False)
    (run / "folds" / "2" / "predictions.csv").write_bytes(
        (run / "folds" / "1" / "predictions.csv").read_bytes()
    )
    found = open_boundary(open_run(run, data=cohort.parent), "0/1")
    assert found.reasons == {"folds": "the table of fold 2 is of another fold"}


def test_open__without_the_cohort_what_the_table_says_is_still_there(
    views: dict[str, RunView], tmp_path: Path
) -> None:
    view = open_run(views["kfold"].directory, data=tmp_path)
    found = open_boundary(view, "0/1", "test")
    assert any("cohort of this run is not at hand" in note for note in found.notes)
    assert {"readers", "against"} == set(found.reasons)
    assert set(found.rows["gland"]) == {"parotid", "submandibular"}


def test_cells__part_the_images_and_orders_keep_them_all(kfold: BoundaryView) -> None:
    sizes = {name: int(kfold.cell(name).sum()) for name in CELLS}
    assert sizes["crossed"] == sizes["called higher"] + sizes["called lower"] > 0
    assert sizes["all"] == sizes["crossed"] + sizes["agreed"]
    for cell in CELLS:
        wanted = sorted(kfold.rows.loc[kfold.cell(cell), "image_id"])
        for order in ORDERS:
            shown = kfold.images(cell, order)
            assert sorted(shown["image_id"]) == wanted
            assert shown.index.tolist() == list(range(len(wanted)))
    assert kfold.images("all", "suspect")["label_quality"].is_monotonic_increasing
    assert kfold.images("all", "margin")["margin"].abs().is_monotonic_increasing
    spread = kfold.images("all", "folds")["fold_spread"].fillna(-1.0)
    assert spread.is_monotonic_decreasing
    assert kfold.cell_words("called higher") == "Readers said 0, the model 1 or above"
    with pytest.raises(ConfigError, match="Use one of: crossed"):
        kfold.cell("wrong")


def test_summary__counts_each_direction_and_group(kfold: BoundaryView) -> None:
    shares = summary(kfold, n_resamples=80)
    rows = kfold.rows
    for one in shares:
        group = rows if one.group == "all" else rows[rows[one.group] == one.value]
        if one.exact:
            group = group[group["grade"].isin([0, 1])]
        side = {"called higher": group["grade"] == 0, "called lower": group["grade"] > 0}
        could = group[side[one.what]] if one.what in side else group
        crossed = could[could["crossed"]]
        if one.exact:
            crossed = crossed[crossed["predicted"].isin([0, 1])]
        assert (one.n_crossed, one.n_images) == (len(crossed), len(could))
        assert one.n_patients == could["patient_id"].nunique()
        assert one.share == pytest.approx(len(crossed) / len(could))
        if one.low is None or one.high is None:
            assert one.reason
        else:
            assert one.low <= one.share <= one.high
    assert {one.group for one in shares} == {"all", "gland", "centre", "device"}
    assert {one.unit for one in shares} == {"patient"}
    assert shares == summary(kfold, n_resamples=80)
    with pytest.raises(ConfigError, match="an interval needs more"):
        summary(kfold, n_resamples=10)


def test_summary__interval_is_that_of_patients_drawn_one_by_one(kfold: BoundaryView) -> None:
    one = next(s for s in summary(kfold, n_resamples=4000) if s.what == "crossed" and not s.exact)
    assert one.low is not None
    assert one.high is not None
    rng = np.random.default_rng(5)
    by_patient = [group["crossed"].to_numpy() for _, group in kfold.rows.groupby("patient_id")]
    drawn = [
        np.concatenate([by_patient[at] for at in rng.integers(len(by_patient), size=40)]).mean()
        for _ in range(4000)
    ]
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([one.low, one.high], abs=0.02)
