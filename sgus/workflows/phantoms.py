"""A phantom cohort is made: laid out, simulated, written whole or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sgus.cohort.duplicates import ANATOMY_COLUMN
from sgus.cohort.info import INFO_FILE, CohortInfo
from sgus.cohort.manifest import Cohort, load_cohort, typed_images
from sgus.cohort.ratings import RATING_COLUMNS
from sgus.cohort.store import publish, refuse_taken, staging, write_manifest
from sgus.core.errors import CohortError, ConfigError
from sgus.core.files import read_json, write_json
from sgus.core.synthetic import SYNTHETIC_NOTE
from sgus.phantom.protocol import Plan, PlannedImage, first_readings
from sgus.phantom.protocols import make_plan
from sgus.workflows.importing import grade_table
from sgus.workflows.phantom_ceiling import CEILING_FILE, ceiling_text, cohort_ceiling
from sgus.workflows.phantom_files import Progress, Simulate, make_image, one_thread, write_images

_VISIT: Final = "1"
_COMPARED: Final = 4
"""Images made again to see whether a cohort that is there would come out the same."""
_ANOTHER: Final = "Name another place with --out, or move that one away"


@dataclass(frozen=True)
class PhantomResult:
    """What making a phantom cohort did.

    Attributes:
        cohort: The cohort in its place.
        created: False when the same cohort stood there already and nothing was written.
        ceiling: The best any model can reach on it.
        seconds: What the simulation took.
    """

    cohort: Cohort
    created: bool
    ceiling: dict[str, Any]
    seconds: float


def make_phantom_cohort(
    out: Path,
    *,
    preset: str = "demo",
    patients: int | None = None,
    seed: int = 0,
    processes: int | None = None,
    progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> PhantomResult:
    """Simulate a cohort by the data contract; the same arguments give the same bytes.

    Args:
        out: The cohort's own directory.
        preset: Name of a protocol of `sgus.phantom.protocols`.
        patients: How many; the protocol's own number when None.
        seed: Seed of everything.
        processes: Processes that simulate side by side; one a processor when None. The result
            does not depend on it.
        progress: Called with images done and images in all.
        simulate: Stand-in for the simulator.

    Raises:
        ConfigError: An argument is out of range.
        CohortError: `out` holds something else, or the work could not be finished.
    """
    processes = _processes(processes)
    if seed < 0:
        raise ConfigError("seed", f"{seed} is below 0", "Use 0 or more")
    plan = make_plan(preset, patients=patients, seed=seed)
    refuse_taken(out)
    if (out / INFO_FILE).is_file():
        return _present(out, plan, simulate)
    with staging(out) as staged:
        begun = time.perf_counter()
        cells = write_images(
            plan.images, staged, processes=processes, progress=progress, simulate=simulate
        )
        seconds = time.perf_counter() - begun
        images = typed_images(_records(plan, cells))
        cohort = write_manifest(staged, _info(plan), images, _ratings(plan))
        write_json(staged / CEILING_FILE, cohort_ceiling(cohort))
        cohort, created = publish(staged, out)
    return PhantomResult(cohort, created, _read_ceiling(out), seconds)


def _processes(wanted: int | None) -> int:
    if wanted is None:
        return os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count() or 1
    if not 1 <= wanted <= 256:
        raise ConfigError("processes", f"{wanted} is not from 1 to 256", "Use one a processor")
    return wanted


def _present(out: Path, plan: Plan, simulate: Simulate | None) -> PhantomResult:
    """The cohort that stands in `out`, if it is the one that was asked for."""
    present = load_cohort(out)
    counts = {"n_images": len(plan.images), "n_ratings": len(plan.readings)}
    if present.info != _info(plan).model_copy(update=counts):
        raise CohortError(out, "another cohort is there", _ANOTHER)
    ceiling = _read_ceiling(out)
    if ceiling.get("manifest_hash") != present.manifest_hash:
        raise CohortError(out, "this cohort was changed after it was made", _ANOTHER)
    known = dict(zip(present.images["image_id"], present.images["sha256"], strict=True))
    with one_thread():
        for planned in _some(plan.images):
            if make_image(planned, simulate=simulate).cells["sha256"] != known.get(
                planned.image_id
            ):
                cause = f"the simulator has changed since: {planned.image_id} comes out different"
                raise CohortError(out, cause, _ANOTHER)
    return PhantomResult(present, False, ceiling, 0.0)


def _some(images: Sequence[PlannedImage]) -> list[PlannedImage]:
    places = np.unique(np.linspace(0, len(images) - 1, _COMPARED).astype(int))
    return [images[at] for at in places]


def _read_ceiling(root: Path) -> dict[str, Any]:
    found = read_json(root / CEILING_FILE, CohortError, next_step=_ANOTHER)
    return found if isinstance(found, dict) else {}


def _info(plan: Plan) -> CohortInfo:
    patients = len({image.patient.patient_id for image in plan.images})
    words = f"--preset {plan.preset} --patients {patients} --seed {plan.seed}"
    return CohortInfo(
        name=f"Phantom {plan.preset}",
        synthetic=True,
        source=f"Simulated by `python -m sgus phantom {words}`",
        terms="Simulated: no patient is shown; free to use and to pass on as SYNTHETIC PHANTOM",
        notes=(
            SYNTHETIC_NOTE,
            f"grade is {plan.grade_is}; severity and true_grade are what was simulated.",
            *plan.notes,
        ),
    )


def _records(plan: Plan, cells: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Rows of `images.csv` as text."""
    panel = first_readings(plan.images, plan.readings, plan.panel)  # (n_images, 3) or (n_images, 0)
    first = {(r.image_id, r.rater_id): r.grade for r in plan.readings if r.reading == 1}
    records = []
    for at, image in enumerate(plan.images):
        reader = plan.one_reader[at]
        labels = {
            "grade": str(plan.grades[at]),
            "true_grade": str(image.request.true_grade),
            "reader_grade": str(first[image.image_id, reader]) if reader else "",
            "reference_reader": reader,
            "median_grade": str(int(np.median(panel[at]))) if plan.panel else "",
        }
        records.append(_planned_cells(image) | labels | cells[at])
    return records


def _planned_cells(image: PlannedImage) -> dict[str, str]:
    request, patient = image.request, image.patient
    return {
        "image_id": image.image_id,
        "patient_id": patient.patient_id,
        "visit": _VISIT,
        "gland": request.gland,
        "side": image.side,
        "centre": image.centre,
        "device": request.device,
        "operator": image.operator,
        "study": image.study,
        "disease": patient.disease,
        "sex": patient.sex,
        "age_years": str(patient.age_years),
        "view": request.view,
        "severity": f"{request.severity:.4f}",
        ANATOMY_COLUMN: str(request.anatomy_seed),
        "scan": str(request.scan_seed),
        "plane_shift": f"{request.plane_shift:g}",
        "device_variation": f"{request.device_variation:g}",
    }


def _ratings(plan: Plan) -> pd.DataFrame | None:
    if not plan.readings:
        return None
    rows = [(r.image_id, r.rater_id, str(r.reading), r.grade) for r in plan.readings]
    return pd.DataFrame(rows, columns=list(RATING_COLUMNS)).astype({"grade": "Int64"})


def describe(result: PhantomResult) -> str:
    """The outcome for a person: counts, grades by device, what can be reached."""
    cohort = result.cohort
    n_images, n_patients = len(cohort.images), cohort.images["patient_id"].nunique()
    if result.created:
        pace = 1000 * result.seconds / n_images
        how = f"Made in {result.seconds:.0f} s, {pace:.0f} ms an image."
    else:
        how = "It was there already, the same: nothing was written."
    return "\n".join(
        (
            f"{cohort.info.name}: {n_images} synthetic images of {n_patients} simulated patients"
            f" in {cohort.root}",
            how,
            "",
            grade_table(cohort.images, by="device"),
            "",
            "The best that can be reached (ceiling.json has intervals):",
            ceiling_text(result.ceiling),
            "",
            f"manifest {cohort.manifest_hash}",
        )
    )
