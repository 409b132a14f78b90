"""What a cohort says about itself: `cohort.json`."""

from __future__ import annotations

from sgus import __version__
from sgus.core.config import Config

INFO_FILE = "cohort.json"


class CohortInfo(Config):
    """Facts about a cohort. It holds no date, so that an import can be repeated byte for byte."""

    name: str
    """Short name, shown on screen."""
    synthetic: bool = False
    """Whether the images are simulated: their figures say nothing about patients."""
    source: str = ""
    """Where the images and grades come from, with the DOI where there is one."""
    terms: str = ""
    """Licence or conditions of use."""
    patient_unit: str = "patient"
    """What a patient_id stands for: "patient", or "grouping key" where it only groups safely."""
    notes: tuple[str, ...] = ()
    """What a reader of figures has to know, plain sentences."""
    made_by: str = f"sgus {__version__}"
    """The version that wrote the cohort."""
    n_images: int = 0
    """Rows of images.csv, to notice a cut file."""
    n_ratings: int = 0
    """Rows of ratings.csv; 0 where there is none."""
