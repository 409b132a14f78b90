"""The studies a phantom cohort can be laid out like."""

from sgus.phantom.protocols.presets import PRESETS, make_plan

__all__ = ["PRESETS", "make_plan"]
