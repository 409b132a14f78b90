"""All that a document of a run is made from, read beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sgus.report.figures import unit_noun
from sgus.report.parts import FOLD


@dataclass(frozen=True, eq=False)
class Material:
    """A run as its document needs it.

    Attributes:
        name: Of the run.
        facts: `run.json`.
        report: `report.json`.
        explored: Of `sgus.report.explore.explore`, on the same resamples.
        predictions: The run's table.
        images: `images.csv` of its cohort; None where that is not at hand.
        baselines: `baselines.json`; None where there is none.
        metrics: Lines of `metrics.jsonl`.
    """

    name: str
    facts: Mapping[str, Any]
    report: Mapping[str, Any]
    explored: Mapping[str, Any]
    predictions: pd.DataFrame
    images: pd.DataFrame | None
    baselines: Mapping[str, Any] | None
    metrics: Sequence[Mapping[str, Any]]

    @property
    def config(self) -> Mapping[str, Any]:
        """Settings of the training."""
        found = self.facts.get("config")
        return found if isinstance(found, dict) else {}

    @property
    def cohort(self) -> Mapping[str, Any]:
        """What the run says of its cohort."""
        found = self.facts.get("cohort")
        return found if isinstance(found, dict) else {}

    @property
    def synthetic(self) -> bool | None:
        """Whether the images are simulated; None where the run does not say."""
        said = self.report["origin"].get("synthetic")
        return said if isinstance(said, bool) else None

    @property
    def unit(self) -> str:
        """What `patient_id` is: `patient` or `grouping key`."""
        return str(self.report["origin"].get("patient_unit"))

    @property
    def people(self) -> str:
        """`patients`, or `groups` where it is not known which images are of one patient."""
        return unit_noun(self.unit)

    @property
    def where(self) -> str:
        """The part that the result is of: `test`, else `validation`."""
        return str(self.explored["where"])

    @property
    def parts(self) -> list[Mapping[str, Any]]:
        """The parts that figures are of, folds of several left out."""
        return [part for part in self.report["parts"] if not part["where"].startswith(FOLD)]

    def part(self, where: str) -> Mapping[str, Any]:
        """One part: images, patients, grades."""
        return next(part for part in self.report["parts"] if part["where"] == where)
