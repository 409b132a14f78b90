"""Checkpoints: everything a killed run needs to go on to the same figures."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import torch

from sgus.core.errors import RunError

_BAD_FILE = (pickle.UnpicklingError, RuntimeError, ValueError, KeyError, EOFError)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Replace the checkpoint; a kill at any moment leaves the old one or the new one."""
    temporary = path.with_suffix(".part")
    torch.save(state, temporary)
    temporary.replace(path)


def load_checkpoint(path: Path, *, fingerprint: str) -> dict[str, Any] | None:
    """Read a checkpoint if there is one.

    Args:
        path: Where it would be.
        fingerprint: Of config and data; a checkpoint of another run is refused.

    Raises:
        RunError: It is damaged or belongs to another config or cohort.
    """
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(
            io.BytesIO(path.read_bytes()), map_location="cpu", weights_only=True
        )
    except _BAD_FILE as error:
        raise RunError(
            path, "the checkpoint is damaged", "Delete it to train from the beginning"
        ) from error
    if state.get("fingerprint") != fingerprint:
        raise RunError(
            path,
            "the checkpoint belongs to another config or cohort",
            "Choose another run directory, or delete this one",
        )
    return state
