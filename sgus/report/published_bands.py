"""How far human readers agree in print: what a figure may be shown against, and what it may not.

A published figure may lie behind one of ours only where both are the same kind of statistic, of
the same score, between readers or within one. Everything else is listed with the reason, so that
a kappa is never read against an intraclass correlation. Nothing here is computed or guessed:
what the source as read does not say is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["inter", "intra"]

OMERACT: Final = "OMERACT 0-3"


@dataclass(frozen=True)
class PublishedBand:
    """One published figure of human reliability.

    Attributes:
        study: First author and year, with what tells this figure from others of the study.
        statistic: Name as in this project's tables: `light_kappa`, `cohen_kappa`, `mean_kappa`
            (a mean over readers or pairs, the kappa not named) or `icc`.
        title: The statistic in the source's words.
        weights: `unweighted`, `linear`, `quadratic`, or None where the source as read is silent.
        score: What was graded.
        kind: Between readers, or of readers with themselves.
        value: The figure, or None where only a range or only words are given.
        low: Lowest of the readers, pairs or exercises, or None; this is no confidence interval.
        high: Highest of them, or None.
        n_readers: Readers, or None where not said or differing by exercise.
        n_images: Images, or None.
        n_patients: Patients, or None.
        source: Where it stands.
        doi: Its DOI, or None where it was not seen.
        note: What to know, a sentence without a full stop.
    """

    study: str
    statistic: str
    title: str
    weights: str | None
    score: str
    kind: Kind
    value: float | None
    low: float | None
    high: float | None
    n_readers: int | None
    n_images: int | None
    n_patients: int | None
    source: str
    doi: str | None
    note: str

    @property
    def has_number(self) -> bool:
        """Whether there is anything to draw."""
        return self.value is not None or self.low is not None


@dataclass(frozen=True)
class Comparable:
    """A published figure that may lie behind one of ours.

    Attributes:
        band: The figure.
        caution: What makes the two less alike than they look, or None.
    """

    band: PublishedBand
    caution: str | None


@dataclass(frozen=True)
class NotComparable:
    """A published figure that may not lie behind one of ours.

    Attributes:
        band: The figure.
        reason: Why not.
    """

    band: PublishedBand
    reason: str


def _zabotti(score: str, kind: Kind, value: float) -> PublishedBand:
    return PublishedBand(
        study="Zabotti 2020 (HarmonicSS)",
        statistic="light_kappa",
        title="Light's kappa",
        weights=None,
        score=score,
        kind=kind,
        value=value,
        low=None,
        high=None,
        n_readers=20,
        n_images=225,
        n_patients=None,
        source="Zabotti et al. 2020, Frontiers in Medicine 7:581248",
        doi="10.3389/fmed.2020.581248",
        note="Two rounds, with an atlas",
    )


def _schmidt(*, atlas: bool, kind: Kind, value: float, span: tuple[float, float]) -> PublishedBand:
    return PublishedBand(
        study=f"Schmidt 2023, {'with' if atlas else 'without'} atlas",
        statistic="mean_kappa",
        title="mean kappa (range)",
        weights=None,
        score=OMERACT,
        kind=kind,
        value=value,
        low=span[0],
        high=span[1],
        n_readers=10,
        n_images=30,
        n_patients=None,
        source="Schmidt et al. 2023, Clinical Rheumatology",
        doi=None,
        note="Readers of varying experience; the abstract does not say which kappa",
    )


def _quere(score: str, kind: Kind, words: str) -> PublishedBand:
    return PublishedBand(
        study="Quéré 2024",
        statistic="cohen_kappa",
        title="Cohen's kappa",
        weights=None,
        score=score,
        kind=kind,
        value=None,
        low=None,
        high=None,
        n_readers=14,
        n_images=None,
        n_patients=None,
        source="Quéré et al. 2024, Rheumatology and Therapy",
        doi=None,
        note=f"{words}: the abstract gives words and no number",
    )


def _hocevar_score(kind: Kind, *, value: float | None, span: tuple[float, float]) -> PublishedBand:
    return PublishedBand(
        study="Reliability of the Hocevar score, 2018",
        statistic="icc",
        title="intraclass correlation (ICC)",
        weights=None,
        score="Hocevar 0-48, sum of a patient",
        kind=kind,
        value=value,
        low=span[0],
        high=span[1],
        n_readers=3,
        n_images=None,
        n_patients=80,
        source="Ultrasound of the Major Salivary Glands is a Reliable Imaging Technique in "
        "Patients with Clinically Suspected Primary Sjögren's Syndrome",
        doi=None,
        note="Two sessions; a sum over four glands spreads wider than a grade, which lifts an ICC",
    )


PUBLISHED_BANDS: Final = (
    _zabotti(OMERACT, "inter", 0.77),
    _zabotti(OMERACT, "intra", 0.87),
    _zabotti("De Vita 0-3", "inter", 0.75),
    _zabotti("De Vita 0-3", "intra", 0.86),
    _schmidt(atlas=False, kind="inter", value=0.36, span=(0.06, 0.69)),
    _schmidt(atlas=False, kind="intra", value=0.55, span=(0.28, 0.81)),
    _schmidt(atlas=True, kind="inter", value=0.52, span=(0.31, 0.77)),
    _schmidt(atlas=True, kind="intra", value=0.69, span=(0.46, 0.86)),
    _quere(OMERACT, "inter", "moderate between the two most experienced readers"),
    _quere(OMERACT, "intra", "substantial for the two most experienced readers"),
    _quere("OMERACT binary", "inter", "substantial between the two most experienced readers"),
    PublishedBand(
        study="Damjanov",
        statistic="light_kappa",
        title="Light's kappa",
        weights=None,
        score="parenchymal inhomogeneity, four grades",
        kind="inter",
        value=None,
        low=0.71,
        high=0.82,
        n_readers=None,
        n_images=None,
        n_patients=None,
        source="Multiobserver Reliability of Ultrasound Assessment of Salivary Glands in Patients "
        "with Established Primary Sjögren Syndrome",
        doi=None,
        note="Patients, not stored images: 5 readers of 32 people and 8 readers of 10; range over "
        "the exercises",
    ),
    _hocevar_score("intra", value=None, span=(0.89, 0.96)),
    _hocevar_score("inter", value=None, span=(0.76, 0.84)),
)
"""The figures, between readers and within one. Zabotti, Schmidt, Damjanov and the Hocevar score
were read in their abstracts; so were the words of Quéré."""

_TITLES: Final = {
    "cohen_kappa": "Cohen's kappa of a pair",
    "light_kappa": "Light's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "conger_kappa": "Conger's kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac": "Gwet's AC",
    "icc": "an intraclass correlation",
    "kendall_w": "Kendall's W",
    "percent_agreement": "percent agreement",
    "specific_agreement": "specific agreement",
    "pabak": "PABAK",
}

# Light's kappa is the mean of the pairs' Cohen kappas: single pairs scatter about it.
_OF_PAIRS: Final = ("cohen_kappa", "light_kappa", "mean_kappa")


def bands_for(
    statistic: str, weights: str | None, *, kind: Kind = "inter", score: str = OMERACT
) -> list[Comparable]:
    """The published figures that may lie behind one of ours.

    Args:
        statistic: Ours, such as `light_kappa`.
        weights: Its weights.
        kind: Between readers, or a reader with itself.
        score: What was graded.

    Returns:
        Figures with a number, each with its caution; none for a statistic that nobody published.
    """
    return [
        Comparable(band, _caution(band, statistic, weights))
        for band in PUBLISHED_BANDS
        if _against(band, statistic, weights, kind, score) is None
    ]


def others(
    statistic: str, weights: str | None, *, kind: Kind = "inter", score: str = OMERACT
) -> list[NotComparable]:
    """The published figures that may not lie behind one of ours, each with the reason.

    Args:
        statistic: Ours, such as `light_kappa`.
        weights: Its weights.
        kind: Between readers, or a reader with itself.
        score: What was graded.
    """
    reasons = ((band, _against(band, statistic, weights, kind, score)) for band in PUBLISHED_BANDS)
    return [NotComparable(band, reason) for band, reason in reasons if reason is not None]


def _against(
    band: PublishedBand, statistic: str, weights: str | None, kind: Kind, score: str
) -> str | None:
    """Why a published figure may not lie behind ours, None where it may."""
    if not _same_statistic(band, statistic):
        ours = _TITLES.get(statistic, statistic)
        return (
            f"it is {band.title}, the figure here is {ours}: kappas, alphas and intraclass "
            "correlations of the same readings differ and are not interchangeable"
        )
    if band.weights is not None and weights is not None and band.weights != weights:
        return f"it is {band.weights}, the figure here {weights}"
    if band.score != score:
        return f"it was read with another score: {band.score}, not {score}"
    if band.kind != kind:
        is_of, not_of = "of readers with themselves", "between readers"
        return f"it is agreement {is_of if band.kind == 'intra' else not_of}"
    return None if band.has_number else band.note


def _same_statistic(band: PublishedBand, statistic: str) -> bool:
    if band.statistic in _OF_PAIRS:
        return statistic in _OF_PAIRS
    return band.statistic == statistic


def _caution(band: PublishedBand, statistic: str, weights: str | None) -> str | None:
    cautions = []
    if band.weights is None and weights is not None:
        cautions.append(f"the source as read names no weights, the figure here is {weights}")
    if band.statistic == "light_kappa" and statistic == "cohen_kappa":
        cautions.append("Light's kappa is a mean over pairs, about which single pairs scatter")
    if band.statistic == "mean_kappa":
        cautions.append("the source says kappa without saying which")
    if band.low is not None:
        cautions.append("the range is that of readers, pairs or exercises, no confidence interval")
    return "; ".join(cautions) or None
