"""How the arithmetic of a run is done: number format, threads, repeatability."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


def resolve_precision(wanted: str) -> str:
    """`float32` or `bfloat16`; `auto` is bfloat16 where the processor computes in it."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if torch.cpu._is_avx512_bf16_supported() else "float32"


def used_arithmetic(precision: str, *, threads: int) -> dict[str, str | int]:
    """What `auto` and 0 came to on this machine: figures repeat to the bit for the same two."""
    return {
        "precision": resolve_precision(precision),
        "threads": threads or torch.get_num_threads(),
    }


@contextmanager
def arithmetic(precision: str) -> Iterator[None]:
    """Compute a forward pass in `precision`; weights stay float32."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        yield


@contextmanager
def repeatable(threads: int) -> Iterator[None]:
    """Only deterministic kernels, on a stated number of threads (0: all); then as before."""
    before = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    if threads:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    memory.fill_uninitialized_memory = False  # costs time, changes no result
    try:
        yield
    finally:
        memory.fill_uninitialized_memory = filled
        torch.use_deterministic_algorithms(deterministic)
        torch.set_num_threads(before)
