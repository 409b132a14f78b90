"""The short modes against fastai with a frozen body: time for ten epochs, and what it learns.

    python benchmarks/fine_tune_speed.py [--cohort DIR] [--folds 3] [--epochs 10] [--python PYTHON]

On the demo cohort of simulated images (made anew without --cohort), folds by patient. All begin
with the trunk of the bundled phantom model, see the same windows as PNG files, the same size, batch
size, number of epochs and threads, flips only, and validate after each epoch; all ten epochs are
run. A contender is a process of its own, in turn within each fold, so that drift of the machine
meets all. Timed is everything from the first picture decoded to the last step: decoding, features
and training; imports and the prediction of the test part are not. fastai decodes and runs its body
each epoch, as it is normally used. --python names an interpreter that has fastai. On a machine that
others use, OMP_NUM_THREADS=1 and the ratio of processor times say more than the clock does: with
more threads than free processors, threads that wait for each other count as busy.

Figures are of the pooled test parts of all folds, with intervals from the bootstrap over patients;
differences are paired. "start, untouched" is the phantom model as it is: what training adds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import Fold, load_split
from sgus.core.grades import STAGE_NAMES, most_probable_grade, stages_from_grades
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.geometry import network_window
from sgus.nn.model_files import read_info
from sgus.report.comparison import compare_predictions
from sgus.report.evaluation import evaluate_predictions
from sgus.workflows.fold_training import predict_fold
from sgus.workflows.models import models_folder
from sgus.workflows.pictures import load_pictures
from sgus.workflows.splitting import split_cohort
from sgus.workflows.starting import PHANTOM_MODEL

PEER = "fastai, frozen body"
CONTENDERS = {
    PEER: ("fastai_frozen.py",),
    "sgus last block": ("ours_frozen.py", "last_block"),
    "sgus head": ("ours_frozen.py", "head"),
}
AIMS = {"sgus last block": 8, "sgus head": 40}
START = models_folder() / PHANTOM_MODEL
SPLIT = "fine-tune-speed"


def write_windows(cohort: Cohort, folder: Path, *, height: int, width: int) -> None:
    """Each image's window of the network's aspect as a PNG of its own, at full resolution."""
    for row in cohort.usable().itertuples():
        pixels = read_image(cohort.root / str(row.path)).pixels
        window = network_window(Region.parse(str(row.region)), height=height, width=width)
        Image.fromarray(np.ascontiguousarray(pixels[window.slices])).save(
            folder / f"{row.image_id}.png"
        )


def run_once(name: str, fold: Fold, cohort: Cohort, folder: Path, options: Any) -> dict[str, Any]:
    """One contender on one fold, in its own process; its last line is JSON."""
    grades = dict(zip(cohort.images["image_id"], cohort.images["grade"].astype(str), strict=True))
    parts = {
        part: [(str(folder / f"{image}.png"), int(float(grades[image]))) for image in ids]
        for part, ids in fold.parts().items()
    }
    task = folder / "task.json"
    task.write_text(
        json.dumps(
            {
                "parts": parts, "height": options.height, "width": options.width, "batch": 32,
                "epochs": options.epochs, "seed": 0, "start": str(START),
            }
        )
    )  # fmt: skip
    script, *rest = CONTENDERS[name]
    python = options.python if name == PEER else sys.executable
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONWARNINGS": "ignore"}
    command = [python, str(HERE / "peers" / script), str(task), *rest]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_table(cohort: Cohort, fold: Fold, probabilities: list[list[float]]) -> pd.DataFrame:
    """Rows of predictions.csv for the test part."""
    p = np.array(probabilities, dtype=np.float64)
    p /= p.sum(1, keepdims=True)
    rows = cohort.images.set_index("image_id").loc[list(fold.test)].reset_index()
    table = rows[["image_id", "patient_id", "gland", "side", "centre", "device"]].copy()
    table["grade"] = rows["grade"].astype(int)
    table[[f"p{grade}" for grade in range(4)]] = p
    table[[f"p_{name}" for name in STAGE_NAMES]] = stages_from_grades(p)
    return table.assign(split="test", fold=fold.name, predicted=most_probable_grade(p))


def untouched(cohort: Cohort) -> pd.DataFrame:
    """Predictions of the start itself."""
    pictures = load_pictures(cohort, read_info(START).network)
    ids = list(pictures.table["image_id"])
    return predict_fold(
        pictures, Fold(name="start", train=[], validation=[], test=ids), model_dir=START
    )


def show_times(times: dict[str, list[dict[str, float]]]) -> None:
    """Totals over the folds, and ratios fold by fold."""
    print(f"\n{'contender':22} {'total s':>9} {'after features s':>17} {'processor s':>12}")
    for name, found in times.items():
        total, cpu = (sum(f[key] for f in found) for key in ("seconds", "cpu_seconds"))
        after = sum(f["seconds"] - f["preparing"] for f in found)
        print(f"{name:22} {total:9.1f} {after:17.1f} {cpu:12.1f}")
    for name, aim in AIMS.items():
        for key, words in (("seconds", "end to end"), ("cpu_seconds", "processor time")):
            pairs = zip(times[PEER], times[name], strict=True)
            ratios = [peer[key] / own[key] for peer, own in pairs]
            print(
                f"{PEER} / {name}, {words}: {statistics.median(ratios):.1f} times "
                f"(by fold {min(ratios):.1f} to {max(ratios):.1f}; aim {aim})"
            )
        after = [p["seconds"] / (o["seconds"] - o["preparing"])
                 for p, o in zip(times[PEER], times[name], strict=True)]  # fmt: skip
        print(f"  after the features alone: {statistics.median(after):.1f} times")


def show_figures(tables: dict[str, pd.DataFrame]) -> None:
    """Quadratic kappa of each, and paired differences from the peer."""
    print("\nquadratic-weighted kappa of four grades (SYNTHETIC PHANTOMS), test parts pooled")
    for name, table in tables.items():
        for item in evaluate_predictions(table)["figures"]:
            if (item["figure"], item["scope"], item["subset"]) == (
                "quadratic_kappa",
                "four_grades",
                None,
            ):
                print(
                    f"  {name:22} {item['value']:.3f} ({item['low']:.3f} to {item['high']:.3f}), "
                    f"{item['n_images']} images of {item['n_patients']} patients"
                )
                break
    for name in AIMS:
        for item in compare_predictions(tables[name], tables[PEER]):
            if (item["figure"], item["scope"], item["subset"]) == (
                "quadratic_kappa",
                "four_grades",
                None,
            ):
                print(
                    f"  {name} minus {PEER}: {item['difference']:+.3f} "
                    f"({item['low']:+.3f} to {item['high']:+.3f}; paired patient bootstrap)"
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cohort", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=0, help="only so many folds; 0: all")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--height", type=int, default=144)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = options.cohort or Path(name) / "demo"
        if options.cohort is None:
            command = [
                sys.executable,
                "-m",
                "sgus",
                "phantom",
                "--preset",
                "demo",
                "--out",
                str(root),
            ]
            subprocess.run(command, check=True, cwd=HERE.parent, stdout=subprocess.DEVNULL)
        split_cohort(root, "kfold", name=SPLIT, n_folds=options.folds)
        compare(load_cohort(root), Path(name), options)


def compare(cohort: Cohort, scratch: Path, options: argparse.Namespace) -> None:
    """All contenders on all folds, then the two tables."""
    folder = scratch / "windows"
    folder.mkdir()
    write_windows(cohort, folder, height=options.height, width=options.width)
    times: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in CONTENDERS}
    folds = load_split(cohort, SPLIT).folds
    for fold in folds[: options.rounds or len(folds)]:
        for name in CONTENDERS:
            found = run_once(name, fold, cohort, folder, options)
            tables[name].append(test_table(cohort, fold, found.pop("probabilities")))
            times[name].append(found)
            print(f"fold {fold.name}  {name:22} {found['seconds']:7.1f} s, of it before the first "
                  f"step {found['preparing']:.1f} s; processor {found['cpu_seconds']:.1f} s; "
                  f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    show_times(times)
    pooled = {name: pd.concat(found, ignore_index=True) for name, found in tables.items()}
    shown = set(pooled[PEER]["image_id"])
    start = untouched(cohort)
    show_figures({**pooled, "start, untouched": start[start["image_id"].isin(shown)]})


if __name__ == "__main__":
    main()
