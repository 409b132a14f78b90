"""The grading network: trunk or trunks, global average pooling, one linear reading, a head."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from sgus.core.config import Config
from sgus.core.errors import ConfigError
from sgus.core.grades import STAGES
from sgus.nn.backbones import build_trunk
from sgus.nn.heads import HEADS

Sharing = Literal["trunk", "separate"]


class NetworkSpec(Config):
    """All that is needed to build a network of the right shape."""

    backbone: str = "resnet18"
    """`tiny`, or any timm model name."""
    head: Literal["hierarchical", "flat", "ordinal"] = "hierarchical"
    """`hierarchical` (three stages), `flat` (four classes) or `ordinal` (cumulative)."""
    sharing: Sharing = "trunk"
    """`trunk`: one network for all stages; `separate`: one a stage, as in the reference."""
    height: int = Field(default=144, ge=32, le=2048)
    """Rows of the network's input, pixels."""
    width: int = Field(default=192, ge=32, le=2048)
    """Columns of the network's input, pixels."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of pooled features dropped in training, 0 to below 1."""


class GradingNetwork(nn.Module):
    """Grades prepared images.

    `forward` is `raw(features(x))`; the linear reading of averaged maps is what lets class
    activation maps come from the forward pass alone.

    Args:
        spec: The shape of the network.

    Raises:
        ConfigError: Separate networks are asked for a head that has no stages.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        if spec.sharing == "separate" and spec.head != "hierarchical":
            raise ConfigError(
                "sharing 'separate'",
                f"only the hierarchical head has one network a stage, not {spec.head}",
                "Set head=hierarchical or sharing=trunk",
            )
        self.spec = spec
        self.head = HEADS[spec.head]
        separate = spec.sharing == "separate"
        self.trunks = nn.ModuleList(
            build_trunk(spec.backbone, height=spec.height, width=spec.width)
            for _ in range(len(STAGES) if separate else 1)
        )
        n_features = int(self.trunks[0].n_features)  # type: ignore[arg-type]
        n_outputs = 1 if separate else self.head.n_outputs
        self.readings = nn.ModuleList(nn.Linear(n_features, n_outputs) for _ in self.trunks)
        self.dropout = nn.Dropout(spec.dropout)

    @staticmethod
    def normalise(pixels: Tensor) -> Tensor:
        """Centre and scale each image by itself, so that gain and machine say less.

        Args:
            pixels: `(n, 1, h, w)`, grey values on any scale.

        Returns:
            `(n, 1, h, w)` float32, mean 0 and standard deviation 1 within each image.
        """
        x = pixels.float()
        x = x - x.mean((2, 3), keepdim=True)
        return x / (x.std((2, 3), keepdim=True) + 1e-3)

    def features(self, x: Tensor) -> list[Tensor]:
        """Map normalised `(n, 1, h, w)` to maps `(n, C, h', w')`: one tensor a trunk."""
        return [trunk(x) for trunk in self.trunks]

    def raw(self, features: list[Tensor]) -> Tensor:
        """Average each trunk's maps and read them out: `(n, head.n_outputs)`."""
        outputs = [
            reading(self.dropout(maps.mean((2, 3))))
            for maps, reading in zip(features, self.readings, strict=True)
        ]
        return torch.cat(outputs, dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map normalised `(n, 1, h, w)` to raw outputs `(n, head.n_outputs)`."""
        return self.raw(self.features(x))

    def probabilities(self, raw: Tensor) -> Tensor:
        """Map raw outputs to `(n, 4)` grade probabilities, summing to one."""
        return self.head.log_probabilities(raw.float()).exp()

    def stage_log_odds(self, raw: Tensor) -> Tensor:
        """Map raw outputs to `(n, 3)` log-odds of the higher side of each stage."""
        return self.head.stage_log_odds(raw.float())
