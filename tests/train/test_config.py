from __future__ import annotations

import pytest

from sgus.core.errors import ConfigError
from sgus.train.config import FLIP_ONLY, PRESETS, make_config


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
        (["epoch=3"], r"epoch - Extra inputs.*Known fields: trains, network"),
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
    with pytest.raises(ConfigError, match="Use one of: default, full, quick, short, reference"):
        make_config("best", settings=[])


def test_the_presets_of_the_page_train_the_head_the_last_block_and_all() -> None:
    modes = {name: PRESETS[name].trains for name in ("quick", "short", "full")}
    assert modes == {"quick": "head", "short": "last_block", "full": "full"}
    assert {PRESETS[name].weights for name in ("quick", "short")} == {"phantom"}
    assert PRESETS["full"] == PRESETS["default"]


def test_flip_only_leaves_nothing_else_on() -> None:
    assert {name for name, value in FLIP_ONLY if value} == {"flip"}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (["augment.gamma=0.3"], r"only augment\.flip can act, not gamma: set these to 0"),
        (["weights=none"], r"weights=none starts from random ones: set weights to phantom"),
    ],
)
@pytest.mark.parametrize("preset", ["quick", "short"])
def test_a_short_mode_refuses_what_it_cannot_do(
    preset: str, settings: list[str], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        make_config(preset, settings=settings)
    make_config("full", settings=settings)
