from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from sgus.core.errors import ModelError
from sgus.nn import weights
from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.nn.weights import load_initial_weights

RESNET = NetworkSpec(backbone="resnet18", height=64, width=64)
_PARTS = {"conv1": 0, "bn1": 1, "layer1": 4, "layer2": 5, "layer3": 6, "layer4": 7}


@pytest.fixture(scope="module")
def colour() -> dict[str, torch.Tensor]:
    """A colour ResNet18 with its classifier, in the keys that timm and torchvision share."""
    return dict(timm.create_model("resnet18", num_classes=1000).state_dict())


def uscl(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The layout of the USCL ultrasound networks: a Sequential without the classifier."""
    renamed = {}
    for key, value in state.items():
        part, _, rest = key.partition(".")
        if part in _PARTS:
            renamed[f"features.{_PARTS[part]}.{rest}"] = value
    return {**renamed, "linear.weight": torch.zeros(5, 512)}


@pytest.mark.parametrize("layout", ["timm", "uscl", "wrapped"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_every_tensor_of_the_trunk_is_matched(
    layout: str, suffix: str, colour: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    state = uscl(colour) if layout == "uscl" else dict(colour)
    if layout == "wrapped":
        state = {f"module.encoder.{key}": value for key, value in colour.items()}
    path = tmp_path / f"weights{suffix}"
    if suffix == ".pth":
        torch.save({"state_dict": state} if layout == "wrapped" else state, path)
    else:
        save_file(state, path)
    network = GradingNetwork(RESNET)
    matched = load_initial_weights(network, str(path))
    own = network.trunks[0].state_dict()
    assert matched.n_matched == matched.n_trunk == len(own) == 120
    assert f"120 of 120 tensors of the trunk matched, {matched.n_unused} of the file unused" in str(
        matched
    )
    torch.testing.assert_close(own["model.layer3.1.conv2.weight"], colour["layer3.1.conv2.weight"])
    torch.testing.assert_close(
        own["model.conv1.weight"], colour["conv1.weight"].sum(1, keepdim=True)
    )


def test_a_grey_picture_gets_the_answer_of_the_colour_filter(
    colour: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "colour.pth"
    torch.save(colour, path)
    network = GradingNetwork(RESNET).eval()
    load_initial_weights(network, str(path))
    reference = timm.create_model("resnet18", num_classes=0, global_pool="")
    reference.load_state_dict({k: v for k, v in colour.items() if not k.startswith("fc.")})
    grey = torch.randn(1, 1, 64, 64)
    with torch.inference_mode():
        expected = reference.eval()(grey.expand(-1, 3, -1, -1))
        torch.testing.assert_close(network.features(grey)[0], expected, atol=1e-4, rtol=1e-4)


def test_separate_networks_all_start_from_the_file(
    colour: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "w.safetensors"
    save_file(colour, path)
    network = GradingNetwork(RESNET.model_copy(update={"sharing": "separate"}))
    load_initial_weights(network, str(path))
    for trunk in network.trunks:
        torch.testing.assert_close(trunk.state_dict()["model.bn1.weight"], colour["bn1.weight"])


def test_a_file_of_another_network_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"blocks.0.weight": torch.ones(3, 3), "conv1.weight": torch.ones(8, 3, 7, 7)}, path)
    network = GradingNetwork(RESNET)
    before = network.trunks[0].state_dict()["model.conv1.weight"].clone()
    with pytest.raises(ModelError, match="none of its 2 tensors fits the trunk resnet18"):
        load_initial_weights(network, str(path))
    torch.testing.assert_close(network.trunks[0].state_dict()["model.conv1.weight"], before)


def test_code_in_a_pickle_is_never_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "exploded",))  # type: ignore[return-value]

    path = tmp_path / "bomb.pth"
    torch.save({"conv1.weight": Bomb()}, path)
    with pytest.raises(ModelError, match=r"not a plain weights file .* Save it as safetensors"):
        load_initial_weights(GradingNetwork(RESNET), str(path))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(("name", "text"), [("no.pth", "no such weights file"), ("t.pth", "plain")])
def test_a_missing_or_foreign_file_is_named(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "t.pth").write_text("not weights")
    with pytest.raises(ModelError, match=rf"{name}: .*{text}"):
        load_initial_weights(GradingNetwork(RESNET), str(tmp_path / name))


def test_none_keeps_the_random_weights() -> None:
    network = GradingNetwork(RESNET)
    before = network.trunks[0].state_dict()["model.conv1.weight"].clone()
    assert load_initial_weights(network, "none").n_matched == 0
    torch.testing.assert_close(network.trunks[0].state_dict()["model.conv1.weight"], before)


def test_a_hub_out_of_reach_is_a_clear_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # the discard port: closed
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert not weights.hub_reachable()
    with pytest.raises(
        ModelError, match=r"could not be reached within 5 s .* weights=PATH, .* weights=none"
    ):
        load_initial_weights(GradingNetwork(RESNET), "imagenet")
    assert constants.HF_HUB_OFFLINE is False


def test_the_small_network_has_no_imagenet_weights() -> None:
    network = GradingNetwork(NetworkSpec(backbone="tiny", height=48, width=64))
    with pytest.raises(ModelError, match="the tiny backbone has none"):
        load_initial_weights(network, "imagenet")
