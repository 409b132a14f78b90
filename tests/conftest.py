"""What every test may ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort

# Small networks gain nothing from more threads, and threads that wait for each other on a busy
# machine take many times as long; programs that tests start inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A busy machine is no failure; CI tries the same examples each time, a developer new ones.
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """AppTest puts its script in the place of the main program and leaves it there; a process that
    another test starts would run that script instead of its work."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real images and published tables that is not part of the project."""
    named = os.environ.get("SGUS_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not on this machine (set SGUS_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def harmonicss(shared_data: Path) -> Path:
    """The 172 real images with their spreadsheet."""
    return shared_data / "harmonicss"


STUDENT_HEADER = ("Anonymized ID", "Patient ID", "Center", "machine", "OMERACT score")


def speckled(seed: int, *, height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    """A picture of speckled tissue with a black margin; other seeds look unlike it."""
    rng = np.random.default_rng(seed)
    coarse = np.kron(rng.random((10, 12)), np.ones((8, 9)))[: height - 16, : width - 20]
    pixels = np.zeros((height, width), np.uint8)
    noise = rng.normal(0, 12, coarse.shape)
    pixels[8 : 8 + coarse.shape[0], 10 : 10 + coarse.shape[1]] = np.clip(
        70 + 110 * coarse + noise, 40, 230
    )
    return pixels


@dataclass
class Study:
    """A folder of small pictures with a label table in the student project's columns."""

    images: Path
    table: Path
    rows: list[list[str]]

    def write(self, *, header=STUDENT_HEADER, separator=",", encoding="utf-8") -> Path:
        """Write the table as `rows` now stand."""
        lines = [separator.join(map(str, row)) for row in [header, *self.rows]]
        self.table.write_text("\n".join(lines) + "\n", encoding=encoding)
        return self.table


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """12 pictures of 6 patients in 2 centres, three of each grade, none alike."""
    folder = tmp_path / "study"
    (folder / "pictures").mkdir(parents=True)
    rows = []
    for at in range(12):
        Image.fromarray(speckled(at)).save(folder / "pictures" / f"{at + 1:03d}.png")
        rows.append([str(at + 1), f"P{at // 2}", "AB"[at // 6], "maker", str(at % 4)])
    made = Study(folder / "pictures", folder / "labels.csv", rows)
    made.write()
    return made


@pytest.fixture
def import_study(study: Study, tmp_path: Path) -> Callable[[], Path]:
    """Imports the study as its folder now stands; gives the cohort's directory."""

    def importing() -> Path:
        from sgus.cohort.info import CohortInfo
        from sgus.cohort.table import read_table
        from sgus.workflows.importing import import_cohort

        fields = ("image_id", "patient_id", "centre", "device", "grade")
        mapping = dict(zip(fields, STUDENT_HEADER, strict=True))
        info = CohortInfo(name="study")
        source = read_table(study.table, images=study.images, mapping=mapping, info=info)
        return import_cohort(source, tmp_path / "cohort").cohort.root

    return importing


@pytest.fixture(scope="session")
def real_cohort(harmonicss: Path, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The real images imported once for all tests, which must not change it."""
    from sgus.cohort.harmonicss import read_harmonicss
    from sgus.workflows.importing import import_cohort

    out = tmp_path_factory.mktemp("real") / "cohort"
    return import_cohort(read_harmonicss(harmonicss), out).cohort
