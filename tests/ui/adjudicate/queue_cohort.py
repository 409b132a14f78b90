"""A cohort to adjudicate: ten images that readers contest, and six for the atlas."""

from __future__ import annotations

import json
from pathlib import Path

from sgus.core.files import sha256_bytes
from tests.made_up import marked, ultrasound

CONTESTED = tuple(f"img-{at:02d}" for at in range(10))
"""Grade 0 and 1 in turn; of three readers one says the other grade."""
REFERENCES = {f"ref-{at}": grade for at, grade in enumerate((0, 1, 2, 3, 2, 3))}
READERS = ("rhea", "sven", "tess")
QUEUE = "contested"


def save_queue_cohort(root: Path) -> None:
    """Write the cohort; every image is of a patient of its own."""
    (root / "images").mkdir(parents=True)
    lines = ["image_id,path,patient_id,gland,grade,region,sha256"]
    readings = ["image_id,rater_id,reading,grade"]
    grades = {name: at % 2 for at, name in enumerate(CONTESTED)} | REFERENCES
    for at, (name, grade) in enumerate(grades.items()):
        data = marked(ultrasound(at, width=200, height=160))
        (root / "images" / f"{name}.png").write_bytes(data)
        known = f"parotid,{grade},30 20 170 140,{sha256_bytes(data)}"
        lines.append(f"{name},images/{name}.png,patient-{at},{known}")
        said = [grade, grade, 1 - grade if name in CONTESTED else grade]
        readings += [f"{name},{who},1,{one}" for who, one in zip(READERS, said, strict=True)]
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    (root / "ratings.csv").write_text("\n".join(readings) + "\n")
    facts = {"name": "contested", "synthetic": True, "n_images": len(grades)}
    (root / "cohort.json").write_text(json.dumps(facts))
