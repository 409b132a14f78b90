"""Grading one image: where the ultrasound is, the four probabilities, what spoke for each stage."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray

from sgus.core.errors import ImageError, ModelError
from sgus.core.grades import STAGE_NAMES, most_probable_grade
from sgus.core.region import Region
from sgus.core.registry import Registry
from sgus.core.synthetic import REAL_KIND, SYNTHETIC_KIND, SYNTHETIC_NOTE, origin_caution
from sgus.explain.cam import stage_cams, upsample_cams
from sgus.images.decode import DecodedImage, is_caution
from sgus.images.geometry import PREPARE_VERSION, Prepared, prepare
from sgus.images.region import find_region
from sgus.nn.model_files import LoadedModel, load_model

Precision = Literal["float32", "bfloat16"]
_DTYPES: Final = Registry("precision", {"float32": torch.float32, "bfloat16": torch.bfloat16})


@dataclass(frozen=True, eq=False)
class GradedImage:
    """An image and what a model says about it.

    Attributes:
        name: The image's name.
        sha256: Hash of the file's bytes.
        pixels: `(h, w)` uint8, the whole image.
        region: The ultrasound area, found or given.
        window: The part of it the network saw.
        text_mask: `(h, w)` bool, burned-in text that was masked.
        grade: The most probable grade.
        p: `(4,)` float64 grade probabilities, summing to one.
        stages: Probability of the higher side of each stage, by its name.
        cam_maps: `(3, h', w')` float32 in [0, 1], maps of the stages at the resolution of the
            network; None when they were not asked for.
        empty_cams: Stages whose map is zero because nothing spoke for the chosen side.
        model: Name of the model and beginning of the hash of its weights.
        notes: What was converted, masked or is missing, plain sentences.
        learnt: The model learnt from this very file: its grade here shows memory, not skill.
        model_synthetic: The model learnt from simulated images alone.
    """

    name: str
    sha256: str
    pixels: NDArray[np.uint8]
    region: Region
    window: Region
    text_mask: NDArray[np.bool_]
    grade: int
    p: NDArray[np.float64]
    stages: dict[str, float]
    cam_maps: NDArray[np.float32] | None
    empty_cams: tuple[str, ...]
    model: str
    notes: tuple[str, ...]
    learnt: bool
    model_synthetic: bool = False

    @property
    def synthetic(self) -> bool:
        """Whether the file says that it is a simulated image."""
        return SYNTHETIC_NOTE in self.notes

    @property
    def kind(self) -> str:
        """What tables call the image: `synthetic phantom`, or `image`."""
        return SYNTHETIC_KIND if self.synthetic else REAL_KIND

    @property
    def origin_caution(self) -> str:
        """What to say where image or model is simulated, or ""."""
        return origin_caution(image=self.synthetic, model=self.model_synthetic)

    @property
    def cautions(self) -> tuple[str, ...]:
        """The notes to be shown beside the grade: colour Doppler, one frame of several."""
        return tuple(note for note in self.notes if is_caution(note))

    @property
    def cams(self) -> dict[str, NDArray[np.float32]]:
        """Map of each stage, `(window.height, window.width)` in [0, 1]; empty without maps.

        Enlarged at each call, under a millisecond: kept at this size, the maps of 200 images
        would take a gigabyte.
        """
        if self.cam_maps is None:
            return {}
        large = upsample_cams(
            self.cam_maps, height=self.window.height, width=self.window.width
        )  # (3, h, w)
        return dict(zip(STAGE_NAMES, large, strict=True))


class _Reading(NamedTuple):
    """What the network says; see the attributes of the same names of `GradedImage`."""

    p: NDArray[np.float64]
    stages: dict[str, float]
    maps: NDArray[np.float32] | None
    empty: tuple[str, ...]


class Grader:
    """A model ready to grade, shared by any number of threads.

    Nothing is written to it after it is made, so no lock is needed.

    Args:
        loaded: The model.
        precision: `float32` gives the same figures on every processor; `bfloat16` takes about
            half the time on a processor that has it and moves probabilities in the third digit.

    Raises:
        ModelError: It was trained on images prepared in another way than this version does.
        ConfigError: There is no such precision.
    """

    def __init__(self, loaded: LoadedModel, *, precision: Precision = "float32") -> None:
        self.info = loaded.info
        if self.info.prepare_version != PREPARE_VERSION:
            raise ModelError(
                self.info.name,
                f"it learnt from images prepared by version {self.info.prepare_version} of the "
                f"preparation, this program has version {PREPARE_VERSION}",
                "Train it again, or use the program it came with",
            )
        network = copy.deepcopy(loaded.network).eval()
        with torch.no_grad():  # log-odds over the temperature, for every head alike
            for parameter in network.readings.parameters():
                parameter.div_(self.info.temperature)
        self._dtype = _DTYPES[precision]
        network.trunks.to(self._dtype)
        network.to(memory_format=torch.channels_last)
        self._network = network
        self._learnt_from = frozenset(self.info.training_sha256)
        self.model = f"{self.info.name}@{self.info.weights_sha256[:12]}"

    @classmethod
    def load(cls, directory: Path, *, precision: Precision = "float32") -> Self:
        """Load a model directory.

        Raises:
            ModelError: It is not a whole model this version can use.
        """
        return cls(load_model(directory), precision=precision)

    def grade(
        self, image: DecodedImage, *, region: Region | None = None, cams: bool = True
    ) -> GradedImage:
        """Grade an image.

        Args:
            image: Decoded by `sgus.images.decode`.
            region: The ultrasound area; None finds it.
            cams: Whether to map what spoke for the side chosen at each stage.

        Raises:
            ImageError: There is no ultrasound area, or it is too small.
        """
        spec = self.info.network
        try:
            region = region or find_region(image.pixels)
            seen = prepare(image.pixels, region, height=spec.height, width=spec.width)
        except ImageError as error:
            raise ImageError(image.name, error.cause, error.next_step) from error
        region = region.clip(image.pixels.shape[1], image.pixels.shape[0])
        said = self._read(seen.pixels, cams=cams)
        return GradedImage(
            name=image.name,
            sha256=image.sha256,
            pixels=image.pixels,
            region=region,
            window=seen.window,
            text_mask=seen.mask,
            grade=int(most_probable_grade(said.p)),
            p=said.p,
            stages=said.stages,
            cam_maps=said.maps,
            empty_cams=said.empty,
            model=self.model,
            notes=(*image.notes, *_notes(seen, region, said.empty)),
            learnt=image.sha256 in self._learnt_from,
            model_synthetic=self.info.synthetic,
        )

    def _read(self, pixels: NDArray[np.uint8], *, cams: bool) -> _Reading:
        network = self._network
        with torch.inference_mode():
            x = network.normalise(torch.from_numpy(pixels)[None, None]).to(self._dtype)
            found = stage_cams(network, x) if cams else None
            raw = found.raw if found else network.raw([f.float() for f in network.features(x)])
            p = network.probabilities(raw)[0].double().numpy()
            odds = network.stage_log_odds(raw)[0].double()
        p = p / p.sum()
        stages = dict(zip(STAGE_NAMES, odds.sigmoid().tolist(), strict=True))
        if found is None:
            return _Reading(p, stages, None, ())
        empty = [name for name, no in zip(STAGE_NAMES, found.empty[0], strict=True) if no]
        return _Reading(p, stages, found.cams[0].numpy(), tuple(empty))


def _notes(seen: Prepared, region: Region, empty: Iterable[str]) -> list[str]:
    notes = []
    if share := float(seen.mask[region.slices].mean()):
        notes.append(f"Burned-in text was masked ({share:.1%} of the region).")
    notes += [f"The map of {stage} is empty: no part spoke for the side chosen." for stage in empty]
    return notes
