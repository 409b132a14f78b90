"""One phantom with everything a person wants to know of it: picture, mask, readers, a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sgus.core.grades import DESCRIPTIONS
from sgus.core.region import Region
from sgus.core.rng import generator
from sgus.core.synthetic import SYNTHETIC_NOTE
from sgus.images.decode import DecodedImage, decode_image
from sgus.phantom.export import mask_png_bytes, png_bytes
from sgus.phantom.readers import draw_readers, mean_reader_probabilities
from sgus.phantom.request import PhantomRequest
from sgus.phantom.simulate import Phantom, simulate

if TYPE_CHECKING:
    from sgus.workflows.grading import GradedImage

N_READERS: Final = 2


class GradesImages(Protocol):
    """A loaded model, such as `sgus.workflows.grading.Grader`."""

    def grade(
        self, image: DecodedImage, *, region: Region | None = None, cams: bool = True
    ) -> GradedImage:
        """Grade one picture."""
        ...


@dataclass(frozen=True, eq=False)
class Shown:
    """A phantom as a person and a model get it.

    Attributes:
        phantom: The simulated image and its truth.
        png: The file: pixels with burn-in, and the mark in its fields.
        image: What was decoded from that file; models see nothing else.
    """

    phantom: Phantom
    png: bytes
    image: DecodedImage

    @property
    def mask_png(self) -> bytes:
        """The gland mask as a file."""
        return mask_png_bytes(self.phantom.mask)

    @property
    def file_stem(self) -> str:
        """A file name that says what it is and what it is made from."""
        asked = self.phantom.request
        return (
            f"synthetic-phantom-{asked.gland}-{asked.view}-{asked.device}"
            f"-s{asked.severity:.2f}-gland{asked.anatomy_seed}-scan{asked.scan_seed}"
        )


def show(request: PhantomRequest) -> Shown:
    """Simulate a phantom and write and decode its file in memory.

    Raises:
        ConfigError: There is no device of that name.
    """
    phantom = simulate(request)
    png = png_bytes(phantom)
    return Shown(phantom, png, decode_image(png, name="phantom"))


def ask(model: GradesImages, shown: Shown) -> GradedImage:
    """What a model says of a phantom, its ultrasound area given.

    Raises:
        ImageError: It cannot be graded.
    """
    return model.grade(shown.image, region=shown.phantom.region, cams=False)


def asking(model: GradesImages) -> Callable[[PhantomRequest], NDArray[np.float64]]:
    """For a sweep: from a request to the model's grade probabilities `(4,)`.

    The pixels are those of the file, which is left out here: it takes as long as the simulation.
    """

    def grade(request: PhantomRequest) -> NDArray[np.float64]:
        phantom = simulate(request)
        image = DecodedImage("phantom", phantom.pixels, "", (SYNTHETIC_NOTE,))
        said = model.grade(image, region=phantom.region, cams=False)
        return np.asarray(said.p, dtype=np.float64)

    return grade


@dataclass(frozen=True, eq=False)
class Reading:
    """One reader and one gland.

    Attributes:
        name: `Reader A`, `Reader B`.
        p: `(4,)`, how likely this reader is to call the gland each grade.
        grade: What this reader called it this time.
    """

    name: str
    p: NDArray[np.float64]
    grade: int


def readings(request: PhantomRequest, *, readers_seed: int) -> tuple[Reading, ...]:
    """What two readers drawn from the population call a gland.

    Args:
        request: The gland; another gland, scan or severity is read anew.
        readers_seed: Names the two readers.
    """
    severity = np.array([request.severity])
    names = (request.anatomy_seed, request.scan_seed, request.severity, request.gland)
    read = []
    for letter, reader in zip("AB", draw_readers(readers_seed, N_READERS), strict=True):
        rng = generator(readers_seed, "page reading", reader.name, *names)
        grade = int(reader.read(severity, rng)[0])
        read.append(Reading(f"Reader {letter}", reader.probabilities(severity)[0], grade))
    return tuple(read)


def average_reader(request: PhantomRequest) -> NDArray[np.float64]:
    """`(4,)`, how likely a reader never met before is to call the gland each grade."""
    return np.asarray(mean_reader_probabilities(np.array([request.severity]))[0])


def severity_words(request: PhantomRequest) -> str:
    """The grade a severity stands for, in words, and how far into it the severity lies."""
    grade = request.true_grade
    into = request.severity - grade
    third = "the beginning" if into < 1 / 3 else "the middle" if into < 2 / 3 else "the end"
    return f"{DESCRIPTIONS[grade]} (near {third} of this grade)"


def outline(mask: NDArray[np.bool_], *, width: int = 2) -> NDArray[np.bool_]:
    """The border of a mask, inside it.

    Args:
        mask: `(h, w)`.
        width: Thickness, pixels.

    Returns:
        `(h, w)`; where the mask meets the edge of the picture there is a border too.
    """
    core = np.pad(mask, 1)
    for _ in range(width):
        inner = core.copy()
        for axis in (0, 1):
            for step in (-1, 1):
                inner &= np.roll(core, step, axis=axis)
        core = inner
    return np.asarray(mask & ~core[1:-1, 1:-1], dtype=np.bool_)
