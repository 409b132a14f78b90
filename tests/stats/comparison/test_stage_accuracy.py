from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.agreement.panel import MISSING
from sgus.stats.comparison.beside import beside_readers
from sgus.stats.comparison.stage_accuracy import ceiling_points, stage_accuracies
from sgus.stats.consensus.ceiling import Ceiling
from tests.stats.comparison.made_up_panels import panel_of, random_study

SCOPES = ["four_grades", "stage1", "stage2a", "stage2b"]


def points_of(panel, model, **how):
    beside = beside_readers(panel, model, name="net", n_resamples=how.get("n_resamples", 50))
    return {
        (one.against, one.scope, one.name): one
        for one in stage_accuracies(panel, model, beside, **{"n_resamples": 50, **how})
    }, beside


def slow(own, panel, others, scope):
    """Share of the other readers' grades that are hit, label by label."""
    right = n = 0
    for i in range(panel.n_items):
        for j in others:
            label = panel.codes[i, j]
            if own[i] == MISSING or label == MISSING:
                continue
            if scope == "stage2a" and label > 1:
                continue
            if scope == "stage2b" and label < 2:
                continue
            n += 1
            same = (own[i] >= 2) == (label >= 2) if scope == "stage1" else own[i] == label
            right += bool(same)
    return right, n


@pytest.mark.parametrize("scope", SCOPES)
def test_against_one_other_reader_every_label_counts_once(scope):
    panel, model = random_study(3, n=30, readers=4, missing=0.3)
    found, _ = points_of(panel, model)
    right, n = slow(model, panel, range(4), scope)
    assert found["one_reader", scope, "net"].value == pytest.approx(right / n)
    totals = np.zeros(2)
    for j, reader in enumerate(panel.readers):
        pair = slow(panel.codes[:, j], panel, [o for o in range(4) if o != j], scope)
        totals += pair
        assert found["one_reader", scope, reader].value == pytest.approx(pair[0] / pair[1])
    mean = found["one_reader", scope, "mean of 4 readers"]
    assert mean.value == pytest.approx(totals[0] / totals[1])
    assert mean.kind == "mean reader"


@pytest.mark.parametrize("scope", SCOPES)
def test_against_the_consensus_the_figures_are_those_of_the_comparison(scope):
    panel, model = random_study(5, n=40, readers=5, per_patient=2)
    found, beside = points_of(panel, model)
    whole = beside.against("accuracy", None, scope=scope)
    net = found["consensus", scope, "net"]
    assert (net.value, net.low, net.high, net.kind) == (
        whole.model.value, whole.model.low, whole.model.high, "model"
    )  # fmt: skip
    assert found["consensus", scope, "mean of 5 readers"].value == whole.left_out.value
    for reader in panel.readers:
        one = beside.against("accuracy", None, scope=scope, reader=reader)
        assert found["consensus", scope, reader].value == one.left_out.value
    assert net.n_units <= 20 < net.n_items or scope.startswith("stage2")


def test_a_hand_made_table_of_the_boundary():
    # Labels 0/1 by the others: reader r00 says 1 where the other says 0 once in three.
    panel = panel_of([[0, 0], [1, 1], [1, 0], [2, 2]])
    found, _ = points_of(panel, np.array([0, 2, 0, 2], np.int8))
    assert found["one_reader", "stage2a", "r00"].value == pytest.approx(2 / 3)
    # The model's labels in 0/1: 0, 0, 1, 1, 1, 0; its answers 0, 0, 2, 2, 0, 0.
    assert found["one_reader", "stage2a", "net"].value == pytest.approx(3 / 6)
    assert found["one_reader", "stage1", "net"].value == pytest.approx(6 / 8)
    assert found["one_reader", "stage2b", "net"].value == 1.0
    assert found["consensus", "stage2a", "r00"].value is None


def test_intervals_are_by_patient_and_nothing_is_read_off_images_without_readers():
    panel, model = random_study(7, n=60, readers=4, per_patient=3)
    found, _ = points_of(panel, model)
    net = found["one_reader", "four_grades", "net"]
    assert net.method.startswith("patient bootstrap")
    assert net.low < net.value < net.high
    more = panel_of(np.vstack([panel.codes, [[MISSING] * 4]]), patients=[*panel.patients, "px"])
    again, _ = points_of(more, np.append(model, np.int8(3)))
    assert again == found


@pytest.mark.parametrize("n_readers", [0, 1])
def test_too_few_readers_have_reasons(n_readers):
    panel = panel_of(np.zeros((10, n_readers)))
    found, _ = points_of(panel, np.zeros(10, np.int8))
    for one in found.values():
        assert one.value is not None or one.reason
    alone = found["one_reader", "four_grades", "net"]
    assert alone.value == (1.0 if n_readers else None)
    stage = found["one_reader", "stage2b", "net"]
    assert stage.reason == "no item that another reader graded too, with a grade of this stage"


def test_ceilings_become_points_of_the_same_plot():
    whole = Ceiling("stage2a", "accuracy", "median", 0.8, 0.7, 0.9, 40, 20, 5, "how", None)
    others = [
        Ceiling("stage2a", "balanced_accuracy", "median", 0.8, 0.7, 0.9, 40, 20, 5, "how", None),
        Ceiling("stage1", "accuracy", "one_reader", None, None, None, 0, 0, 0, "how", "why"),
    ]
    first, second = ceiling_points([whole, *others])
    assert (first.kind, first.against, first.scope) == ("ceiling", "consensus", "stage2a")
    assert (first.value, first.low, first.high, first.n_units) == (0.8, 0.7, 0.9, 20)
    assert (second.against, second.value, second.reason) == ("one_reader", None, "why")


def test_another_panel_is_refused():
    panel, model = random_study(1, n=20, readers=4)
    beside = beside_readers(panel, model, n_resamples=20)
    with pytest.raises(ValueError, match="other readers"):
        stage_accuracies(panel.of_readers(["r00", "r01"]), model, beside)
    with pytest.raises(ValueError, match="codes of the model"):
        stage_accuracies(panel, model[1:], beside)
