from __future__ import annotations

from math import comb

import numpy as np
import pytest

from sgus.stats.agreement.weights import agreement_weights


@pytest.mark.parametrize("scale", [(0, 1), (0, 1, 2, 3), (1, 2, 5)])
def test_weights_are_their_definition(scale):
    k, width = len(scale), scale[-1] - scale[0]
    for i, a in enumerate(scale):
        for j, b in enumerate(scale):
            expected = {
                "unweighted": float(a == b),
                "linear": 1 - abs(a - b) / width,
                "quadratic": 1 - (a - b) ** 2 / width**2,
                "ordinal": 1 - comb(abs(i - j) + 1, 2) / comb(k, 2),
            }
            for name, value in expected.items():
                assert agreement_weights(scale, name)[i, j] == pytest.approx(value, abs=1e-15)


def test_two_grades_leave_nothing_to_weight():
    for name in ("linear", "quadratic", "ordinal"):
        assert (agreement_weights((0, 1), name) == np.eye(2)).all()


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="'cubic'; there are unweighted, linear, quadratic"):
        agreement_weights((0, 1), "cubic")


@pytest.mark.parametrize("scale", [(0,), (1, 0), (0, 0, 1)])
def test_a_scale_that_does_not_rise_is_refused(scale):
    with pytest.raises(ValueError, match="rising order"):
        agreement_weights(scale, "linear")
