from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from pytorch_grad_cam import GradCAM
from torch import Tensor, nn

from sgus.core.errors import ConfigError, ModelError
from sgus.core.grades import STAGES
from sgus.explain.cam import Side, stage_cams, upsample_cams
from sgus.nn.network import GradingNetwork, NetworkSpec

HEIGHT, WIDTH = 64, 96


def make_network(backbone: str = "tiny", **spec: str) -> GradingNetwork:
    torch.manual_seed(1)
    shape = {"backbone": backbone, "height": HEIGHT, "width": WIDTH, **spec}
    network = GradingNetwork(NetworkSpec.parse(shape)).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):  # statistics as after training, not 0 and 1
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    centre_outputs(network)
    return network


@torch.no_grad()
def centre_outputs(network: GradingNetwork) -> None:
    """Set the biases so that images of `make_batch` fall on both sides of each stage."""
    means = network(make_batch(6)).mean(0)
    if network.spec.head == "ordinal":
        means = means - torch.tensor([1.0, 0.0, -1.0])
    for reading, mean in zip(network.readings, means.chunk(len(network.readings)), strict=True):
        reading.bias -= mean


def make_batch(n: int, seed: int = 0) -> Tensor:
    pixels = torch.randint(
        0, 256, (n, 1, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(seed)
    )
    return GradingNetwork.normalise(pixels.to(torch.uint8))


class StageModel(nn.Module):
    """The network as the grad-cam package wants it: an image in, three log-odds out."""

    def __init__(self, network: GradingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network.stage_log_odds(self.network(x))


def package_maps(network: GradingNetwork, x: Tensor, *, side: Side) -> np.ndarray:
    """Each stage's map by the grad-cam package, with its hooks and its backward pass."""
    log_odds = StageModel(network)(x).detach()
    maps = []
    for stage in range(len(STAGES)):
        higher = {"higher": True, "lower": False}.get(side)
        signs = [
            1.0 if (odds > 0 if higher is None else higher) else -1.0 for odds in log_odds[:, stage]
        ]
        targets: list[Callable[[Tensor], Tensor]] = [
            lambda output, sign=sign, stage=stage: sign * output[stage] for sign in signs
        ]
        trunk = network.trunks[stage if len(network.trunks) > 1 else 0]
        with GradCAM(model=StageModel(network), target_layers=[trunk]) as package:
            maps.append(package(x, targets=targets))
    return np.stack(maps, axis=1)


@pytest.mark.parametrize("side", ["chosen", "higher", "lower"])
@pytest.mark.parametrize(
    "spec",
    [
        {"head": "hierarchical"},
        {"head": "hierarchical", "sharing": "separate"},
        {"head": "flat"},
        {"head": "ordinal"},
        {"backbone": "resnet18"},
        {"backbone": "mobilenetv3_small_050", "head": "flat"},
        {"backbone": "efficientnet_lite0", "head": "ordinal"},
    ],
    ids=lambda spec: "-".join(spec.values()),
)
def test_stage_cams__are_those_of_the_grad_cam_package(spec: dict[str, str], side: Side) -> None:
    network, x = make_network(**spec), make_batch(3)
    ours = stage_cams(network, x, side=side)
    large = np.stack([upsample_cams(c, height=HEIGHT, width=WIDTH) for c in ours.cams.numpy()])
    assert np.abs(large - package_maps(network, x, side=side)).max() < 1e-3
    assert not ours.empty.all()


def test_stage_cams__raw_is_what_the_network_gives() -> None:
    network, x = make_network(), make_batch(4)
    with torch.inference_mode():
        assert torch.equal(stage_cams(network, x).raw, network(x))


def test_stage_cams__points_at_the_only_position_that_speaks() -> None:
    network = make_network()
    with torch.no_grad():
        network.readings[0].weight.zero_()
        network.readings[0].weight[0, 5] = 1.0
    maps = torch.zeros(1, 128, 4, 6)
    maps[0, 5, 2, 3] = 7.0
    network.features = lambda x: [maps]  # type: ignore[method-assign]
    found = stage_cams(network, make_batch(1), side="higher")
    expected = torch.zeros(4, 6)
    expected[2, 3] = 1.0
    assert torch.equal(found.cams[0, 0], expected)
    assert found.empty.tolist() == [[False, True, True]]


def test_stage_cams__a_map_without_evidence_is_zero_and_said_to_be_empty() -> None:
    network = make_network()
    with torch.no_grad():
        network.readings[0].weight.fill_(-1.0)
    found = stage_cams(network, make_batch(2), side="higher")
    assert torch.count_nonzero(found.cams) == 0
    assert found.empty.all()
    assert not upsample_cams(found.cams[0].numpy(), height=9, width=9).any()


def test_stage_cams__chosen_is_the_side_of_the_greater_probability() -> None:
    network, x = make_network(), make_batch(6)
    sides = {side: stage_cams(network, x, side=side).cams for side in ("chosen", "higher", "lower")}
    with torch.inference_mode():
        higher = network.stage_log_odds(network(x)) > 0
    expected = torch.where(higher[:, :, None, None], sides["higher"], sides["lower"])
    assert torch.equal(sides["chosen"], expected)
    assert higher.any()
    assert not higher.all()


def test_stage_cams__of_a_batch_are_those_of_each_image_alone() -> None:
    network, x = make_network(), make_batch(5)
    together = stage_cams(network, x).cams
    alone = torch.cat([stage_cams(network, image[None]).cams for image in x])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)


def test_stage_cams__leaves_nothing_on_the_network() -> None:
    network, x = make_network(), make_batch(1)
    with torch.inference_mode():  # also where the caller has switched gradients off
        stage_cams(network, x)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not any(m._forward_hooks or m._backward_hooks for m in network.modules())


@pytest.mark.parametrize("n_threads", [2, 8])
@pytest.mark.parametrize("sharing", ["trunk", "separate"])
def test_stage_cams__threads_that_share_a_network_never_mix_maps(
    n_threads: int, sharing: str
) -> None:
    network = make_network(sharing=sharing)
    images = [make_batch(1, seed=seed) for seed in range(40)]
    alone = [stage_cams(network, x).cams for x in images]
    with ThreadPoolExecutor(n_threads) as pool:
        threaded = list(pool.map(lambda x: stage_cams(network, x).cams, images * 3))
    wrong = [i for i, cams in enumerate(threaded) if not torch.equal(cams, alone[i % 40])]
    assert wrong == []
    assert not torch.equal(alone[0], alone[1])


def test_stage_cams__refuses_a_network_in_training() -> None:
    with pytest.raises(ModelError, match=r"training mode. Call network.eval\(\) first"):
        stage_cams(make_network().train(), make_batch(1))


def test_stage_cams__refuses_an_unknown_side() -> None:
    with pytest.raises(ConfigError, match="Use chosen, higher, lower"):
        stage_cams(make_network(), make_batch(1), side="both")  # type: ignore[arg-type]


def test_upsample_cams__is_bilinear_between_pixel_centres() -> None:
    cams = np.array([[[0.0, 1.0]]], np.float32)
    assert upsample_cams(cams, height=1, width=4).tolist() == [[[0.0, 0.25, 0.75, 1.0]]]


def test_upsample_cams__always_spans_zero_to_one() -> None:
    cams = np.random.default_rng(0).random((3, 4, 6), dtype=np.float32)
    large = upsample_cams(cams, height=77, width=131)
    assert large.shape == (3, 77, 131)
    assert large.dtype == np.float32
    assert (large.min((1, 2)) == 0).all()
    assert (large.max((1, 2)) == 1).all()
