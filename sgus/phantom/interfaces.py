"""Coherent reflectors: fasciae, capsules, septa, bone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgus.phantom.fields import FloatArray, smooth_field, smooth_line, smoothstep
from sgus.phantom.grid import Grid
from sgus.phantom.layouts.parts import Bone, Line
from sgus.phantom.plane import Draws

ComplexArray = NDArray[np.complex64]


def amplitude(level_db: float) -> float:
    """A level against the speckle of a normal parotid as an amplitude."""
    return float(10 ** (level_db / 20))


class Reflectors:
    """Collects points of lines and adds them up once, at the end.

    Args:
        grid: Where the samples lie.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._index: list[NDArray[np.intp]] = []
        self._value: list[ComplexArray] = []

    def add(self, z: FloatArray, x: FloatArray, value: NDArray[np.complexfloating]) -> None:
        """Points at depth `z` and position `x` mm, equal shapes; those outside are left out.

        A point is shared by the two rows next to it, so that a sloping line has no steps.
        """
        row = (z / np.float32(self.grid.dz) - np.float32(0.5)).ravel()
        column = (x / np.float32(self.grid.dx)).ravel()
        whole = np.floor(row)
        inside = (whole >= 0) & (whole < self.grid.n_z - 1)
        inside &= (column >= 0) & (column < self.grid.n_x)
        part = (row - whole)[inside]
        index = whole[inside].astype(np.intp) * self.grid.n_x + column[inside].astype(np.intp)
        kept = value.astype(np.complex64).ravel()[inside]
        self._index += [index, index + self.grid.n_x]
        self._value += [kept * (1 - part), kept * part]

    def total(self) -> ComplexArray:
        """All of them, `(n_z, n_x)`."""
        size = self.grid.n_z * self.grid.n_x
        index, value = np.concatenate(self._index), np.concatenate(self._value)
        summed = np.empty(size, np.complex64)
        summed.real = np.bincount(index, value.real, size)
        summed.imag = np.bincount(index, value.imag, size)
        return summed.reshape(self.grid.shape)


def add_line(reflectors: Reflectors, line: Line, rng: Draws) -> None:
    """A fascia: broken, darker where it slopes, its phase wandering.

    Args:
        reflectors: Where it is added.
        line: Where it lies and how bright it is.
        rng: Where its breaks come from.
    """
    grid = reflectors.grid
    fine = smooth_line(rng, grid.n_x, grid.width_mm, 0.8)
    coarse = smooth_line(rng, grid.n_x, grid.width_mm, 4.0)
    phase = smooth_line(rng, grid.n_x, grid.width_mm, 0.9)
    slope = np.gradient(line.depth) / np.float32(grid.dx)
    strength = np.float32(amplitude(line.level_db)) * np.exp(
        np.float32(line.breaks) * (np.float32(0.6) * fine + np.float32(0.7) * coarse)
    )
    strength /= 1 + (slope / np.float32(0.45)) ** 2
    if line.share is not None:
        strength *= line.share
    value = strength * np.exp(1j * phase.astype(np.complex64))
    reflectors.add(line.depth, grid.x[0], value)
    if line.thickness_mm > 0:
        reflectors.add(line.depth + np.float32(line.thickness_mm), grid.x[0], 0.6 * value)


def add_bone(reflectors: Reflectors, bone: Bone, rng: Draws) -> None:
    """The surface of a bone; its shadow is `bone_shadow`.

    Args:
        reflectors: Where it is added.
        bone: Where it lies.
        rng: Where its unevenness comes from.
    """
    grid = reflectors.grid
    fine = smooth_line(rng, grid.n_x, grid.width_mm, 0.9)
    coarse = smooth_line(rng, grid.n_x, grid.width_mm, 5.0)
    slope = np.gradient(bone.surface) / np.float32(grid.dx)
    strength = np.float32(amplitude(bone.level_db)) * np.exp(
        np.float32(0.45) * fine + np.float32(0.4) * coarse
    )
    strength *= bone.share / (1 + (slope / np.float32(0.7)) ** 2)
    for step, weight in ((0.0, 0.7), (0.1, 1.0), (0.22, 0.4), (0.4, 0.15)):
        turn = np.complex64(weight * np.exp(4j * step))
        reflectors.add(bone.surface + np.float32(step), grid.x[0], strength * turn)


def bone_shadow(bone: Bone, grid: Grid, reverberation_mm: float) -> tuple[FloatArray, FloatArray]:
    """What lies behind a bone.

    Args:
        bone: The bone.
        grid: Where the samples lie.
        reverberation_mm: Distance of its echoes' repetitions.

    Returns:
        Share of shadow `(n_z, n_x)`, 0 to 1, and the scattering strength there in dB.
    """
    behind = grid.z - bone.surface[None, :]
    shadow = smoothstep(0.0, 0.7, behind) * bone.share[None, :]
    deep = np.clip(grid.z - np.float32(bone.surface.min()), 0, 25)  # (n_z, 1): one wave for all
    wave = np.maximum(0, np.cos(2 * np.pi * deep / np.float32(reverberation_mm))) ** 6
    level = np.float32(-17) - np.float32(0.9) * deep + 8 * wave * np.exp(-deep / 5)
    return shadow, level.astype(np.float32)


def add_strokes(
    reflectors: Reflectors,
    rng: Draws,
    mask: FloatArray,
    *,
    count: int,
    length_mm: float,
    angle: float,
    level_db: float,
) -> None:
    """Many short bright lines, roughly across the beam, in groups, where a mask allows.

    Args:
        reflectors: Where they are added.
        rng: Where they come from.
        mask: `(n_z, n_x)`, 1 where they may lie, 0 where not; a softer value makes fewer.
        count: How many are tried over the whole picture.
        length_mm: Median length.
        angle: Standard deviation of the slope, radians.
        level_db: Median strength.
    """
    grid = reflectors.grid
    if count < 1:
        return
    place, lot = rng.uniform(size=(2, count)), rng.uniform(size=(2, count))
    draws = rng.standard_normal((4, count), dtype=np.float32)
    z, x = place[0] * grid.depth_mm, place[1] * grid.width_mm
    at = mask[(place[0] * grid.n_z).astype(int), (place[1] * grid.n_x).astype(int)]
    rough = Grid(grid.depth_mm, grid.width_mm, n_z=48, n_x=48)
    groups = np.float32(0.6) + np.float32(0.5) * smooth_field(rng, rough, 2.0, 4.5)
    at = at * np.clip(groups[(place[0] * 48).astype(int), (place[1] * 48).astype(int)], 0, 1)
    kept = np.flatnonzero(at > np.clip(lot[0], 0.15, 1))
    if not len(kept):
        return
    n_points = int(np.ceil(length_mm * 2.0 / grid.dx))
    t = np.linspace(-0.5, 0.5, n_points, dtype=np.float32)[None, :]
    length = length_mm * np.exp(0.45 * draws[0, kept])[:, None]
    slope = angle * draws[1, kept][:, None]
    bend = 0.05 * draws[3, kept][:, None]
    along = t * length
    strength = amplitude(level_db) * np.exp(0.75 * draws[2, kept])
    # Points closer than a column add up: each then has its part of a continuous line's strength.
    part = np.minimum(1, length / (n_points * grid.dx)) * (1 - (2 * t) ** 2)
    value = (strength * np.exp(2j * np.pi * lot[1, kept]))[:, None] * part
    down = z[kept][:, None] + along * slope + bend * along**2
    right = x[kept][:, None] + along
    row = np.clip((down / grid.dz).astype(np.intp), 0, grid.n_z - 1)
    column = np.clip((right / grid.dx).astype(np.intp), 0, grid.n_x - 1)
    value *= mask[row, column]
    reflectors.add(down.astype(np.float32), right.astype(np.float32), value)
