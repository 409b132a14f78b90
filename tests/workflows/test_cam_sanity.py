from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sgus.core.errors import RunError
from sgus.explain.cam import stage_cams
from sgus.explain.inside import inside
from sgus.nn.network import GradingNetwork
from sgus.workflows.audit_bench import Bench, Judge
from sgus.workflows.cam_sanity import check_maps, checks_of_image, map_sanity
from sgus.workflows.cam_words import sentences
from tests.workflows.audit_cases import made_bench, of_gland
from tests.workflows.conftest import tiny_network


@pytest.fixture(scope="module")
def bench() -> Bench:
    made = made_bench(of_gland, planted=False)
    judges = tuple(Judge(judge.fold, tiny_network(at)) for at, judge in enumerate(made.judges))
    return replace(made, judges=judges)


@pytest.fixture(scope="module")
def found(bench: Bench) -> dict:
    return map_sanity(bench, n_images=16, n_resamples=100)


def test_figures_are_means_over_the_images_each_with_its_own_model(
    bench: Bench, found: dict
) -> None:
    assert found["n_images"] == 16
    assert found["layers"][0] == "reading"
    own = [row for row in found["figures"] if row["stage"] == "0/1 v 2/3"]
    by_title = {row["title"]: row for row in own}
    share, area = by_title["share of the map inside"], by_title["share of the area inside (chance)"]
    assert area["value"] == pytest.approx(20 * 24 / (48 * 64))
    gain = by_title["inside more than chance"]
    assert gain["value"] == pytest.approx(share["value"] - area["value"])
    assert gain["low"] < gain["value"] < gain["high"]
    fall = by_title["deletion area, random minus map"]
    areas = [by_title[f"deletion area, {name}"]["value"] for name in ("random", "map")]
    assert fall["value"] == pytest.approx(areas[0] - areas[1])
    second = [row for row in found["figures"] if row["stage"] == "0 v 1"]
    assert all(row["n_images"] <= 16 for row in second)
    assert {row["interval"]["method"] for row in own if row["interval"]} == {
        "patient bootstrap, percentile"
    }


def test_checks_of_one_image_are_those_of_its_own_judge(bench: Bench) -> None:
    row = int(bench.judges[1].fold.asked[3])
    name = bench.pictures.table["image_id"].iloc[row]
    one = checks_of_image(bench, name, stage=1)
    network: GradingNetwork = bench.judges[1].network
    x = network.normalise(torch.from_numpy(np.array(bench.pictures.pixels[[row]]))[:, None])
    cams = stage_cams(network, x)
    np.testing.assert_allclose(one.cams, cams.cams.numpy(), atol=1e-6)
    oracle = inside(cams.cams.numpy()[:, 0], bench.looked_for()[[row]])
    np.testing.assert_allclose(one.share[:, 0], oracle.share, atol=1e-6)
    p = network.stage_log_odds(cams.raw).sigmoid().numpy()[0, 1]
    curves = one.curves[:, 0, 1]
    np.testing.assert_allclose(curves[:, 0], max(p, 1 - p), atol=1e-5)
    np.testing.assert_allclose(curves[:, -1], curves[0, -1], atol=1e-5)
    assert np.isnan(one.curves[:, 0, 0]).all()
    with pytest.raises(RunError, match="no model of the run was tested on it"):
        checks_of_image(bench, "nobody", stage=0)


def test_maps_are_the_same_whoever_is_asked_with_them(bench: Bench) -> None:
    rows = bench.judges[0].fold.asked[:4]
    wanted = np.zeros((4, 3), bool)
    together = check_maps(bench, bench.judges[0], rows, wanted=wanted)
    alone = check_maps(bench, bench.judges[0], rows[2:3], wanted=wanted[:1])
    np.testing.assert_allclose(together.correlation[:, 2:3], alone.correlation, atol=0.05)
    assert np.isnan(together.curves).all()


def test_words_follow_the_figures(found: dict) -> None:
    said = found["sentences"]
    assert len(said) == 9
    rows = [dict(row) for row in found["figures"]]
    for row in rows:
        if row["title"].startswith("rank correlation, randomised"):
            row.update(value=0.9, low=0.8, high=0.95)
        if row["title"] == "inside more than chance":
            row.update(value=-0.1, low=-0.2, high=-0.05)
    told = sentences(rows, masked=True)
    assert "FAILED: maps stay alike" in told[0]
    assert "less than their area would by chance" in told[1]
    assert "no mask is known" in " ".join(sentences(rows, masked=False))


def test_a_map_that_looks_elsewhere_is_no_file(tmp_path: Path, bench: Bench) -> None:
    assert bench.looked_for() is bench.glands
    assert replace(bench, glands=None).looked_for()[0].mean() == pytest.approx(0.36, abs=0.02)
