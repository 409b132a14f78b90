"""Phantoms to files, over several processes, the same to the bit however many there are."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from threadpoolctl import threadpool_limits

from sgus.cohort.duplicates import HASH_COLUMN, perceptual_hash
from sgus.core.errors import CohortError
from sgus.core.files import sha256_bytes
from sgus.core.memory import keep_freed_memory
from sgus.phantom.devices import DEVICES
from sgus.phantom.export import mask_png_bytes, png_bytes
from sgus.phantom.protocol import PlannedImage
from sgus.phantom.request import PhantomRequest

if TYPE_CHECKING:
    from sgus.phantom.simulate import Phantom

IMAGES_FOLDER: Final = "images"
MASKS_FOLDER: Final = "masks"
_CHUNK: Final = 4
"""Images a process makes before it asks for more."""

Simulate = Callable[[PhantomRequest], "Phantom"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class MadeImage:
    """One image of a plan as bytes of its files, with what was measured of it.

    Attributes:
        image: PNG file of the whole screen.
        mask: PNG file of the gland.
        cells: What the simulator decides of its row of `images.csv`.
    """

    image: bytes
    mask: bytes
    cells: dict[str, str]


def make_image(planned: PlannedImage, *, simulate: Simulate | None = None) -> MadeImage:
    """Simulate one image and encode it; writes nothing.

    Args:
        planned: What to make.
        simulate: Stand-in for the simulator.
    """
    phantom = (simulate or _simulator())(planned.request)
    image, mask = png_bytes(phantom), mask_png_bytes(phantom.mask)
    height, width = phantom.pixels.shape
    name = planned.image_id
    cells = {
        "path": f"{IMAGES_FOLDER}/{name}.png",
        "sha256": sha256_bytes(image),
        "device_class": DEVICES[planned.request.device].device_class,
        "width_px": str(width),
        "height_px": str(height),
        "spacing_mm": f"{phantom.spacing_mm:.6g}",
        "region": phantom.region.text(),
        "mask_path": f"{MASKS_FOLDER}/{name}.png",
        "mask_sha256": sha256_bytes(mask),
        HASH_COLUMN: perceptual_hash(phantom.pixels[phantom.region.slices]),
    }
    return MadeImage(image, mask, cells)


def _simulator() -> Simulate:
    """The real one, loaded where it is used: who reads a plan need not wait for it."""
    from sgus.phantom.simulate import simulate

    return simulate


def write_images(
    images: Sequence[PlannedImage],
    folder: Path,
    *,
    processes: int = 1,
    progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> list[dict[str, str]]:
    """Write the image and mask files of a plan.

    Args:
        images: What to make.
        folder: Gets the folders `images` and `masks`.
        processes: How many work side by side; with 1 everything happens in this one.
        progress: Called with images done and images in all.
        simulate: Stand-in for the simulator; more than one process need it importable.

    Returns:
        What the simulator decides of each row of `images.csv`, in the order of `images`.

    Raises:
        CohortError: A process ended before its work was done.
    """
    (folder / IMAGES_FOLDER).mkdir()
    (folder / MASKS_FOLDER).mkdir()
    job = partial(_write_image, folder=folder, simulate=simulate)
    made: list[dict[str, str]] = []
    for cells in _run(job, images, min(processes, len(images))):
        made.append(cells)
        if progress:
            progress(len(made), len(images))
    return made


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: the order of its sums, and so each bit, is then fixed."""
    return threadpool_limits(limits=1)  # type: ignore[no-any-return]


def _begin_worker() -> None:
    """A process that does nothing but simulate: a fifth faster with memory kept."""
    one_thread()
    keep_freed_memory()


def _write_image(
    planned: PlannedImage, *, folder: Path, simulate: Simulate | None
) -> dict[str, str]:
    made = make_image(planned, simulate=simulate)
    (folder / made.cells["path"]).write_bytes(made.image)
    (folder / made.cells["mask_path"]).write_bytes(made.mask)
    return made.cells


def _run(
    job: Callable[[PlannedImage], dict[str, str]], images: Sequence[PlannedImage], processes: int
) -> Iterator[dict[str, str]]:
    if processes == 1:
        with one_thread():
            yield from map(job, images)
        return
    # Spawned, not forked: a fork of a program with threads (torch, Streamlit) may hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin_worker)
    try:
        with _deaf_to_interrupts():
            made = pool.map(job, images, chunksize=_CHUNK)
        yield from made
    except BrokenProcessPool as error:
        cause = "a process ended before its work was done, perhaps for want of memory"
        raise CohortError(f"{processes} processes", cause, "Use fewer with --processes") from error
    finally:  # after Ctrl-C no further image is begun
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes begun here do not hear Ctrl-C: it is for the program that waits for them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may change this, and only there does Ctrl-C arrive
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
