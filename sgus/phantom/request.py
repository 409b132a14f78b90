"""What is asked of the simulator: one image, fully named by these values."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from sgus.core.config import Config
from sgus.core.registry import Registry

Gland = Literal["parotid", "submandibular"]
View = Literal["transverse", "longitudinal"]

MAX_SEVERITY: Final = 4.0
VIEWS: Final[Registry[tuple[View, ...]]] = Registry(
    "gland",
    {
        "parotid": ("transverse", "longitudinal"),
        "submandibular": ("longitudinal", "transverse"),
    },
)
"""Views of each gland, the usual one first."""


class PhantomRequest(Config):
    """One image. The same request gives the same image to the bit."""

    severity: float = Field(ge=0, lt=MAX_SEVERITY)
    """Latent severity; the true OMERACT grade is its whole part."""
    gland: Gland
    """Which gland."""
    view: View
    """Plane of the picture."""
    device: str
    """Name of a device of `sgus.phantom.devices`."""
    anatomy_seed: int = Field(ge=0)
    """Names the gland: two requests with the same one show the same gland."""
    scan_seed: int = Field(ge=0)
    """Names the scan: operator's plane, speckle, settings of the machine."""
    plane_shift: float = Field(default=0.35, ge=0, le=1.5708)
    """How far the operator's plane is from the gland's own, radians in the space of random
    anatomy: 0 shows exactly the gland's own plane."""
    device_variation: float = Field(default=0.0, ge=0, le=1)
    """How far the machine may be from its kind: 0 its own parameters, 1 any machine."""

    @model_validator(mode="after")
    def _view_of_gland(self) -> PhantomRequest:
        if self.view not in VIEWS[self.gland]:
            raise ValueError(f"{self.gland} has no {self.view} view")
        return self

    @property
    def true_grade(self) -> int:
        """The OMERACT grade the severity stands for, 0 to 3."""
        return int(self.severity)
