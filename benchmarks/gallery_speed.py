"""The gallery of a cohort of 20,000 images: time a page and memory over 200 pages.

A made-up table over a few picture files: every row has a region of its own, so that every thumbnail
is made and kept apart. What is timed is all that a click on a page number asks of the program below
the browser: the rows in their order, and the 24 thumbnails as bytes in the page.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.cohort.manifest import load_cohort
from sgus.core.files import sha256_bytes
from sgus.phantom.export import png_bytes
from sgus.phantom.request import PhantomRequest
from sgus.phantom.simulate import simulate
from sgus.ui.cohort.tiles import tile_html
from sgus.workflows.cohort_filters import select
from sgus.workflows.cohort_gallery import (
    BY_ID,
    HIGHEST,
    LOWEST,
    gallery_page,
    n_pages,
    ordered,
    page_rows,
    prepare_page,
)
from sgus.workflows.cohort_view import CohortView, cohort_view

SIZE = 24
LIMIT_MS = 150
GROWTH_MB = 30
FILES = 8
HEADER = (
    "image_id,path,sha256,patient_id,visit,gland,side,centre,device,device_class,operator,grade,"
    "width_px,height_px,spacing_mm,region,excluded,exclusion_reason,sex,age_years"
)


def make_cohort(root: Path, n: int) -> None:
    """A cohort of `n` rows that share a few phantoms as files."""
    (root / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    files = []
    for at in range(FILES):
        request = PhantomRequest(
            severity=at / 2, gland="parotid", view="transverse", device="premium", anatomy_seed=at,
            scan_seed=at,
        )  # fmt: skip
        data = png_bytes(simulate(request))
        (root / "images" / f"f{at}.png").write_bytes(data)
        files.append(sha256_bytes(data))
    lines = [HEADER]
    for at in range(n):
        file, patient = at % FILES, at // 8
        box = f"{100 + at % 40} {30 + at // 40 % 40} {500 + at // 1600 % 40} 436"
        lines.append(
            f"image-{at:05d},images/f{file}.png,{files[file]},P{patient:04d},1,"
            f"{('parotid', 'submandibular')[at // 2 % 2]},{('left', 'right')[at % 2]},"
            f"centre-{patient % 9},device-{patient % 7},high_end,,{random.integers(4)},720,540,"
            f"0.08,{box},false,,{'FM'[patient % 2]},{20 + patient % 60}"
        )
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    facts = {"name": "gallery benchmark", "synthetic": True, "n_images": n}
    (root / "cohort.json").write_text(json.dumps(facts))


def resident_mb() -> float:
    """Resident memory of this process, MB of a million bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("this system does not tell the memory of a process")


def visit(view: CohortView, pages: int, order: str, *, think_s: float) -> list[float]:
    """Open pages one after the other. Returns the milliseconds of each, after saying the work."""
    times, begin = [], time.process_time()
    for page in range(1, pages + 1):
        start = time.perf_counter()
        rows = ordered(view, select(view, {}), order)
        size = sum(len(tile_html(tile)) for tile in gallery_page(view, page_rows(rows, page, SIZE)))
        times.append(1000 * (time.perf_counter() - start))
        if not size:
            raise RuntimeError("an empty page")
        prepare_page(view, page_rows(rows, page % n_pages(len(rows), SIZE) + 1, SIZE))
        time.sleep(think_s)
    print(f"processor time a page, with what is prepared: "
          f"{1000 * (time.process_time() - begin) / pages:.0f} ms")  # fmt: skip
    return times


def say(what: str, times: list[float]) -> bool:
    """Print median, 95th percentile and worst. Returns whether 95 % are within the limit."""
    cut = statistics.quantiles(times, n=20)[-1]
    print(
        f"{what:44s} median {statistics.median(times):6.1f} ms   95 % within {cut:6.1f} ms   "
        f"worst {max(times):6.1f} ms   under {LIMIT_MS} ms: {'yes' if cut < LIMIT_MS else 'no'}"
    )
    return cut < LIMIT_MS


def main() -> None:
    """Print times and memory, and whether they are within the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--think", type=float, default=0.5, help="seconds a person looks at a page")
    arguments = parser.parse_args()
    print(f"libraries imported, {resident_mb():.0f} MB")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "cohort"
        make_cohort(root, arguments.images)
        start = time.perf_counter()
        view = cohort_view(load_cohort(root))
        print(f"{view.n_images} images, read once in {time.perf_counter() - start:.1f} s, "
              f"{resident_mb():.0f} MB")  # fmt: skip
        some = arguments.pages // 4
        looked = f"first visit, looking {arguments.think} s at each"
        quick = say("first visit, leafing without a pause", visit(view, some, HIGHEST, think_s=0))
        fine = [quick, say(looked, visit(view, some, LOWEST, think_s=arguments.think))]
        visit(view, 10, BY_ID, think_s=0)
        before = resident_mb()
        visit(view, arguments.pages, BY_ID, think_s=0)
        grown = resident_mb() - before
        fine.append(say("again", visit(view, arguments.pages, BY_ID, think_s=0)))
        print(f"memory {before:.0f} MB, {grown:+.1f} MB over {arguments.pages} new pages, "
              f"{resident_mb() - before - grown:+.1f} MB over them again")  # fmt: skip
    print(f"under {LIMIT_MS} ms a page for 95 % of pages, all three: {['no', 'yes'][all(fine)]}")
    print(f"flat in memory (under {GROWTH_MB} MB): {['no', 'yes'][grown < GROWTH_MB]}")


if __name__ == "__main__":
    main()
