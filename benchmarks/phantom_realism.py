"""How real are the phantoms: `python benchmarks/phantom_realism.py PHANTOM REAL --out DIR`.

Both are cohort directories; 200 to 400 phantoms are enough. Everything is measured in the
network's view at 216 x 288 (grain also in the file's own resolution), on phantoms matched to the
real images by gland and grade: speckle, grey values by depth, radial spectra, how texture changes
with grade, and a two-sample classifier. Intervals resample patients. Writes realism.md,
realism.json and contact sheets; two to three minutes on one thread.

Whoever tunes the simulator by these figures looks at one half of the real patients only: with
`--half development` (the default) those whose id has a SHA-256 with an even first hex digit. The
other half, `--half confirmation`, is for the final table alone, so that the figures of a tuned
simulator are not those of the images it was tuned on.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from _realism_classifier import judge
from _realism_compare import (
    differences,
    grade_table,
    histogram_distances,
    mean_table,
    spectrum_distance,
)
from _realism_figures import DEPTH, GLAND, SPECKLE, SPECTRUM
from _realism_images import HALVES, Pictures, load, matched
from _realism_sheets import write_sheets
from _realism_text import as_markdown

from sgus.core.errors import SgusError
from sgus.core.files import to_json

SEED = 0
PER_REAL = 2


def compare(phantoms: Pictures, real: Pictures) -> dict[str, object]:
    """All figures but those of the classifier."""
    like = matched(phantoms, real, per_real=PER_REAL, seed=SEED)
    sides = {"real": real, "phantom": like}
    apart = differences(real.figures, like.figures)
    texture = list(GLAND)
    return {
        "n": {"real": len(real.table), "phantom": len(like.table), "all": len(phantoms.table)},
        "means": {
            name: mean_table(side.figures, side.table, seed=SEED) for name, side in sides.items()
        },
        "differences": apart,
        "summary": {
            name: sum(abs(apart[figure]) for figure in chosen) / len(chosen)
            for name, chosen in {
                "speckle": SPECKLE,
                "depth": DEPTH,
                "spectrum": SPECTRUM,
                "gland": GLAND,
            }.items()
        },
        "histogram_distance": histogram_distances(real, like),
        "spectrum_distance": spectrum_distance(real, like),
        "grades": {
            "real": grade_table(real.figures[texture], real.table, seed=SEED),
            "phantom": grade_table(phantoms.figures[texture], phantoms.table, seed=SEED),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("phantom", type=Path, help="directory of a phantom cohort")
    parser.add_argument("real", type=Path, help="directory of a cohort of real images")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--half", choices=HALVES, default="development")
    parser.add_argument("--quick", action="store_true", help="no classifier")
    options = parser.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    phantoms = load(options.phantom, group="device")
    real = load(options.real, group="centre", half=options.half)
    result = compare(phantoms, real)
    if not options.quick:
        result["classifier"] = judge(
            real, matched(phantoms, real, per_real=1, seed=SEED), seed=SEED
        )
    result |= {"half": options.half, "phantom": options.phantom.name, "real": options.real.name}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "realism.json").write_text(to_json(result), encoding="utf-8")
    text = as_markdown(result)
    (options.out / "realism.md").write_text(text, encoding="utf-8")
    sheets = write_sheets(real, phantoms, options.out, seed=SEED)
    print(text)
    print(f"{time.perf_counter() - started:.0f} s; sheets: {', '.join(map(str, sheets))}")


if __name__ == "__main__":
    try:
        main()
    except SgusError as error:
        sys.exit(f"Error: {error}")
