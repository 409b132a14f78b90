"""What every simulated image, and everything made from one, says of itself."""

from __future__ import annotations

from typing import Final

SYNTHETIC_MARK: Final = "SYNTHETIC PHANTOM"
"""Burned into each simulated image, written into its file, and said wherever it shows."""

SYNTHETIC_NOTE: Final = (
    f"{SYNTHETIC_MARK}: a simulated ultrasound image of no patient. Research use only."
)
"""The comment in the file of a simulated image."""

MARK_KEYS: Final = ("Comment", "comment", "sgus")
"""Text fields of a picture file, PNG and JPEG, that may begin with the mark."""

SYNTHETIC_KIND: Final = "synthetic phantom"
REAL_KIND: Final = "image"
"""What tables call an image: the second says no more than that it carries no mark."""


def says_synthetic(text: object) -> bool:
    """Whether a text field of a picture file marks it as simulated."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    return isinstance(text, str) and text.startswith(SYNTHETIC_MARK)


def origin_caution(*, image: bool, model: bool) -> str:
    """What to say where an image or the model that grades it is simulated; "" where neither is.

    Args:
        image: The image is a phantom.
        model: The model learnt from phantoms alone.
    """
    if image and model:
        return "Image and model are both simulated: this grade says nothing about patients."
    if image:
        return (
            "The image is simulated and the model learnt from real ones: the grade says how it "
            "reads phantoms, nothing about a patient."
        )
    if model:
        return (
            "This model learnt from simulated images only: on a real image its grade is an "
            "experiment. Compare it with a model that learnt from real images."
        )
    return ""
