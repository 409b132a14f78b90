from __future__ import annotations

import sys

import timm
import torch

from sgus.nn.resnet import ResNet18


def pair() -> tuple[ResNet18, torch.nn.Module]:
    torch.manual_seed(0)
    ours = ResNet18()
    torch.manual_seed(0)
    return ours, timm.create_model("resnet18", in_chans=1, num_classes=0, global_pool="")


def test_initial_weights_and_their_names_are_timms_to_the_bit() -> None:
    ours, theirs = (network.state_dict() for network in pair())
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


def test_outputs_and_gradients_are_timms_to_the_bit() -> None:
    ours, theirs = pair()
    for network in (ours, theirs):
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                torch.nn.init.ones_(module.weight)  # zero at first: the blocks would be idle
    x = torch.randn(2, 1, 64, 96, generator=torch.Generator().manual_seed(1))
    outputs = [network.train().forward_features(x) for network in (ours, theirs)]
    assert torch.equal(*outputs)
    for output in outputs:
        output.square().sum().backward()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a.grad, b.grad)
    outputs = [network.eval().forward_features(x) for network in (ours, theirs)]
    assert torch.equal(*outputs)


def test_the_default_network_imports_neither_timm_nor_torchvision() -> None:
    import subprocess

    code = (
        "import sys; from sgus.nn.network import GradingNetwork, NetworkSpec; "
        "GradingNetwork(NetworkSpec()); "
        "sys.exit(bool({'timm', 'torchvision', 'torch._dynamo'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
