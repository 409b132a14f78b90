"""A small cohort of phantoms with readings, by the data contract, for the tests of observers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tests.made_up import encoded, marked, ultrasound

GRADES_READ: Sequence[Sequence[int]] = (
    (0, 0, 1), (0, 1, 1), (1, 1, 1), (2, 1, 2), (2, 2, 3), (3, 3, 3), (0, 0, 0), (1, 2, 3),
    (0, 1, 0), (3, 2, 3), (1, 0, 1), (2, 2, 2),
)  # fmt: skip
"""What readers r1, r2 and r3 said of each image."""


def save_rated_cohort(
    root: Path,
    grades: Sequence[Sequence[int]] = GRADES_READ,
    *,
    twice: bool = True,
    synthetic: bool = True,
) -> Path:
    """Write images `i0`, `i1`, ... two a patient, and what each reader said of them.

    Args:
        root: Where.
        grades: A row an image, a column a reader.
        twice: Reader r1 reads every image again, one grade off on the first.
        synthetic: The images are marked as phantoms, and the cohort says so.
    """
    (root / "images").mkdir(parents=True)
    images = ["image_id,path,sha256,patient_id,gland,device,grade,excluded,exclusion_reason"]
    ratings = ["image_id,rater_id,reading,grade"]
    for at, row in enumerate(grades):
        data = marked(ultrasound(at)) if synthetic else encoded(ultrasound(at))
        path = f"images/i{at}.png"
        (root / path).write_bytes(data)
        gland = ("parotid", "submandibular")[at % 2]
        images.append(
            f"i{at},{path},{sha256(data).hexdigest()},P{at // 2},{gland},D{at // 4},"
            f"{sorted(row)[len(row) // 2]},false,"
        )
        ratings += [f"i{at},r{j + 1},1,{grade}" for j, grade in enumerate(row)]
        if twice:
            again = row[0] if at else min(row[0] + 1, 3)
            ratings.append(f"i{at},r1,2,{again}")
    (root / "images.csv").write_text("\n".join(images) + "\n")
    (root / "ratings.csv").write_text("\n".join(ratings) + "\n")
    facts = {"name": "rated", "synthetic": synthetic, "n_images": len(grades)}
    (root / "cohort.json").write_text(json.dumps(facts))
    return root
