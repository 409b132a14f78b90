from __future__ import annotations

import numpy as np
import pytest

from sgus.core.errors import ConfigError
from sgus.stats.agreement.family import Agreement, Label
from sgus.stats.comparison.against_consensus import AgainstConsensus
from sgus.stats.comparison.beside import beside_readers
from sgus.stats.comparison.measures import Measure
from sgus.stats.comparison.noninferior import non_inferiority
from tests.stats.comparison.made_up_panels import panel_of, random_codes, random_study

KAPPA = Measure("cohen_kappa", "quadratic", "four_grades")


def compared(value, low, high, *, reader=None, measure=KAPPA, reason=None):
    found = Agreement(
        label=Label("cohen_kappa_difference", "quadratic", None, ()),
        value=value, low=low, high=high, se=None, n_items=200, n_units=90, n_raters=12,
        n_pairs=1 if reader else 12, method="", reason=reason,
    )  # fmt: skip
    return AgainstConsensus(measure, reader, found, found, found)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.09, 0.03, "non-inferior"),
        (-0.11, 0.03, "not settled"),
        (-0.10, 0.03, "not settled"),  # the margin itself is not ruled out
        (-0.30, -0.11, "inferior"),
        (-0.30, -0.10, "not settled"),
        (0.01, 0.05, "non-inferior"),
        (-0.08, -0.02, "non-inferior"),
    ],
)
def test_the_interval_and_the_margin_decide(low, high, verdict):
    found = non_inferiority(compared((low + high) / 2, low, high), margin=0.1, unit="patient")
    assert found.verdict == verdict
    assert (found.n_items, found.n_units, found.n_readers) == (200, 90, 12)
    assert (found.margin, found.low, found.high, found.reason) == (0.1, low, high, None)


def test_the_sentence_says_what_was_shown_and_no_more():
    found = non_inferiority(compared(-0.03, -0.08, 0.02), margin=0.1, unit="patient")
    assert found.sentence == (
        "On 200 images of 90 patients, the model's quadratic kappa with the consensus of the other "
        "readers was 0.03 lower than that of a reader (mean of 12) (95 % interval of the "
        "difference \u22120.08 to +0.02). These images speak against the model being worse by more "
        "than the margin of 0.1: it is non-inferior at this margin."
    )
    worse = non_inferiority(compared(-0.05, -0.08, -0.02), margin=0.1, unit="patient")
    assert worse.sentence.endswith("and yet it agrees less than the readers do.")
    open_ = non_inferiority(compared(-0.05, -0.2, 0.1), margin=0.1, unit="item")
    assert "is not settled" in open_.sentence
    assert open_.sentence.startswith("On 200 images, the model's")
    lost = non_inferiority(compared(-0.3, -0.4, -0.2), margin=0.1, unit="grouping key")
    assert lost.sentence.endswith("The model is worse by more than the margin of 0.1.")
    assert "of 90 groups of images" in lost.sentence
    assert "patients" not in lost.sentence
    for one in (found, worse, open_, lost):
        assert "chosen before the figures are seen" in one.detail
        assert "not other readers" in one.detail


def test_a_single_reader_and_a_stage_are_named():
    stage = Measure("accuracy", None, "stage2a")
    one = compared(0.1, -0.02, 0.2, reader="A", measure=stage)
    found = non_inferiority(one, margin=0.05, unit="patient")
    assert "accuracy in 0 v 1" in found.sentence
    assert "that of reader A (95 %" in found.sentence


def test_without_an_interval_nothing_is_said():
    for value in (0.0, None):
        found = non_inferiority(
            compared(value, None, None, reason="the resamples do not vary"), margin=0.1,
            unit="patient",
        )  # fmt: skip
        assert found.verdict is None
        assert found.reason == "the resamples do not vary"
        assert found.sentence.endswith("cannot be said: the resamples do not vary.")


@pytest.mark.parametrize("margin", [0.0, -0.1, 1.0, float("nan"), float("inf")])
def test_a_margin_that_decides_nothing_is_refused(margin):
    with pytest.raises(ConfigError, match=r"margin: .* not above 0 and below 1.*before looking"):
        non_inferiority(compared(0.0, -0.1, 0.1), margin=margin, unit="patient")


def verdicts(n_studies, *, margin, spoil=0.0):
    found = []
    for seed in range(n_studies):
        panel, model = random_study(seed, n=120, readers=8, missing=0.0, noise=0.6)
        rng = np.random.default_rng(1000 + seed)
        guess = random_codes(rng, n=120, readers=1)[:, 0]
        model = np.where(rng.random(120) < spoil, guess, model)
        beside = beside_readers(panel, model, n_resamples=300, seed=seed)
        found.append(non_inferiority(beside.against(), margin=margin, unit="patient").verdict)
    return found


def test_one_more_reader_of_the_same_kind_is_non_inferior_and_never_inferior():
    found = verdicts(30, margin=0.2)
    assert found.count("non-inferior") >= 29
    assert "inferior" not in found


def test_a_model_that_guesses_a_third_of_the_images_is_inferior():
    # A third of the gradings replaced by guesses costs far more than the
    # margin.
    found = verdicts(20, margin=0.05, spoil=0.35)
    assert "non-inferior" not in found
    assert found.count("inferior") >= 16


def test_two_readers_give_no_verdict_but_a_sentence():
    panel = panel_of(random_codes(np.random.default_rng(0), n=30, readers=2))
    beside = beside_readers(panel, panel.codes[:, 0], n_resamples=20)
    found = non_inferiority(beside.against(), margin=0.1, unit=beside.unit)
    assert found.verdict is None
    assert "needs three" in found.sentence
