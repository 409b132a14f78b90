"""The model as one more reader: beside each reader, and against the consensus of the others.

Readers agree with each other only so far, and so will a model that is as good as they are. Two
questions are asked of the same images and the same resamples of patients:

- With whom does the model agree, and how much do the readers agree with each other?
- Leaving one reader out, who is nearer to the consensus of the rest, the model or that reader?
  The difference, averaged over readers, is what a claim of non-inferiority rests on.

Readers are taken as they are: intervals speak of other patients, not of other readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sgus.core.rng import generator
from sgus.stats.agreement.engine import DEFAULT_BOOTSTRAP, estimate
from sgus.stats.agreement.family import Agreement
from sgus.stats.agreement.intervals import Bootstrap
from sgus.stats.agreement.pairs import pairs_of
from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.stats.comparison.against_consensus import (
    AgainstConsensus,
    against_consensus_family,
    comparisons_of,
)
from sgus.stats.comparison.consensus_tables import Tie, consensus_tables
from sgus.stats.comparison.measures import Measure
from sgus.stats.comparison.with_readers import with_others_family, with_readers_family

N_RESAMPLES: Final = 2000


@dataclass(frozen=True)
class Beside:
    """A model among readers.

    Attributes:
        model: Its name.
        readers: Their names.
        unit: What is resampled: `patient`, `grouping key` or `item`.
        tie: What an image counts for whose consensus lies between two grades.
        tied_share: Share of the comparisons with a consensus in which that is so, or None.
        with_readers: Kappa of the model with each reader, three weightings a reader.
        with_others: For the model and then for each reader, the mean of its kappas with the
            readers other than itself, three weightings each.
        against_consensus: Each measure for the mean over readers, then for each reader.
    """

    model: str
    readers: tuple[str, ...]
    unit: str
    tie: Tie
    tied_share: float | None
    with_readers: tuple[Agreement, ...]
    with_others: tuple[Agreement, ...]
    against_consensus: tuple[AgainstConsensus, ...]

    def against(
        self,
        statistic: str = "cohen_kappa",
        weights: str | None = "quadratic",
        *,
        scope: str = "four_grades",
        reader: str | None = None,
    ) -> AgainstConsensus:
        """One comparison with the consensus.

        Args:
            statistic: `cohen_kappa` or `accuracy`.
            weights: Of the kappa; None for accuracy.
            scope: `four_grades` (`all_grades` on another scale) or a stage.
            reader: Who is left out, or None for the mean over readers.

        Raises:
            KeyError: There is no such comparison.
        """
        wanted = (Measure(statistic, weights, scope), reader)
        for one in self.against_consensus:
            if (one.measure, one.reader) == wanted:
                return one
        raise KeyError(wanted)


def beside_readers(
    panel: Panel,
    model: CodeArray,
    *,
    name: str = "model",
    tie: Tie = "split",
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    bootstrap: Bootstrap = DEFAULT_BOOTSTRAP,
) -> Beside:
    """Set a model beside the readers of a panel.

    Args:
        panel: The readers, without the model.
        model: `(n_items,)`, place on the scale, or `MISSING`.
        name: What the model is called; no reader may have this name.
        tie: What an image counts for whose consensus lies between two grades.
        n_resamples: Resamples of patients.
        seed: Seed of the resamples.
        bootstrap: How resamples become an interval.

    Returns:
        All figures with intervals from one and the same set of resamples; what cannot be computed
        is None with its reason. A mean over readers is of those for whom the difference is
        defined, `n_pairs` of them.

    Raises:
        ValueError: The name is a reader's, the tie rule is unknown, or there is not one code of
            the model for each item.
    """
    held = consensus_tables(panel, model, tie=tie)
    # What only the model graded is no part of the panel, and must not move its resamples.
    joined = panel.with_reader(name, np.where(panel.given.any(axis=1), model, MISSING))
    pairs = pairs_of(joined)
    families = [
        with_readers_family(joined, pairs),
        with_others_family(joined, pairs),
        against_consensus_family(panel, held, name),
    ]
    found = estimate(
        joined,
        families,
        n_resamples=n_resamples,
        rng=generator(seed, "model beside readers"),
        intervals="bootstrap",
        bootstrap=bootstrap,
    )
    first = len(families[0].labels)
    second = first + len(families[1].labels)
    any_consensus = held.used | held.tied
    return Beside(
        model=name,
        readers=panel.readers,
        unit=panel.unit,
        tie=tie,
        tied_share=float(held.tied.sum() / any_consensus.sum()) if any_consensus.any() else None,
        with_readers=tuple(found[:first]),
        with_others=tuple(found[first:second]),
        against_consensus=comparisons_of(panel, found[second:]),
    )
