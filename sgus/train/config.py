"""The settings of a training run, typed and closed."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sgus.core.config import Config, with_settings
from sgus.core.registry import Registry
from sgus.images.augment import PLAIN, AugmentConfig
from sgus.nn.network import NetworkSpec

BASIC: dict[str, Any] = {"level": "basic"}
"""Marks a field that a form shows at once; the others are for those who open the advanced part."""

REFERENCE = "reference"
"""The labels of the manifest itself; nothing else is read for them."""

FLIP_ONLY = AugmentConfig(**{name: 0.0 for name in AugmentConfig.model_fields if name != "flip"})
"""The only variation that features computed once can show: each image and its mirror image."""


class TrainConfig(Config):
    """What is trained, and how. Every run keeps its own copy."""

    trains: Literal["full", "last_block", "head"] = Field(default="full", json_schema_extra=BASIC)
    """What learns: the `full` network, its `last_block` and head, or the `head` alone.

    The two short modes compute what lies below once, keep it in memory (2 GiB at most) and train
    on that; what lies below stays as it was, to the bit. Of the variations of an image only the
    flip can then act, and the initial weights have to be some that have learnt something."""
    network: NetworkSpec = NetworkSpec()
    """Shape of the network."""
    weights: str = Field(default="none", json_schema_extra=BASIC)
    """Initial weights: `none`, `imagenet`, `phantom` (the bundled phantom model), or the path of a
    weights file."""
    augment: AugmentConfig = AugmentConfig()
    """How training images are varied; with `trains` other than `full` only `flip` may be on."""
    epochs: int = Field(default=45, ge=1, le=1000, json_schema_extra=BASIC)
    """Passes over the training part, at most."""
    batch_size: int = Field(default=16, ge=2, le=1024)
    """Images shown in one step."""
    optimizer: Literal["adamw", "sgd"] = "adamw"
    """`adamw`, or `sgd` with momentum 0.9."""
    learning_rate: float = Field(default=1.5e-3, gt=0, le=10, json_schema_extra=BASIC)
    """Highest learning rate."""
    weight_decay: float = Field(default=0.05, ge=0)
    """Weight decay; biases and normalisation are spared."""
    schedule: Literal["onecycle", "step", "constant"] = "onecycle"
    """`onecycle` (rise, then cosine fall), `step` (divided by 10 at 1/2 and 3/4) or `constant`."""
    balance: float = Field(default=0.5, ge=0, le=1, json_schema_extra=BASIC)
    """0 draws images as they are, 1 draws every grade equally often."""
    targets: Literal["grade", "severity"] = "grade"
    """What is learnt: the reference `grade`, or, on phantoms, how readers would grade the known
    `severity` (a distribution over the grades that changes smoothly with it)."""
    labels: Literal["reference", "consensus", "adjudicated", "soft"] = Field(
        default="reference", json_schema_extra=BASIC
    )
    """Whose word is learnt: the `reference` grade, the readers' `consensus` (their median), the
    `adjudicated` grade where an image was settled, or `soft`, what share of the readers gave each
    grade.

    An image that the source says nothing of keeps its reference grade, and is counted. Figures are
    always made against the reference grade; the other labels stand beside it."""
    soft_from: Literal["readers", "dawid_skene"] = "readers"
    """Where `soft` labels come from: the share of `readers` who gave each grade, or `dawid_skene`,
    the probability of each grade when readers' own errors are estimated from the training part."""
    neighbour_smoothing: float = Field(default=0.1, ge=0, lt=0.5)
    """Share of a label given to the neighbouring grades: readers disagree by one grade."""
    average_decay: float = Field(default=0.98, ge=0, lt=1)
    """Moving average of the weights that is validated and kept; 0 keeps the last weights."""
    patience: int = Field(default=15, ge=0, json_schema_extra=BASIC)
    """Epochs without a better validation loss before stopping; 0 trains to the end.

    With a validation part and patience, the best epoch is kept; else the last one."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """`auto` takes bfloat16 where the processor computes in it."""
    threads: int = Field(default=0, ge=0, le=256)
    """Processor threads; 0 takes all. Figures repeat to the bit for the same number."""
    checkpoint_every_s: float = Field(default=10.0, ge=0)
    """Shortest time between two checkpoints, seconds, within an epoch too; 0: only at its end."""
    half: bool = False
    """Store the weights in half precision: half the disk, probabilities equal to about 0.001."""
    seed: int = Field(default=0, ge=0, json_schema_extra=BASIC)
    """The one seed of the run."""

    @model_validator(mode="after")
    def _one_thing_is_learnt(self) -> Self:
        if self.targets == "severity" and self.labels != REFERENCE:
            raise ValueError(
                f"targets=severity learns the known severity, and labels={self.labels} learns "
                "what readers said: leave labels=reference, or set targets=grade"
            )
        return self

    @model_validator(mode="after")
    def _short_modes_can_do_what_they_say(self) -> Self:
        if self.trains == "full":
            return self
        acting = [name for name, value in self.augment if value and name != "flip"]
        if acting:
            raise ValueError(
                f"trains={self.trains} computes features once, so that only augment.flip can act, "
                f"not {', '.join(acting)}: set these to 0, take the preset quick or short, or "
                f"train full"
            )
        if self.weights == "none":
            raise ValueError(
                f"trains={self.trains} keeps features as they start, and weights=none starts from "
                f"random ones: set weights to phantom, imagenet or a path, or train full"
            )
        return self


DEFAULT = "default"
QUICK, SHORT, FULL = "quick", "short", "full"
"""Offered by the train page, fastest first; `full` is the default recipe under a plain name."""

PRESETS: Registry[TrainConfig] = Registry(
    "preset",
    {
        DEFAULT: TrainConfig(),
        FULL: TrainConfig(),
        # What the two short ones reach, and in which time: benchmarks/fine_tune_speed.py. The quick
        # one does without mirror images, which would double its time.
        QUICK: TrainConfig(
            trains="head",
            weights="phantom",
            augment=FLIP_ONLY.model_copy(update={"flip": 0.0}),
            epochs=40,
            batch_size=32,
            learning_rate=2e-3,
        ),
        SHORT: TrainConfig(
            trains="last_block",
            weights="phantom",
            augment=FLIP_ONLY,
            epochs=10,
            batch_size=32,
            learning_rate=3e-4,
            patience=5,
        ),
        # Olivas et al. 2025 (ACR Convergence abstract 1964) name the flips, the brightness, the
        # step schedule, ImageNet weights and one ResNet18 a stage; the rest is our reading.
        "reference": TrainConfig(
            network=NetworkSpec(sharing="separate"),
            weights="imagenet",
            augment=PLAIN,
            epochs=30,
            batch_size=32,
            learning_rate=1e-4,
            weight_decay=0.0,
            schedule="step",
            balance=0.0,
            neighbour_smoothing=0.0,
            average_decay=0.0,
        ),
        # For phantom cohorts of some thousand images: few epochs, since every image is new.
        "phantom": TrainConfig(
            targets="severity", epochs=6, batch_size=48, learning_rate=2e-3, patience=0, half=True
        ),
        "laptop": TrainConfig(
            network=NetworkSpec(backbone="tiny", height=96, width=128), epochs=30
        ),
    },
)


def make_config(
    preset: str = DEFAULT, *, values: dict[str, object] | None = None, settings: list[str]
) -> TrainConfig:
    """A preset, overlaid by a file's values, overlaid by `key=value` settings.

    Raises:
        ConfigError: A name is unknown or a value out of range.
    """
    base = PRESETS[preset].model_dump(mode="json")
    merged = with_settings(_overlay(base, values or {}), settings)
    return TrainConfig.parse(merged, source="training config")


def _overlay(base: dict[str, object], values: dict[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in values.items():
        inner = merged.get(key)
        nested = isinstance(inner, dict) and isinstance(value, dict)
        merged[key] = _overlay(inner, value) if nested else value  # type: ignore[arg-type]
    return merged
