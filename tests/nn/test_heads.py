from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.core.grades import grades_from_stages, stages_from_grades
from sgus.nn.heads import HEADS

logit = st.floats(-8, 8)


def raw_of(head: str, seed: int = 0, n: int = 50) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(n, HEADS[head].n_outputs, generator=generator)


def one_hot(grades: list[int]) -> torch.Tensor:
    return torch.eye(4)[grades]


@pytest.mark.parametrize("name", list(HEADS))
def test_probabilities_sum_to_one(name: str) -> None:
    p = HEADS[name].log_probabilities(raw_of(name)).exp()
    assert p.shape == (50, 4)
    torch.testing.assert_close(p.sum(1), torch.ones(50))


@pytest.mark.parametrize("name", list(HEADS))
def test_stage_log_odds_agree_with_the_grade_probabilities(name: str) -> None:
    head, raw = HEADS[name], raw_of(name)
    p = head.log_probabilities(raw).double().exp().numpy()
    stages = head.stage_log_odds(raw).double().sigmoid().numpy()
    np.testing.assert_allclose(stages, stages_from_grades(p), atol=2e-5)


@given(st.tuples(logit, logit, logit))
def test_hierarchy_multiplies_branch_and_leaf(odds: tuple[float, float, float]) -> None:
    raw = torch.tensor([odds], dtype=torch.float64)
    expected = grades_from_stages(raw.sigmoid().numpy())
    np.testing.assert_allclose(HEADS["hierarchical"].log_probabilities(raw).exp(), expected)


def test_hierarchical_loss_is_the_sum_of_its_decisions() -> None:
    raw = raw_of("hierarchical", n=4)
    high, one, three = raw.sigmoid().unbind(1)
    expected = -torch.stack(
        [
            (1 - high[0]).log() + (1 - one[0]).log(),
            (1 - high[1]).log() + one[1].log(),
            high[2].log() + (1 - three[2]).log(),
            high[3].log() + three[3].log(),
        ]
    )
    torch.testing.assert_close(HEADS["hierarchical"].loss(raw, one_hot([0, 1, 2, 3])), expected)


def test_stage_two_learns_nothing_from_the_other_branch() -> None:
    raw = raw_of("hierarchical", n=1).requires_grad_()
    HEADS["hierarchical"].loss(raw, one_hot([3])).sum().backward()
    assert raw.grad is not None
    assert raw.grad[0, 1] == 0
    assert raw.grad[0, 2] != 0


def test_ordinal_probabilities_are_differences_of_the_cumulative_ones() -> None:
    raw = torch.tensor([[2.0, 0.0, -1.0]])
    at_least = raw.sigmoid()[0]
    expected = [1 - at_least[0], at_least[0] - at_least[1], at_least[1] - at_least[2], at_least[2]]
    torch.testing.assert_close(
        HEADS["ordinal"].log_probabilities(raw).exp()[0], torch.stack(expected)
    )


def test_crossed_ordinal_readings_give_no_negative_probability() -> None:
    p = HEADS["ordinal"].log_probabilities(torch.tensor([[-1.0, 2.0, 3.0]])).exp()[0]
    assert (p > 0).all()
    torch.testing.assert_close(p[3], torch.tensor(-1.0).sigmoid(), atol=1e-5, rtol=0)


def test_ordinal_loss_counts_each_threshold() -> None:
    raw = raw_of("ordinal", n=1)
    q = raw.sigmoid()[0]
    expected = -(q[0].log() + q[1].log() + (1 - q[2]).log())
    torch.testing.assert_close(HEADS["ordinal"].loss(raw, one_hot([2]))[0], expected)


@pytest.mark.parametrize("name", list(HEADS))
def test_a_soft_target_is_the_mean_of_its_grades(name: str) -> None:
    head, raw = HEADS[name], raw_of(name, n=1)
    parts = [head.loss(raw, one_hot([grade])) for grade in (0, 1)]
    soft = head.loss(raw, torch.tensor([[0.25, 0.75, 0.0, 0.0]]))
    torch.testing.assert_close(soft, 0.25 * parts[0] + 0.75 * parts[1])


def test_an_unknown_head_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="Use one of: hierarchical, flat, ordinal"):
        HEADS["softmax"]
