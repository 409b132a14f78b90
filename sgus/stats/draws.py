"""Resamples of patients as counts of patients, so that sums need one small product.

What is summed over images is first summed over the images of each patient: a resample counts
whole patients, and there are several times fewer of them than images.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PatientDraws:
    """How often each patient stands in the data as observed and in each resample.

    Attributes:
        patient: `(n_images,)`, index of the patient of each image.
        counts: `(1 + n_resamples, n_patients)` whole numbers, the first row all ones.
    """

    patient: IntArray
    counts: FloatArray

    @classmethod
    def of(cls, patients: NDArray[Any], weights: FloatArray) -> PatientDraws:
        """Read the counts of patients off image weights.

        Args:
            patients: `(n_images,)`, the patient of each image.
            weights: `(1 + n_resamples, n_images)` of `patient_weights`, which gives all images
                of a patient one and the same weight.
        """
        _, first, index = np.unique(patients, return_index=True, return_inverse=True)
        return cls(index.ravel().astype(np.int64), np.ascontiguousarray(weights[:, first]))

    @property
    def n_patients(self) -> int:
        """Patients in the data as observed."""
        return int(self.counts.shape[1])

    def by_patient(self, features: FloatArray) -> FloatArray:
        """Sums over the images of each patient, `(n_images, k)` to `(n_patients, k)`."""
        if not len(self.patient):
            return np.zeros((0, features.shape[1]))
        order = np.argsort(self.patient, kind="stable")
        starts = np.searchsorted(self.patient[order], np.arange(self.n_patients))
        return np.asarray(np.add.reduceat(features[order], starts, axis=0), dtype=np.float64)

    def sums(self, features: FloatArray) -> FloatArray:
        """Sums over all images of each resample.

        Args:
            features: `(n_images, k)`, zero where an image does not count.

        Returns:
            `(1 + n_resamples, k)`, the first row as observed; exact for whole numbers.
        """
        return self.counts @ self.by_patient(features)
