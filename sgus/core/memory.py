"""Asking the C library to keep freed memory: large arrays made over and over are then cheap."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's malloc.h
_MMAP_THRESHOLD: Final = -3
_KEPT_BYTES: Final = 1 << 30
_LARGEST_FROM_HEAP: Final = 1 << 25  # glibc takes no larger one


def keep_freed_memory() -> bool:
    """Keep up to 1 GB that was freed for the next arrays, for a process that does little else.

    Returns:
        Whether the C library can do so and does. It only changes speed.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # a C library other than glibc
        return False
    kept = mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_FROM_HEAP) and kept)
