from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, ttest_1samp

from sgus.core.errors import ConfigError
from sgus.stats.agreement.panel import MISSING
from sgus.stats.comparison.alternative_annotator import alternative_annotator_test
from tests.stats.comparison.made_up_panels import panel_of, random_codes, random_study


def indicators(panel, model, j, alignment):
    """The paper's indicators of the model and of reader j, image by image, and the rows used."""
    scale, of_model, of_reader, rows = panel.scale, [], [], []
    for i in range(panel.n_items):
        others = [
            scale[panel.codes[i, r]]
            for r in range(panel.n_readers)
            if r != j and panel.codes[i, r] != MISSING
        ]
        if panel.codes[i, j] == MISSING or model[i] == MISSING or not others:
            continue

        def closeness(grade, others=others):
            if alignment == "exact":
                return np.mean([grade == other for other in others])
            return -np.sqrt(np.mean([(grade - other) ** 2 for other in others]))

        a, b = closeness(scale[model[i]]), closeness(scale[panel.codes[i, j]])
        of_model.append(int(a >= b))
        of_reader.append(int(b >= a))
        rows.append(i)
    return np.array(of_model), np.array(of_reader), np.array(rows, dtype=int)


def the_papers_test(panel, model, *, alignment, epsilon, q=0.05):
    """Straight from the paper, one image a unit, enough of them for its t-test."""
    p, advantage = [], []
    for j in range(panel.n_readers):
        model_wins, reader_wins, _ = indicators(panel, model, j, alignment)
        p.append(ttest_1samp(reader_wins - model_wins, epsilon, alternative="less").pvalue)
        advantage.append(model_wins.mean())
    wins = false_discovery_control(p, method="by") <= q
    return p, wins, wins.mean(), np.mean(advantage)


@pytest.mark.parametrize("alignment", ["exact", "rmse"])
@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("seed", range(6))
def test_with_one_image_a_patient_it_is_the_papers_test(alignment, epsilon, seed):
    panel, model = random_study(seed, n=120, readers=4 + seed % 3)
    found = alternative_annotator_test(panel, model, alignment=alignment, epsilon=epsilon)
    p, wins, rate, average = the_papers_test(panel, model, alignment=alignment, epsilon=epsilon)
    assert [one.test for one in found.against] == ["paired t"] * panel.n_readers
    assert [one.p_value for one in found.against] == pytest.approx(p, rel=1e-9, abs=1e-15)
    assert [one.wins for one in found.against] == list(wins)
    assert found.winning_rate == pytest.approx(rate)
    assert found.average_advantage.value == pytest.approx(average)
    assert found.passes == (rate >= 0.5)


def test_shares_and_counts_are_those_of_the_images_in_common():
    panel, model = random_study(11, n=70, per_patient=3, missing=0.4)
    found = alternative_annotator_test(panel, model, alignment="rmse")
    for j, one in enumerate(found.against):
        model_wins, reader_wins, rows = indicators(panel, model, j, "rmse")
        assert one.model_advantage == pytest.approx(model_wins.mean())
        assert one.reader_advantage == pytest.approx(reader_wins.mean())
        assert one.n_items == len(rows)
        assert one.n_units == len({panel.patients[i] for i in rows})


def test_the_average_advantage_has_an_interval_by_patient():
    panel, model = random_study(11, n=90, per_patient=3)
    whole = alternative_annotator_test(panel, model)
    found = whole.average_advantage
    assert found.low < found.value < found.high
    assert found.method.startswith("patient bootstrap")
    assert (found.n_items, found.n_units) == (whole.n_items, whole.n_units)


def clustered(difference, patients, epsilon):
    """The cluster-robust t of a mean, patient by patient."""
    from scipy.stats import t

    names = sorted(set(patients))
    mean = np.mean(difference)
    squares = 0.0
    for name in names:
        own = [d for d, p in zip(difference, patients, strict=True) if p == name]
        squares += sum(d - mean for d in own) ** 2
    g = len(names)
    error = np.sqrt(g / (g - 1) * squares) / len(difference)
    return t.cdf((mean - epsilon) / error, g - 1)


def test_images_of_a_patient_are_no_independent_evidence():
    panel, model = random_study(5, n=160, per_patient=4, missing=0.1)
    found = alternative_annotator_test(panel, model)
    for j, one in enumerate(found.against):
        model_wins, reader_wins, rows = indicators(panel, model, j, "rmse")
        difference = reader_wins - model_wins
        expected = clustered(difference, [panel.patients[i] for i in rows], 0.2)
        assert one.test == "cluster-robust t"
        assert one.p_value == pytest.approx(expected, rel=1e-9)
    assert "independent units: patients" in found.method


def test_each_image_four_times_makes_no_p_value_smaller():
    panel, model = random_study(8, n=50)
    once = alternative_annotator_test(panel, model)
    patients = [name for name in panel.patients for _ in range(4)]
    copied = panel_of(np.repeat(panel.codes, 4, axis=0), patients=patients)
    again = alternative_annotator_test(copied, np.repeat(model, 4))
    for one, four in zip(once.against, again.against, strict=True):
        assert four.p_value == pytest.approx(one.p_value, rel=1e-9)
        assert (four.n_items, four.n_units) == (4 * one.n_items, one.n_units)


def test_few_units_take_the_signed_rank_test_and_say_so():
    codes = np.array([[0, 0, 0, 3]] * 8)  # the last reader is always far from the others
    found = alternative_annotator_test(panel_of(codes), np.zeros(8, np.int8), alignment="exact")
    last = found.against[3]
    # Each difference is -1 - 0.2: of the 2^8 ways to sign the ranks only this one is so low.
    assert (last.test, last.p_value) == ("signed rank", 0.5**8)
    assert (last.model_advantage, last.reader_advantage) == (1.0, 0.0)
    assert any("signed-rank" in note and "r03" in note for note in found.notes)


def test_a_model_that_copies_a_reader_has_no_spread_and_no_nan():
    panel, _ = random_study(2, n=80, missing=0.0)
    found = alternative_annotator_test(panel, panel.codes[:, 1], epsilon=0.2)
    copied = found.against[1]
    assert (copied.model_advantage, copied.reader_advantage) == (1.0, 1.0)
    assert copied.test == "signed rank"
    assert copied.p_value == pytest.approx(0.5**80)
    assert copied.wins
    without = alternative_annotator_test(panel, panel.codes[:, 1], epsilon=0.0).against[1]
    assert (without.p_value, without.wins) == (1.0, False)


def test_a_model_that_says_the_median_of_many_readers_passes_and_noise_does_not():
    rng = np.random.default_rng(7)
    codes = random_codes(rng, n=100, readers=9)
    panel = panel_of(codes)
    median = np.sort(codes, axis=1)[:, 4]
    assert alternative_annotator_test(panel, median, epsilon=0.0).winning_rate == 1.0
    noise = rng.integers(0, 4, 100).astype(np.int8)
    lost = alternative_annotator_test(panel, noise, epsilon=0.2)
    assert (lost.winning_rate, lost.passes) == (0.0, False)


def test_names_of_readers_and_the_order_of_images_do_not_matter():
    panel, model = random_study(21, n=64, per_patient=2)
    found = alternative_annotator_test(panel, model)
    rng = np.random.default_rng(0)
    columns, rows = rng.permutation(panel.n_readers), rng.permutation(panel.n_items)
    moved = panel_of(panel.codes[rows][:, columns], patients=[panel.patients[i] for i in rows])
    again = alternative_annotator_test(moved, model[rows])
    assert again.winning_rate == found.winning_rate
    assert again.average_advantage.value == pytest.approx(found.average_advantage.value)
    for at, column in enumerate(columns):
        assert again.against[at].p_value == pytest.approx(found.against[column].p_value)


def test_the_scale_measures_the_distance():
    codes = np.array([[0, 1, 1]] * 40)
    model = np.full(40, 2, np.int8)
    near = alternative_annotator_test(panel_of(codes, scale=(0, 1, 2)), model)
    far = alternative_annotator_test(panel_of(codes, scale=(0, 1, 5)), model)
    assert (near.against[0].model_advantage, far.against[0].model_advantage) == (1.0, 0.0)


@pytest.mark.parametrize("n_readers", [0, 1, 2])
def test_fewer_than_three_readers_have_no_result(n_readers):
    codes = np.zeros((40, n_readers), np.int8)
    found = alternative_annotator_test(panel_of(codes), np.zeros(40, np.int8))
    assert found.winning_rate is found.average_advantage.value is found.passes is None
    assert found.reason == f"the test needs 3 readers, there are {n_readers}"
    assert found.average_advantage.reason == found.reason


def test_a_reader_without_common_images_is_named_and_left_out():
    codes = random_codes(np.random.default_rng(1), n=40, readers=4)
    codes[:, 2] = MISSING
    found = alternative_annotator_test(panel_of(codes), codes[:, 0])
    alone = found.against[2]
    assert alone.p_value is alone.wins is alone.test is alone.model_advantage is None
    assert "no image that this reader" in alone.reason
    assert found.n_readers == 3
    assert any("Not tested" in note and "r02" in note for note in found.notes)
    nothing = alternative_annotator_test(panel_of(codes), np.full(40, MISSING, np.int8))
    assert nothing.winning_rate is None
    assert "only 0 of 4" in nothing.reason
    assert (nothing.n_items, nothing.n_units) == (0, 0)


def test_an_empty_panel_and_a_single_image_are_answered():
    empty = alternative_annotator_test(panel_of(np.zeros((0, 3))), np.zeros(0, np.int8))
    assert empty.winning_rate is None
    one = alternative_annotator_test(panel_of([[1, 1, 1]]), np.ones(1, np.int8))
    assert [a.p_value for a in one.against] == [0.5, 0.5, 0.5]
    assert (one.winning_rate, one.passes) == (0.0, False)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [({"alignment": "mse"}, "exact, rmse"), ({"epsilon": -0.1}, "0 to below 1"), ({"q": 1}, "q:")],
)
def test_settings_out_of_range_are_refused(wrong, text):
    panel, model = random_study(0)
    with pytest.raises(ConfigError, match=text):
        alternative_annotator_test(panel, model, **wrong)


def test_a_model_of_other_images_is_refused():
    panel, model = random_study(0)
    with pytest.raises(ValueError, match="codes of the model"):
        alternative_annotator_test(panel, model[:-1])
