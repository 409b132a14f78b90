"""Colours and style of every page, defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

INK: Final = "#16202B"
MUTED: Final = "#4A5866"
LINE: Final = "#CBD3DB"
TRACK: Final = "#E9EEF2"

GRADE_COLOURS: Final = {0: "#0072B2", 1: "#56B4E9", 2: "#E69F00", 3: "#D55E00"}
"""Okabe-Ito: the blues are normal-appearing, the oranges pathological; safe for colour-blind eyes.

References:
    Okabe and Ito 2008, Color Universal Design.
"""

ON_GRADE: Final = {0: "#FFFFFF", 1: INK, 2: INK, 3: "#FFFFFF"}
"""Text that is readable on each grade's colour."""

REGION_COLOUR: Final = (0, 158, 115)
WINDOW_COLOUR: Final = (240, 228, 66)
TEXT_COLOUR: Final = (204, 121, 167)
"""RGB of the ultrasound region, the part the network sees, and masked text (Okabe-Ito)."""

SAME_SIDE: Final = "#009E73"
CROSSING: Final = "#CC79A7"
"""Disagreement that stays on one side of the threshold of pathological glands, and that which
crosses it (Okabe-Ito, none of the grades' colours)."""
READER_COLOUR: Final = MUTED
MODEL_COLOUR: Final = "#CC79A7"
CEILING_COLOUR: Final = "#009E73"
FADED: Final = "#A9B4BE"
"""Figures that rest on too few patients."""

STYLE: Final = (
    f"<style>:root {{ --ink: {INK}; --muted: {MUTED}; --line: {LINE}; }}"
    f"{Path(__file__).with_name('style.css').read_text(encoding='utf-8')}</style>"
)
