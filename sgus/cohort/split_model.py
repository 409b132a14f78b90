"""What a split is: its folds, and the manifest it was made from."""

from __future__ import annotations

from typing import Literal

from sgus.core.config import Config

Scheme = Literal["holdout", "kfold", "leave-one-centre-out"]


class Fold(Config):
    """One division of the images; a holdout has a single fold."""

    name: str
    """Name in directories and tables."""
    held_out: str = ""
    """The centre that is the test, in leave-one-centre-out."""
    train: list[str]
    """Image ids the network learns from."""
    validation: list[str]
    """Image ids that choose the epoch; may be none in k-fold and leave-one-centre-out."""
    test: list[str]
    """Image ids that are predicted once, at the end."""

    def parts(self) -> dict[str, list[str]]:
        """The three lists by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


class Split(Config):
    """How a cohort was divided, and the manifest it was made from."""

    name: str
    """Name of the file in the cohort's `splits/`."""
    scheme: Scheme
    """holdout, kfold or leave-one-centre-out."""
    unit: Literal["patient"] = "patient"
    """What is never divided."""
    patient_unit: str = "patient"
    """What a patient_id stands for in this cohort."""
    seed: int
    """Seed of the assignment."""
    fractions: tuple[float, float, float] | None = None
    """Shares of training, validation and test in a holdout."""
    validation_fraction: float | None = None
    """Share of each fold's training side that became validation, in the other schemes."""
    manifest_hash: str
    """Hash of the manifest; with any other the split is refused."""
    n_images: int
    """Images divided."""
    n_patients: int
    """Patients divided."""
    left_out: list[str]
    """Image ids that are excluded or not graded."""
    duplicates: list[list[str]]
    """Identical or nearly identical images, kept together like a patient."""
    folds: list[Fold]
    """The divisions."""
