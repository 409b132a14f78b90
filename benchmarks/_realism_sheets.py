"""Contact sheets: a row a grade, real images on the left, phantoms on the right."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from _realism_images import HEIGHT, WIDTH, Pictures
from numpy.typing import NDArray
from PIL import Image

from sgus.core.rng import generator

EACH = 4
"""Images of each cohort in a row."""
GAP = 12


def write_sheets(real: Pictures, phantom: Pictures, out: Path, *, seed: int) -> list[Path]:
    """One PNG for each gland; real images of all centres and phantoms of all devices take turns."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for gland in sorted(set(real.table["gland"])):
        rows = [
            np.hstack([
                _row(real, gland, grade, seed=seed),
                np.full((HEIGHT, GAP), 255, np.uint8),
                _row(phantom, gland, grade, seed=seed),
            ])
            for grade in range(4)
        ]  # fmt: skip
        paths.append(out / f"sheet-{gland}.png")
        Image.fromarray(np.vstack(rows)).save(paths[-1])
    return paths


def _row(pictures: Pictures, gland: str, grade: int, *, seed: int) -> NDArray[np.uint8]:
    table = pictures.table
    rows = table[(table["gland"] == gland) & (table["grade"] == grade)]
    rows = rows.sample(frac=1, random_state=generator(seed, "realism", "sheet", gland, grade))
    turn = rows.groupby("group").cumcount()
    chosen = rows.assign(turn=turn).sort_values(["turn", "group"]).index[:EACH]
    tiles = [_captioned(pictures, int(index)) for index in chosen]
    tiles += [np.zeros((HEIGHT, WIDTH), np.uint8)] * (EACH - len(tiles))
    return np.hstack(tiles)


def _captioned(pictures: Pictures, index: int) -> NDArray[np.uint8]:
    tile = pictures.pixels[index].copy()
    row = pictures.table.iloc[index]
    text = f"{row['group']} {row['image_id']} grade {row['grade']}"
    cv2.putText(tile, text, (4, HEIGHT - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.38, 255)
    return tile
