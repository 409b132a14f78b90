"""Planes of the glands: where everything lies, in millimetres, before any texture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sgus.core.registry import Registry
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parotid_longitudinal import parotid_longitudinal
from sgus.phantom.layouts.parotid_transverse import parotid_transverse
from sgus.phantom.layouts.parts import Layout
from sgus.phantom.layouts.submandibular_longitudinal import submandibular_longitudinal
from sgus.phantom.layouts.submandibular_transverse import submandibular_transverse
from sgus.phantom.plane import Draws
from sgus.phantom.severity import Appearance

LAYOUTS: Final[Registry[Callable[[Frame, Draws, Appearance], Layout]]] = Registry(
    "plane of a gland",
    {
        "parotid transverse": parotid_transverse,
        "parotid longitudinal": parotid_longitudinal,
        "submandibular longitudinal": submandibular_longitudinal,
        "submandibular transverse": submandibular_transverse,
    },
)
"""Makers of planes by `"GLAND VIEW"`."""
