from __future__ import annotations

import json
from typing import Any

from sgus.workflows.tracking_names import figures, name_of, parameters, sent_facts

FACTS: dict[str, Any] = {
    "config": {"epochs": 2, "weights": "/home/somebody/old/model.safetensors",
               "network": {"height": 48, "head": "flat"}},
    "seed": 5, "split": "holdout", "scheme": "holdout", "manifest_hash": "ab", "fingerprint": "cd",
    "versions": {"sgus": "0.1.0"}, "arithmetic": {"threads": 1}, "patient_unit": "patient",
    "cohort": {"name": "study", "source": "a ward", "terms": ""}, "synthetic": True,
}  # fmt: skip


def figure(**more: object) -> dict[str, object]:
    known = {"figure": "recall", "scope": "stage1", "grade": None, "where": "test", "subset": None,
             "value": 0.5, "low": 0.25, "high": 0.75, "n_images": 12, "n_patients": 6,
             "reason": None}  # fmt: skip
    return known | more


def test_settings_within_settings_have_names_with_points() -> None:
    found = parameters(FACTS)
    assert found["epochs"] == 2
    assert (found["network.height"], found["network.head"]) == (48, "flat")
    assert (found["seed"], found["manifest_hash"], found["cohort"]) == (5, "ab", "study")
    assert (found["versions.sgus"], found["arithmetic.threads"]) == ("0.1.0", 1)


def test_where_weights_lie_on_this_machine_is_not_sent() -> None:
    assert parameters(FACTS)["weights"] == "model.safetensors"
    assert "somebody" not in json.dumps(sent_facts(FACTS))
    assert "somebody" in FACTS["config"]["weights"]  # of the copy only
    assert sent_facts(FACTS) | {"config": FACTS["config"]} == FACTS


def test_a_figure_is_sent_with_its_interval_and_its_counts() -> None:
    values, reasons = figures({"figures": [figure(), figure(grade=1, subset="truth", value=0.1)]})
    assert values["test/stage1/recall/value"] == 0.5
    assert values["test/stage1/recall/low"] == 0.25
    assert values["test/stage1/recall/high"] == 0.75
    assert values["test/stage1/recall/n_images"] == 12
    assert values["test/stage1/recall/n_patients"] == 6
    assert values["test/stage1/truth/recall of grade 1/value"] == 0.1
    assert (len(values), reasons) == (10, {})


def test_a_figure_that_is_none_is_a_reason_and_no_number() -> None:
    why = "only 2 patients with grade 3, fewer than 5"
    none = figure(value=None, low=None, high=None, reason=why)
    values, reasons = figures({"figures": [none, figure(figure="f1", low=None, reason="x")]})
    assert set(values) == {
        "test/stage1/recall/n_images", "test/stage1/recall/n_patients", "test/stage1/f1/value",
        "test/stage1/f1/high", "test/stage1/f1/n_images", "test/stage1/f1/n_patients",
    }  # fmt: skip
    assert reasons == {"test/stage1/recall/reason": why, "test/stage1/f1/reason": "x"}


def test_names_are_of_characters_that_every_server_takes() -> None:
    assert name_of("fold Übung:1", "train_loss") == "fold _bung_1/train_loss"
    assert name_of("a/b", "c") == "a_b/c"
