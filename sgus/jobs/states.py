"""The states of a job and the ways between them: the only place that knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
"""`lost`: its process ended without a word; it goes on from its checkpoint by itself."""

STATES: Final[tuple[State, ...]] = get_args(State)

TRANSITIONS: Final[Mapping[State, tuple[State, ...]]] = {
    "queued": ("running", "cancelled"),
    "running": ("done", "failed", "cancelled", "lost"),
    "lost": ("running", "cancelled"),
    "failed": ("queued",),
    "cancelled": ("queued",),
    "done": (),
}
"""Where each state may lead. From `failed` and `cancelled` only a person leads on, by resuming."""

OPEN: Final[tuple[State, ...]] = ("running", "lost", "queued")
"""States of a job that still asks for the machine."""

RESUMABLE: Final[tuple[State, ...]] = ("failed", "cancelled")
