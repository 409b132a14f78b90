"""Sanity checks of activation maps, over the images of a run or for one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from sgus.core.errors import RunError
from sgus.core.grades import STAGES
from sgus.core.rng import generator
from sgus.explain.cam import stage_cams, upsample_cams
from sgus.explain.deletion import (
    STEPS,
    area_under,
    deletion_curves,
    removal_order,
    shuffled,
)
from sgus.explain.inside import inside
from sgus.explain.sanity import cams_of_side, cascade, layers, rank_correlation, ssim
from sgus.nn.network import GradingNetwork
from sgus.report.figures import Estimate, Figure, Place, figure_object
from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.confusion import ratio
from sgus.workflows.audit_bench import Bench, Judge
from sgus.workflows.cam_words import sentences

Progress = Callable[[str, int, int], None]
FloatArray = NDArray[np.float64]
Maps = NDArray[np.float32]

ORDERS: Final = ("map", "random", "reverse")
INSIDE: Final = "share of the map inside"
AREA: Final = "share of the area inside (chance)"
GAIN: Final = "inside more than chance"
OTHER: Final = "rank correlation with another patient's map"
FALL: Final = "deletion area, random minus map"
REVERSE: Final = "deletion area, reverse minus map"
_EMPTY: Final = "every map is empty or constant"


@dataclass(frozen=True, eq=False)
class MapChecks:
    """What the checks found for some images of one judge; a row an image.

    Attributes:
        rows: `(n,)` rows of the pictures.
        cams: `(n, 3, h', w')`, maps of the side chosen.
        higher: `(n, 3)`, whether that is the higher side.
        cascade: Names of what was randomised, step by step.
        random_cams: `(n_layers, n, 3, h', w')`, the maps after each step.
        correlation: `(n_layers, n, 3)`, rank correlation with the map itself; NaN where constant.
        similarity: `(n_layers, n, 3)`, SSIM with it, at the size of the input.
        share: `(n, 3)`, share of the map inside the gland (or middle); NaN for an empty map.
        area: `(n,)`, its share of the area.
        curves: `(3 orders, n, 3, STEPS + 1)`, probability of the side chosen, in order of `ORDERS`.
    """

    rows: NDArray[np.int64]
    cams: Maps
    higher: NDArray[np.bool_]
    cascade: tuple[str, ...]
    random_cams: Maps
    correlation: FloatArray
    similarity: FloatArray
    share: FloatArray
    area: FloatArray
    curves: FloatArray


def check_maps(
    bench: Bench,
    judge: Judge,
    rows: NDArray[np.int64],
    *,
    wanted: NDArray[np.bool_],
    seed: int = 0,
    tick: Callable[[], None] = lambda: None,
) -> MapChecks:
    """Put the maps of some images to the test.

    Args:
        bench: The images and where their glands are.
        judge: Whose maps; it should not have learnt from the images.
        rows: Which pictures.
        wanted: `(n, 3)`, the images and stages whose deletion curves are wanted; the others are
            NaN, and save their time.
        seed: Of the random weights and orders.
        tick: Called after each step of the cascade and each curve.
    """
    pixels = np.array(bench.pictures.pixels[rows])
    x = judge.network.normalise(torch.from_numpy(pixels)[:, None])
    found = stage_cams(judge.network, x)
    higher = judge.network.stage_log_odds(found.raw).numpy() > 0
    cams = found.cams.numpy()
    names = layers(judge.network)
    steps = []
    for _, other in cascade(judge.network, seed=seed):
        steps.append(cams_of_side(other, x, higher))
        tick()
    marks = bench.looked_for()[rows]
    inner = [inside(cams[:, stage], marks) for stage in range(len(STAGES))]
    size = pixels.shape[1:]

    def similar(first: Maps, second: Maps) -> FloatArray:
        return ssim(_at(first, size), _at(second, size))

    return MapChecks(
        rows=rows,
        cams=cams,
        higher=higher,
        cascade=tuple(names),
        random_cams=np.stack(steps),
        correlation=np.stack([_by_stage(cams, step, rank_correlation) for step in steps]),
        similarity=np.stack([_by_stage(cams, step, similar) for step in steps]),
        share=np.stack([one.share for one in inner], axis=1),
        area=inner[0].area,
        curves=_curves(judge.network, pixels, cams, higher, wanted=wanted, seed=seed, tick=tick),
    )


def _by_stage(first: Maps, second: Maps, compare: Callable[[Maps, Maps], FloatArray]) -> FloatArray:
    """`(n, 3)`; NaN where a map is empty, of which there is nothing to compare."""
    pairs = [(first[:, stage], second[:, stage]) for stage in range(len(STAGES))]
    empty = [(a.max((1, 2)) <= 0) | (b.max((1, 2)) <= 0) for a, b in pairs]
    values = [compare(a, b) for a, b in pairs]
    return np.stack([np.where(no, np.nan, v) for no, v in zip(empty, values, strict=True)], axis=1)


def _at(maps: Maps, size: tuple[int, ...]) -> Maps:
    return upsample_cams(maps, height=size[0], width=size[1])


def _curves(
    network: GradingNetwork,
    pixels: NDArray[np.uint8],
    cams: Maps,
    higher: NDArray[np.bool_],
    *,
    wanted: NDArray[np.bool_],
    seed: int,
    tick: Callable[[], None],
) -> FloatArray:
    n, height, width = pixels.shape
    curves = np.full((len(ORDERS), n, len(STAGES), STEPS + 1), np.nan)
    for stage in range(len(STAGES)):
        own = cams[:, stage]
        kept = np.flatnonzero(wanted[:, stage] & (own.max((1, 2)) > 0))
        maps = {
            "map": own,
            "random": shuffled(own, generator(seed, "order", stage)),
            "reverse": -own,
        }
        for at, name in enumerate(ORDERS):
            rng = generator(seed, "ties", stage, name)
            order = removal_order(maps[name][kept], height=height, width=width, rng=rng)
            if len(kept):
                curves[at, kept, stage] = deletion_curves(
                    network, pixels[kept], order, stage=stage, higher=higher[kept, stage]
                )
            tick()
    return curves


def map_sanity(
    bench: Bench,
    *,
    n_images: int,
    n_resamples: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Put the maps of some images of a run to the test, each with the model of its own fold.

    A stage counts the images whose grade it decides about.

    Args:
        bench: What is audited.
        n_images: How many, drawn by seed; all where there are fewer.
        n_resamples: Resamples of the patient bootstrap.
        seed: Of the choice, the random weights and orders, the resamples.
        progress: Receives (what is done, done, of).

    Returns:
        `n_images`, `looked_for` (what inside means), `layers`, `figures` (rows with `title`,
        `stage`, `layer` and the figure object), `sentences`.
    """
    asked = bench.asked
    drawn = generator(seed, "images with maps").permutation(asked)[:n_images]
    judged = [(judge, np.sort(drawn[np.isin(drawn, judge.fold.asked)])) for judge in bench.judges]
    judged = [(judge, rows) for judge, rows in judged if len(rows)]
    steps = sum(len(layers(judge.network)) + len(STAGES) * len(ORDERS) for judge, _ in judged)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress("checks of maps", done, steps)

    checks = [
        check_maps(bench, judge, rows, wanted=_decided(bench, rows), seed=seed, tick=tick)
        for judge, rows in judged
    ]
    figures = _figures(bench, checks, n_resamples=n_resamples, seed=seed)
    return {
        "n_images": len(drawn),
        "looked_for": "gland" if bench.glands is not None else "middle of the image",
        "layers": list(checks[0].cascade),
        "figures": figures,
        "sentences": sentences(figures, masked=bench.glands is not None),
    }


def _decided(bench: Bench, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which stages decide about the grade of each image, `(n, 3)`."""
    grade = bench.pictures.grades(rows)
    return np.stack([np.isin(grade, stage.grades) for stage in STAGES], axis=1)


def _figures(
    bench: Bench, checks: list[MapChecks], *, n_resamples: int, seed: int
) -> list[dict[str, Any]]:
    rows = np.concatenate([one.rows for one in checks])
    table = bench.pictures.table.iloc[rows]
    patients, grade = table["patient_id"].to_numpy(), bench.pictures.grades(rows)
    rng = generator(seed, "patient bootstrap", "maps")
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    figures: list[dict[str, Any]] = []
    for at, stage in enumerate(STAGES):
        place = Place(stage.name, bench.where, "truth", patients, seed, bench.unit)
        mine = np.isin(grade, stage.grades)
        for title, layer, values in _values(checks, at, patients):
            row = {"title": title, "stage": stage.title, "layer": layer}
            figures.append(row | _mean(title, np.where(mine, values, np.nan), weights, place))
    return figures


def _values(
    checks: list[MapChecks], at: int, patients: NDArray[Any]
) -> list[tuple[str, str | None, FloatArray]]:
    """What is averaged over images for one stage: name, layer, `(n,)` with NaN where undefined."""
    share = np.concatenate([one.share[:, at] for one in checks])
    area = np.where(np.isnan(share), np.nan, np.concatenate([one.area for one in checks]))
    areas = np.concatenate(
        [np.stack([area_under(c) for c in one.curves[:, :, at]], axis=1) for one in checks]
    )  # (n, orders)
    found: list[tuple[str, str | None, FloatArray]] = [
        (INSIDE, None, share), (AREA, None, area), (GAIN, None, share - area),
        *((f"deletion area, {name}", None, areas[:, k]) for k, name in enumerate(ORDERS)),
        (FALL, None, areas[:, 1] - areas[:, 0]), (REVERSE, None, areas[:, 2] - areas[:, 0]),
    ]  # fmt: skip
    for step, layer in enumerate(checks[0].cascade):
        title = f"randomised down to {layer}"
        correlation = np.concatenate([one.correlation[step, :, at] for one in checks])
        similarity = np.concatenate([one.similarity[step, :, at] for one in checks])
        found.append((f"rank correlation, {title}", layer, correlation))
        found.append((f"SSIM, {title}", layer, similarity))
    cams = np.concatenate([one.cams[:, at] for one in checks])
    return [*found, (OTHER, None, _with_others(cams, patients))]


def _with_others(cams: Maps, patients: NDArray[Any]) -> FloatArray:
    """Mean rank correlation of each map with those of other patients: what mere place gives."""
    values = np.full(len(cams), np.nan)
    for at, patient in enumerate(patients):
        others = cams[patients != patient]
        if len(others):
            found = rank_correlation(np.broadcast_to(cams[at], others.shape), others)
            values[at] = found[~np.isnan(found)].mean() if (~np.isnan(found)).any() else np.nan
    return values


def _mean(name: str, values: FloatArray, weights: FloatArray, place: Place) -> Figure:
    """The mean over the images where it is defined, with its interval by patient."""
    used = ~np.isnan(values)
    held = weights[:, used]
    means = ratio(held @ values[used], held.sum(axis=1))
    return figure_object(Estimate(name, means, used, _EMPTY), place)


def checks_of_image(bench: Bench, image_id: str, *, stage: int, seed: int = 0) -> MapChecks:
    """The checks of one image, with the model of the fold in which it was tested.

    Args:
        bench: What is audited.
        image_id: One of the images asked.
        stage: Place in `STAGES` of the one whose deletion curves are wanted.
        seed: Of random weights and orders.

    Raises:
        RunError: The image was not among those asked.
    """
    at = np.flatnonzero(bench.pictures.table["image_id"].to_numpy() == image_id)
    wanted = np.arange(len(STAGES))[None] == stage
    for judge in bench.judges:
        if len(at) and at[0] in judge.fold.asked:
            return check_maps(bench, judge, at[:1].astype(np.int64), wanted=wanted, seed=seed)
    cause = "no model of the run was tested on it"
    raise RunError(image_id, cause, "Choose an image of the test part")
