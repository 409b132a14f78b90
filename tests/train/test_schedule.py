from __future__ import annotations

import pytest

from sgus.train.schedule import learning_rate_factor


def test_step_is_divided_by_ten_twice() -> None:
    shares = [0.0, 0.49, 0.5, 0.74, 0.75, 0.99]
    assert [learning_rate_factor("step", s) for s in shares] == [1, 1, 0.1, 0.1, 0.01, 0.01]


def test_onecycle_rises_and_falls() -> None:
    factors = [learning_rate_factor("onecycle", i / 100) for i in range(100)]
    assert factors[0] == pytest.approx(0.04)
    assert factors[20] == 1.0
    assert factors[60] == pytest.approx(0.5)
    assert factors[:21] == sorted(factors[:21])
    assert factors[20:] == sorted(factors[20:], reverse=True)


def test_constant() -> None:
    assert learning_rate_factor("constant", 0.7) == 1.0
