"""The most contested images of a run at a boundary, with what the confusions page says of each.

    python benchmarks/contested_cases.py runs/RUN --boundary 0/1 --n 10 [--what-if]

Contested: where the cohort has readings, by how divided they are; else by suspected label error,
the only order that needs no reader.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.ui.confusions.image_words import verdict_of
from sgus.workflows.confusions import ORDERS, open_boundary
from sgus.workflows.look_what_if import what_if
from sgus.workflows.run_view import open_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--boundary", default="0/1")
    parser.add_argument("--cell", default="crossed")
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--what-if", action="store_true", help="ask the model of changed pictures")
    said = parser.parse_args()
    view = open_run(said.run)
    seen = open_boundary(view, said.boundary)
    order = "suspect" if "readers" in seen.reasons else "readers"
    rows = seen.images(said.cell, order)
    print(f"{len(rows)} images: {seen.cell_words(said.cell)}. Order: {ORDERS[order].title}.")
    for why in seen.reasons.values():
        print(f"  not to be had: {why}")
    for image_id in rows["image_id"].tolist()[: said.n]:
        verdict = verdict_of(seen, image_id)
        if verdict is None:
            continue
        print(f"\n{image_id}: {verdict.lead}\n  {verdict.advice}")
        for title, words in verdict.lines:
            print(f"  {title}: {words}")
        if said.what_if:
            print(f"  What if: {what_if(view, image_id, seen.boundary).sentence}")


if __name__ == "__main__":
    main()
