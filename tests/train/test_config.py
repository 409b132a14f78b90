from __future__ import annotations

import pytest

from sgus.core.errors import ConfigError
from sgus.train.config import PRESETS, make_config


def test_file_overlays_preset_and_settings_overlay_the_file() -> None:
    config = make_config(
        "laptop",
        values={"epochs": 3, "network": {"head": "flat"}},
        settings=["epochs=4", "augment.flip=0.0"],
    )
    assert (config.epochs, config.network.head, config.augment.flip) == (4, "flat", 0.0)
    assert config.network.backbone == "tiny"


def test_the_reference_is_the_published_recipe() -> None:
    reference = PRESETS["reference"]
    assert reference.network.backbone == "resnet18"
    assert reference.network.sharing == "separate"
    assert reference.weights == "imagenet"
    assert reference.schedule == "step"
    changed = reference.augment.model_dump(exclude={"flip", "brightness"})
    assert set(changed.values()) == {0}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (["epoch=3"], r"epoch - Extra inputs.*Known fields: network"),
        (["network.head=softmax"], r"network\.head - Input should be 'hierarchical', 'flat'"),
        (["augment.zoom_in=2"], r"augment\.zoom_in - Input should be less than or equal to 0\.9"),
        (["network.dropout=1"], r"network\.dropout - Input should be less than 1"),
        (["network.height=0"], r"network\.height - Input should be greater than or equal to 32"),
        (["learning_rate=-1"], "learning_rate - Input should be greater than 0"),
    ],
)
def test_a_wrong_setting_is_named(settings: list[str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        make_config(settings=settings)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="Use one of: default, reference, phantom, laptop"):
        make_config("best", settings=[])
