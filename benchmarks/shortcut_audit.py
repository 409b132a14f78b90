r"""Does the audit find a planted shortcut, and keep quiet without one?

Two copies of a phantom cohort: one with a square in the border of each image whose grey tells the
reference grade, one with the same squares dealt to the images at random. A model is trained on each
by cross-validation and audited.

    python -m benchmarks.shortcut_audit --cohort data/demo --patients 24 --out /somewhere/new \
        --preset short --set trains=full --set network.backbone=tiny --set weights=none
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sgus.core.files import sha256_file
from sgus.core.region import Region
from sgus.images.geometry import network_window

_HEIGHT, _WIDTH = 144, 192
_SHARE = 0.08  # of the window's rows and columns: inside the border, a tenth on each side
_GREYS = (30, 90, 150, 210)


def copy_with_marks(source: Path, target: Path, *, n_patients: int, told: bool, seed: int) -> None:
    """A copy of the first patients' images, each with its square."""
    table = pd.read_csv(source / "images.csv", dtype=str, keep_default_na=False)
    kept = sorted(table["patient_id"].unique())[:n_patients]
    table = table[table["patient_id"].isin(kept)].reset_index(drop=True)
    grades = table["grade"].astype(int).to_numpy()
    marks = grades if told else np.random.default_rng(seed).permutation(grades)
    (target / "images").mkdir(parents=True)
    (target / "masks").mkdir()
    hashes = []
    for row, mark in zip(table.itertuples(), marks, strict=True):
        _mark(source / str(row.path), target / str(row.path), str(row.region), _GREYS[mark])
        shutil.copy(source / str(row.mask_path), target / str(row.mask_path))
        hashes.append(sha256_file(target / str(row.path)))
    table.assign(sha256=hashes).to_csv(target / "images.csv", index=False)
    facts = json.loads((source / "cohort.json").read_text(encoding="utf-8"))
    facts |= {
        "name": f"{facts['name']}, marks {'tell' if told else 'dealt'}",
        "n_images": len(table),
    }
    (target / "cohort.json").write_text(json.dumps(facts), encoding="utf-8")


def _mark(source: Path, target: Path, region: str, grey: int) -> None:
    picture = Image.open(source)
    text = PngInfo()
    for key, value in picture.info.items():
        if isinstance(value, str):
            text.add_text(key, value)
    pixels = np.array(picture.convert("L"))
    window = network_window(Region.parse(region), height=_HEIGHT, width=_WIDTH)
    rows, columns = round(_SHARE * window.height), round(_SHARE * window.width)
    pixels[window.y1 - rows : window.y1, window.x0 : window.x0 + columns] = grey
    Image.fromarray(pixels).save(target, pnginfo=text)


def _sgus(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "sgus", *map(str, words)], check=True)


def main() -> None:
    """Make both cohorts, train, audit, print the alarms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohort", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=30)
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--set", action="append", default=[], help="key=value, as for train")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for told in (True, False):
        name = "told" if told else "dealt"
        cohort, run = given.out / name, given.out / f"run-{name}"
        copy_with_marks(given.cohort, cohort, n_patients=given.patients, told=told, seed=given.seed)
        _sgus("split", cohort, "--scheme", "kfold")
        changed = [word for value in given.set for word in ("--set", value)]
        train = ("--split", "kfold", "--preset", given.preset, *changed, "--out", run)
        _sgus("train", cohort, *train)
        _sgus("audit", run, cohort, "--maps", 0, "--seed", given.seed)


if __name__ == "__main__":
    main()
