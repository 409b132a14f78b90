from __future__ import annotations

import pytest
import torch
from torch import nn

from sgus.core.errors import ConfigError
from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.nn.tail import Learning, cut


def network(**changes: object) -> GradingNetwork:
    """With batch normalisation that has seen something, so that the modes differ."""
    spec = NetworkSpec.parse({"height": 64, "width": 96, **changes})
    torch.manual_seed(0)
    made = GradingNetwork(spec)
    with torch.no_grad():
        made.train()(images(made, n=8))
    return made.eval()


def images(made: GradingNetwork, n: int = 3) -> torch.Tensor:
    shape = (n, 1, made.spec.height, made.spec.width)
    return torch.randn(shape, generator=torch.Generator().manual_seed(n))


@pytest.mark.parametrize("learning", ["head", "last_block"])
@pytest.mark.parametrize(
    "changes",
    [
        {"backbone": "resnet18"},
        {"backbone": "tiny"},
        {"backbone": "tiny", "sharing": "separate"},
        {"backbone": "tiny", "head": "ordinal"},
        {"backbone": "resnet10t"},
        {"backbone": "regnety_002"},
    ],
    ids=str,
)
def test_beginning_and_tail_are_the_network(changes: dict[str, object], learning: Learning) -> None:
    made = network(**changes)
    beginning, tail = cut(made, learning)
    x = images(made)
    with torch.no_grad():
        torch.testing.assert_close(tail(beginning(x)), made(x), rtol=1e-4, atol=1e-5)


def test_the_last_block_of_resnet18_is_its_last_residual_block() -> None:
    made = network(backbone="resnet18")
    beginning, tail = cut(made, "last_block")
    last = made.trunks[0].get_submodule("model.layer4.1")
    assert list(tail.trunks) == [last]
    assert beginning(images(made)).shape == (3, 512, 2, 3)


def test_the_last_block_of_a_longer_resnet_is_its_fourth_layer() -> None:
    made = network(backbone="resnet34")
    beginning, tail = cut(made, "last_block")
    assert list(tail.trunks) == [made.trunks[0].get_submodule("model.layer4")]
    assert beginning(images(made)).shape == (3, 256, 4, 6)


def test_a_tail_shares_modules_and_a_beginning_copies_them() -> None:
    made = network(backbone="tiny")
    beginning, tail = cut(made, "last_block")
    own = {id(p) for p in made.parameters()}
    assert {id(p) for p in tail.parameters()} < own
    assert not {id(p) for p in beginning.parameters()} & own
    assert not any(p.requires_grad for p in beginning.parameters())
    assert not any(module.training for module in beginning.modules())


def test_a_head_learns_its_readings_only() -> None:
    made = network(backbone="tiny", sharing="separate")
    _, tail = cut(made, "head")
    names = [f"readings.{i}.{kind}" for i in range(3) for kind in ("weight", "bias")]
    assert list(tail.state_dict()) == names


def test_cutting_changes_neither_weights_nor_modes_nor_chance() -> None:
    made = network(backbone="tiny").train()
    before = {key: value.clone() for key, value in made.state_dict().items()}
    chance = torch.get_rng_state()
    cut(made, "last_block")
    assert all(torch.equal(value, before[key]) for key, value in made.state_dict().items())
    assert all(module.training for module in made.modules())
    assert torch.equal(torch.get_rng_state(), chance)


def test_a_backbone_that_cannot_be_cut_is_refused_with_what_is_possible() -> None:
    made = network(backbone="mobilenetv3_small_050")
    with pytest.raises(
        ConfigError, match=r"no last stage can be cut off.*trains=head or trains=full"
    ):
        cut(made, "last_block")
    beginning, tail = cut(made, "head")
    torch.testing.assert_close(tail(beginning(images(made))), made(images(made)))


def test_a_stage_that_is_not_the_end_is_found_out() -> None:
    made = network(backbone="resnet18")
    model = made.trunks[0].get_submodule("model")
    forward = model.forward_features
    model.forward_features = lambda x: nn.functional.gelu(forward(x) - 0.1)  # type: ignore[assignment]
    with pytest.raises(ConfigError, match="no last stage"):
        cut(made, "last_block")
