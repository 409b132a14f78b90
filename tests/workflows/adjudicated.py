"""A small cohort to adjudicate, and simulated people who do it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np

from sgus.workflows import adjudication as work
from tests.images.pictures import encoded, framed, speckle, written

N = 16
HEIGHT, WIDTH = 96, 128
"""Of the ultrasound area; margins are 20 px, with a name above and a grade's worth of hints."""


def save_cohort(
    root: Path, *, prefix: str = "i", turned: bool = False, readers: bool = True, text: str = ""
) -> Path:
    """Write 16 pictures of 8 patients, two grades a patient, readers who mostly agree.

    Args:
        root: Where.
        prefix: Begins every id, file name, patient, reader, centre and device.
        turned: Grades and readings are 3 less what they are otherwise; pictures are the same.
        readers: Three people read each image.
        text: Burned into the ultrasound of every picture.
    """
    (root / "images").mkdir(parents=True)
    images, ratings = [], []
    for at in range(N):
        grade = 3 - at % 4 if turned else at % 4
        pixels = framed(speckle(HEIGHT, WIDTH, seed=at), left=20, top=20, right=20, bottom=20)
        pixels = written(pixels, "DOE", x=30, y=17, scale=0.4)
        pixels = written(pixels, text, x=40, y=70, scale=0.6) if text else pixels
        name = f"{prefix}{at}"
        data = encoded(pixels)
        (root / "images" / f"{name}-file.png").write_bytes(data)
        images.append(
            {
                "image_id": name,
                "path": f"images/{name}-file.png",
                "sha256": sha256(data).hexdigest(),
                "patient_id": f"{prefix}P{at // 2}",
                "gland": ("parotid", "submandibular")[at // 4 % 2],
                "device": f"{prefix}device",
                "grade": grade,
                "spacing_mm": 0.1,
                "region": f"20 20 {20 + WIDTH} {20 + HEIGHT}",
                "excluded": "false",
            }
        )
        ratings += [
            {"image_id": name, "rater_id": f"{prefix}r{j}", "reading": 1,
             "grade": min(grade + (j == 2 and at % 3 == 0), 3)}
            for j in range(3)
        ]  # fmt: skip
    (root / "images.csv").write_text(_csv(images))
    if readers:
        (root / "ratings.csv").write_text(_csv(ratings))
    facts = {"name": "made up", "n_images": N, "n_ratings": len(ratings) if readers else 0}
    (root / "cohort.json").write_text(json.dumps(facts))
    return root


def _csv(rows: list[dict[str, object]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def decide_all(
    cohort: Path, queue: str, who: str, phase: str, answer: Callable[[int], int | None]
) -> list[str]:
    """Decide every case of a phase; the answer is given the number of the image.

    Returns:
        The images in the order in which they were decided.
    """
    while (case := work.next_case(cohort, queue, who=who, phase=phase)) is not None:
        entry = next_image(cohort, queue, phase, case.token)
        grade = answer(int(entry.lstrip("abcdefghijklmnopqrstuvwxyz")))
        reason = "not_gradable" if grade is None else ""
        work.decide(
            cohort, queue, who=who, phase=phase, token=case.token, grade=grade,
            confidence="medium", reason=reason, items={"quality": "good"},
        )  # fmt: skip
    mine = [e for e in work.open_ledger(cohort).entries(queue) if e.kind == "decision"]
    return [str(e.image_id) for e in mine if (e.phase, e.who) == (phase, who)]


def next_image(cohort: Path, queue: str, phase: str, token: str) -> str:
    """What a test may know and an adjudicator may not: the image behind a token."""
    from sgus.review.queue import queue_log

    return queue_log(work.open_ledger(cohort).entries(queue), queue).image_of(phase, token)


def simulated(seed: int, truth: Mapping[int, int]) -> Callable[[int], int]:
    """A simulated adjudicator: the phantom's readers, each with their own errors."""
    from sgus.phantom.readers import draw_readers

    reader = draw_readers(seed, 1, prefix="adjudicator")[0]
    severity = np.array([truth[at] + 0.5 for at in sorted(truth)])
    grades = reader.read(severity, np.random.default_rng(seed))
    return lambda at: int(grades[sorted(truth).index(at)])
