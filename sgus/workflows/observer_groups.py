"""Groups of images and of readers: by gland, device, centre, experience."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.workflows.observers import Observed

NOT_STATED: Final = "not stated"
EXPERIENCE: Final = "experience"
MAX_GROUPS: Final = 20
_NAMES: Final = ("path", "sha256")  # they name an image, and group nothing


def attributes_to_group_by(observed: Observed) -> tuple[str, ...]:
    """Attributes that divide the images into 2 to `MAX_GROUPS` groups, in their order."""
    return tuple(
        name
        for name, values in observed.item_attributes.items()
        if name not in _NAMES and 2 <= len(set(values)) <= MAX_GROUPS
    )


def groups(observed: Observed, attribute: str) -> dict[str, NDArray[np.bool_]]:
    """The images of each value of an attribute.

    Args:
        observed: The readings.
        attribute: Such as `gland`.

    Returns:
        Value, sorted, to mask `(n_items,)`; images without a value are `not stated`, the last.

    Raises:
        ConfigError: The images have no such attribute.
    """
    if attribute not in observed.item_attributes:
        known = ", ".join(observed.item_attributes) or "none"
        raise ConfigError(attribute, "the images have no such attribute", f"Use one of: {known}")
    values = observed.item_attributes[attribute]
    cells = np.array([value or NOT_STATED for value in values], dtype=np.str_)
    return {value: np.asarray(cells == value, dtype=np.bool_) for value in _ordered(cells.tolist())}


def reader_groups(observed: Observed, attribute: str = EXPERIENCE) -> dict[str, tuple[str, ...]]:
    """The readers of each value of an attribute, in the order of the panel.

    Returns:
        Value, sorted, to readers; those without a value are `not stated`, the last. Nothing where
        the table says nothing of its readers.
    """
    said = observed.reader_attributes.get(attribute, {})
    if not any(said.values()):
        return {}
    of_reader = {reader: said.get(reader) or NOT_STATED for reader in observed.panel.readers}
    return {
        value: tuple(reader for reader, own in of_reader.items() if own == value)
        for value in _ordered(list(of_reader.values()))
    }


def _ordered(values: list[str]) -> list[str]:
    """Different values in order, `not stated` the last."""
    return sorted(set(values), key=lambda value: (value == NOT_STATED, value))
