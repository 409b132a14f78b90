from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sgus.core.errors import ConfigError
from sgus.phantom.readers import (
    BIAS_SD,
    DISAGREEMENT,
    THRESHOLD_SDS,
    Reader,
    draw_readers,
    mean_reader_probabilities,
    median_of_three_probabilities,
    noise_sd,
)

SEVERITY = np.linspace(0.02, 3.98, 34)


def test_noise_sd__peaks_at_the_border_of_grade_0_and_1() -> None:
    assert noise_sd(np.array([1.0])) == pytest.approx(0.56, abs=1e-6)
    assert noise_sd(np.array([3.0])) == pytest.approx(0.36, abs=1e-5)
    assert SEVERITY[np.argmax(noise_sd(SEVERITY))] == pytest.approx(1.0, abs=0.07)


def test_probabilities__are_those_of_a_normal_between_thresholds() -> None:
    reader = Reader("r", bias=0.2, thresholds=(0.8, 2.1, 3.3), noise=1.1)
    seen = norm(1.4 + 0.2, 1.1 * noise_sd(np.array([1.4]))[0])
    wanted = np.diff([0.0, seen.cdf(0.8), seen.cdf(2.1), seen.cdf(3.3), 1.0])
    assert reader.probabilities(np.array([1.4]))[0] == pytest.approx(wanted)


def test_probabilities__are_the_shares_of_readings() -> None:
    reader = draw_readers(4, 1)[0]
    for severity in (0.5, 1.0, 2.2, 3.1):
        many = np.full(20_000, severity)
        shares = np.bincount(reader.read(many, np.random.default_rng(1)), minlength=4) / len(many)
        assert reader.probabilities(many[:1])[0] == pytest.approx(shares, abs=0.012)


def test_a_reader_without_noise_and_shifts_reads_the_truth() -> None:
    exact = Reader("r", noise=1e-9)
    assert exact.read(SEVERITY, np.random.default_rng(0)).tolist() == [int(s) for s in SEVERITY]


def test_mean_reader_probabilities__are_the_mean_of_many_readers() -> None:
    mean = np.mean([r.probabilities(SEVERITY) for r in draw_readers(2, 4000)], axis=0)
    exact = mean_reader_probabilities(SEVERITY)
    assert exact == pytest.approx(mean, abs=0.012)
    assert exact.sum(axis=1) == pytest.approx(1.0)
    assert (exact >= 0).all()


def test_mean_reader_probabilities__agree_with_adaptive_integration() -> None:
    severity = 1.3
    spread = DISAGREEMENT * np.hypot(noise_sd(np.array([severity]))[0], BIAS_SD)

    def none_passed(seen: float) -> float:
        missed = [
            norm.sf((seen - k) / (DISAGREEMENT * sd))
            for k, sd in zip((1, 2, 3), THRESHOLD_SDS, strict=True)
        ]
        return float(norm.pdf(seen, severity, spread) * np.prod(missed))

    wanted = quad(none_passed, severity - 9 * spread, severity + 9 * spread, epsabs=1e-10)[0]
    assert mean_reader_probabilities(np.array([severity]))[0, 0] == pytest.approx(wanted, abs=1e-7)


def test_mean_reader_probabilities__are_smooth() -> None:
    fine = np.linspace(0, 4, 2001)
    steps = np.abs(np.diff(mean_reader_probabilities(fine), axis=0))
    assert steps.max() < 0.002


def test_median_of_three__by_counting_all_triples() -> None:
    one = np.array([0.4, 0.3, 0.2, 0.1])
    wanted = np.zeros(4)
    for triple in np.ndindex(4, 4, 4):
        wanted[sorted(triple)[1]] += one[list(triple)].prod()
    assert median_of_three_probabilities(one[None])[0] == pytest.approx(wanted)


def test_readings_of_the_first_images_do_not_depend_on_the_number_of_images() -> None:
    reader = draw_readers(0, 1)[0]
    few = reader.read_repeatedly(SEVERITY[:5], np.random.default_rng(3), times=2)
    many = reader.read_repeatedly(SEVERITY, np.random.default_rng(3), times=2)
    assert few.shape == (2, 5)
    assert (many[:, :5] == few).all()


def test_draw_readers__more_readers_begin_with_the_same() -> None:
    assert draw_readers(7, 5)[:3] == draw_readers(7, 3)
    assert len({reader.name for reader in draw_readers(7, 5)}) == 5
    assert draw_readers(7, 1) != draw_readers(8, 1)
    assert draw_readers(7, 1, prefix="expert")[0].bias != draw_readers(7, 1)[0].bias


def test_draw_readers__the_population_is_the_stated_one() -> None:
    readers = draw_readers(0, 3000)
    thresholds = np.array([reader.thresholds for reader in readers])
    assert np.std([reader.bias for reader in readers]) == pytest.approx(0.132, rel=0.05)
    assert thresholds.mean(axis=0) == pytest.approx([1, 2, 3], abs=0.03)
    assert thresholds.std(axis=0) == pytest.approx([0.396, 0.198, 0.264], rel=0.06)
    assert (np.diff(thresholds, axis=1) >= 0).all()


def test_draw_readers__a_scale_makes_a_steadier_reader() -> None:
    steady, plain = draw_readers(3, 1, scales=[0.5])[0], draw_readers(3, 1)[0]
    assert steady.noise == pytest.approx(plain.noise / 2)
    assert steady.bias == pytest.approx(plain.bias / 2)


def test_draw_readers__what_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"readers: 0 is fewer than 1\. Ask for at least one"):
        draw_readers(0, 0)
    with pytest.raises(ConfigError, match="2 scales for 3 readers"):
        draw_readers(0, 3, scales=[1, 1])
