from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from sgus.core.errors import ConfigError
from sgus.images.decode import decode_image
from sgus.phantom.readers import draw_readers
from sgus.phantom.request import PhantomRequest
from sgus.phantom.simulate import simulate
from sgus.workflows.phantom_view import (
    ask,
    asking,
    average_reader,
    outline,
    readings,
    severity_words,
    show,
)
from tests.fakes import FakeEngine

REQUEST = PhantomRequest(
    severity=1.5, gland="parotid", view="transverse", device="cart-b", anatomy_seed=3, scan_seed=4
)


def test_show__is_the_simulators_image_and_its_file_says_what_it_is() -> None:
    shown = show(REQUEST)
    assert np.array_equal(shown.image.pixels, simulate(REQUEST).pixels)
    assert shown.image.synthetic
    assert decode_image(shown.png, name="again").sha256 == shown.image.sha256
    assert shown.file_stem == "synthetic-phantom-parotid-transverse-cart-b-s1.50-gland3-scan4"


def test_show__an_unknown_device_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(ConfigError, match="Use one of: premium"):
        show(REQUEST.model_copy(update={"device": "abacus"}))


def test_ask__gives_the_model_the_area_the_simulator_knows() -> None:
    engine, shown = FakeEngine(), show(REQUEST)
    graded = ask(engine, shown)
    assert engine.calls == [(shown.image.sha256, shown.phantom.region, False)]
    assert np.array_equal(asking(engine)(REQUEST), graded.p)


def test_readings__are_those_of_the_drawn_readers() -> None:
    read = readings(REQUEST, readers_seed=9)
    assert [reading.name for reading in read] == ["Reader A", "Reader B"]
    for reading, reader in zip(read, draw_readers(9, 2), strict=True):
        assert np.array_equal(reading.p, reader.probabilities(np.array([1.5]))[0])
        assert reading.p.sum() == pytest.approx(1)
        assert reading.p[reading.grade] > 0
    again = readings(REQUEST, readers_seed=9)
    assert [reading.grade for reading in again] == [reading.grade for reading in read]


def test_readings__over_many_glands_follow_their_probabilities() -> None:
    glands = [REQUEST.model_copy(update={"anatomy_seed": seed}) for seed in range(400)]
    read = [readings(gland, readers_seed=2)[0] for gland in glands]
    shares = np.bincount([reading.grade for reading in read], minlength=4) / len(read)
    assert shares == pytest.approx(read[0].p, abs=0.08)


def test_average_reader__lies_nearest_to_the_true_grade() -> None:
    for severity in (0.3, 1.5, 2.5, 3.6):
        p = average_reader(REQUEST.model_copy(update={"severity": severity}))
        assert p.sum() == pytest.approx(1)
        assert int(p.argmax()) == int(severity)


def test_severity_words__name_the_grade_and_the_place_in_it() -> None:
    words = [severity_words(REQUEST.model_copy(update={"severity": s})) for s in (0.0, 1.5, 2.99)]
    assert words[0] == "normal, homogeneous parenchyma (near the beginning of this grade)"
    assert words[1].endswith("(near the middle of this grade)")
    assert words[2].startswith("moderate inhomogeneity")
    assert words[2].endswith("(near the end of this grade)")


@pytest.mark.parametrize("width", [1, 2, 3])
def test_outline__is_the_mask_without_its_erosion(width: int) -> None:
    mask = np.random.default_rng(0).random((40, 50)) < 0.97
    mask[:, :5] = True
    expected = mask & ~binary_erosion(mask, iterations=width)
    assert np.array_equal(outline(mask, width=width), expected)
