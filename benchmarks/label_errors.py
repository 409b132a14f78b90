"""How many planted label errors the list of suspects finds: `python benchmarks/label_errors.py`.

For each seed a phantom cohort (SYNTHETIC PHANTOMS), made under --out where it is not there. Labels
are the median of its five readers, or the true grade of each simulated gland; 5 % or 10 % of the
images are moved to a neighbour grade: any image, or, harder, only 0 to 1 and 1 to 0. One setting
plants nothing: the label is the first reading of one reader, who errs by itself.

A k-fold run by patient learns from these labels in the fast mode (preset quick: features of the
frozen phantom trunk computed once, then the linear reading). The bundled phantom trunk learnt from
other simulated patients; that none of their images and glands is in these cohorts is checked (seed
1 is refused: the trunk's phantoms were made with it). What is planted is used for judging only:
split, training, scores and order know nothing of it.

Precision and recall of the first 5 % and 10 % of the images in each order, over all cohorts
together, with 95 % percentile intervals of 2000 resamples of patients. The lists are held fixed in
the resamples, so that they tell of these lists and not of training anew. Difference: on the same
resamples.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from _label_errors_figures import (
    LENGTHS,
    METHODS,
    RANDOM,
    Found,
    Lists,
    judge,
    lists_of,
    said,
)
from _label_errors_run import NEIGHBOUR, ONE_READER, ZERO_ONE, labels_of, material, out_of_fold

from sgus.core.errors import SgusError
from sgus.review.order import AGAINST, MARGIN, READERS, SUSPECT
from sgus.workflows.phantoms import make_phantom_cohort

SETTINGS = [
    (base, kind, share)
    for base in ("median", "true")
    for kind in (NEIGHBOUR, ZERO_ONE)
    for share in (0.05, 0.10)
] + [("reading", ONE_READER, 0.0)]
COLUMNS = [(length, what) for length in LENGTHS for what in ("precision", "recall")]


def cohort(folder: Path, *, seed: int, patients: int) -> Path:
    root = folder / f"demo-{seed}"
    if not (root / "cohort.json").is_file():
        make_phantom_cohort(root, preset="demo", patients=patients, seed=seed, processes=1)
    return root


def show(title: str, found: Found) -> None:
    print(
        f"\n**{title}**: {found.n_errors} of {found.n_images} images, {found.n_patients} patients\n"
    )
    heads = [f"{what}, first {length:.0%}" for length, what in COLUMNS]
    print("| order | " + " | ".join(heads) + " |")
    print("|---|" + "---|" * len(heads))
    for name, words in METHODS.items():
        cells = [said(found.values[name, length, what]) for length, what in COLUMNS]
        print(f"| {words} | " + " | ".join(cells) + " |")
    for other in (RANDOM, MARGIN, READERS, AGAINST):
        cells = [
            said(found.values[SUSPECT, length, what] - found.values[other, length, what])
            for length, what in COLUMNS
        ]
        print(f"| *suspect* less *{other}* | " + " | ".join(cells) + " |")
    ranges = [found.by_seed[SUSPECT, length, what] for length, what in COLUMNS]
    cells = [f"{min(values):.2f} to {max(values):.2f}" for values in ranges]
    print("| *suspect*, lowest to highest of the cohorts | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where the cohorts lie")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 2, 3, 4, 5])
    parser.add_argument("--patients", type=int, default=50, help="of each cohort")
    parser.add_argument(
        "--head", choices=("start", "new"), default="start",
        help="the linear reading begins as the phantom model's, as in training, or at random",
    )  # fmt: skip
    asked = parser.parse_args()
    lists: dict[tuple[str, str, float], list[Lists]] = {setting: [] for setting in SETTINGS}
    begun = perf_counter()
    for seed in asked.seeds:
        root = cohort(asked.out, seed=seed, patients=asked.patients)
        found = material(root, seed=seed, head=asked.head)
        for base, kind, share in SETTINGS:
            label, before = labels_of(found, base=base, kind=kind, share=share)
            table = out_of_fold(found, label)
            lists[base, kind, share].append(lists_of(found, table, before=before, kind=kind))
        print(f"seed {seed}: {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    for (base, kind, share), cohorts in lists.items():
        planted = judge(cohorts, event="planted")
        if kind == ONE_READER:
            show("Labels: the first reading of one reader; errors: not the true grade", planted)
            continue
        words = "the median of the readers" if base == "median" else "the true grade"
        show(f"Labels: {words}; {share:.0%} planted, {kind}; errors: planted", planted)
        if base == "median":
            wrong = judge(cohorts, event="wrong")
            show("The same lists; errors: not the true grade, planted or not", wrong)


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(str(error))
