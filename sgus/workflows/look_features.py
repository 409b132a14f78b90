"""Pooled features of a cohort's images by one model, computed once and kept beside the cohort."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.files import sha256_bytes, write_bytes
from sgus.images.geometry import PREPARE_VERSION

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort
    from sgus.nn.model_files import LoadedModel

MOST_FILES: Final = 24
"""Models whose features are kept in a cohort's cache; those used longest ago go first."""
_KEPT: Final = 4
_CACHE: Final = "cache"

Features = NDArray[np.float32]
Progress = Callable[[int, int], None]

_memory: dict[str, Features] = {}
_lock = Lock()


def features_of(
    cohort: Cohort, loaded: LoadedModel, *, progress: Progress | None = None
) -> Features:
    """Features of every usable image, by the hashes of the files and of the model.

    Args:
        cohort: The cohort.
        loaded: The model.
        progress: Called with (images done, images in all) while they are computed.

    Returns:
        `(n_usable, C)` float32, read-only, in the order of `cohort.usable()`.

    Raises:
        CohortError: A file is not the one that was imported.
        ImageError: A file cannot be read.
    """
    key = _key(cohort, loaded)
    with _lock:
        found = _memory.get(key)
    if found is None:
        path = cohort.root / _CACHE / f"features-{key[:24]}.npz"
        found = _read(path, key)
        if found is None:
            found = _computed(cohort, loaded, progress)
            _write(path, key, found)
        found.flags.writeable = False
        with _lock:
            _memory[key] = found
            while len(_memory) > _KEPT:
                _memory.pop(next(iter(_memory)))
    return found


def _key(cohort: Cohort, loaded: LoadedModel) -> str:
    usable = cohort.usable()
    content = usable[["image_id", "sha256", "region"]].to_numpy(dtype=str).tolist()
    described = json.dumps([PREPARE_VERSION, loaded.info.weights_sha256, content])
    return sha256_bytes(described.encode())


def _computed(cohort: Cohort, loaded: LoadedModel, progress: Progress | None) -> Features:
    from sgus.nn.pooled import pooled_features
    from sgus.workflows.pictures import load_pictures

    pictures = load_pictures(cohort, loaded.info.network)
    return pooled_features(loaded.network, pictures.pixels, progress=progress)


def _read(path: Path, key: str) -> Features | None:
    """What is on disk under this key; None where it is missing or damaged."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            found, said = np.asarray(stored["features"]), str(stored["key"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if said != key or found.dtype != np.float32 or found.ndim != 2:
        return None
    with suppress(OSError):
        path.touch()  # used: others go first
    return found


def _write(path: Path, key: str, features: Features) -> None:
    stream = io.BytesIO()
    np.savez(stream, key=np.array(key), features=features)
    with suppress(OSError):  # a store is a convenience: a full disk or no right to it costs time
        write_bytes(path, stream.getvalue())
        files = sorted(path.parent.glob("features-*.npz"), key=lambda one: one.stat().st_mtime)
        for old in files[:-MOST_FILES]:
            old.unlink(missing_ok=True)
