"""From latent severity to what the gland looks like: the only home of the grading rules."""

from __future__ import annotations

from dataclasses import dataclass

from sgus.phantom.fields import smoothstep
from sgus.phantom.plane import Draws


@dataclass(frozen=True)
class Appearance:
    """How a gland of one severity looks. Decibels are of scattering strength.

    All but `fibrous`, `radius_mm`, `spread`, `elongation` and `echogenicity_db` never fall as
    severity rises, other things equal.

    Attributes:
        mottling_db: Standard deviation of fine inhomogeneity.
        mottling_mm: Its correlation length in depth.
        patches_db: Standard deviation of coarse inhomogeneity, 2 to 4 mm.
        dots: Share of the gland covered by faint small dots, too faint to be called areas.
        dots_db: How much darker the dots are.
        coverage: Share of the gland meant to lie in hypoechoic areas, 0 to 0.7.
        contrast_db: How much darker than the gland a hypoechoic area is.
        anechoic_share: Share of the areas that are fluid.
        radius_mm: Typical radius of an area.
        spread: Logarithmic standard deviation of the radii.
        elongation: Width over height of a typical area.
        diffuse: 0 areas keep together in a few places, 1 they are all over the gland.
        border_mm: Standard deviation of the irregular lower border.
        blur_mm: Softness of the lower border.
        lines: Fine bright lines per square centimetre.
        lines_db: How much they stand out more than those of a normal gland.
        septa_db: Strength of bright septa between the areas; 0 is none.
        echogenicity_db: Change of the mean.
        fibrous: 0 or 1: atrophic, streaky, without round areas.
    """

    mottling_db: float
    mottling_mm: float
    patches_db: float
    dots: float
    dots_db: float
    coverage: float
    contrast_db: float
    anechoic_share: float
    radius_mm: float
    spread: float
    elongation: float
    diffuse: float
    border_mm: float
    blur_mm: float
    lines: float
    lines_db: float
    septa_db: float
    echogenicity_db: float
    fibrous: float


FIBROUS_FROM = 3.15
"""Severity from which a gland may be fibrous instead of full of hypoechoic areas."""

_FIBROUS_SHARE = 0.22


def mean_coverage(severity: float) -> float:
    """Share of the gland meant to be hypoechoic: nothing below 1.6, most of it at 4.

    Args:
        severity: 0 up to below 4.
    """
    first_foci = 0.03 * smoothstep(1.6, 2.0, severity)
    focal = 0.17 * smoothstep(1.95, 2.9, severity)
    diffuse = 0.40 * smoothstep(2.75, 3.6, severity)
    return first_foci + focal + diffuse


def draw_appearance(severity: float, rng: Draws) -> Appearance:
    """The appearance of one gland: curves of severity, and what differs between glands.

    The same number of draws is made whatever the severity, so a severity sweep with one seed
    changes the disease and not the gland.

    Args:
        severity: 0 up to below 4; its whole part is the OMERACT grade.
        rng: Where the differences between glands come from.
    """
    lively, patchy, liney, dotty, dark, large = (rng.uniform(-1.7, 1.7) for _ in range(6))
    pattern, fluid, spread, elongation, fibrosis, covering = (rng.uniform() for _ in range(6))
    fibrous = float(severity > FIBROUS_FROM and fibrosis < _FIBROUS_SHARE)
    coarse = smoothstep(0.45, 1.0, pattern)  # large confluent areas, against a fine leopard skin
    return Appearance(
        mottling_db=0.6 * 2.0 ** (0.6 * lively)
        + 2.1 * smoothstep(0.45, 1.8, severity)
        + 0.9 * smoothstep(2.0, 3.5, severity),
        mottling_mm=0.5 + 0.3 * pattern + 0.25 * smoothstep(1.5, 3.0, severity),
        patches_db=0.45 * 2.0 ** (0.6 * patchy)
        + 0.45 * smoothstep(0.5, 2.0, severity)
        + 0.9 * smoothstep(1.9, 3.0, severity),
        dots=(0.12 + 0.05 * dotty / 1.7) * smoothstep(0.65, 1.7, severity),
        dots_db=6.0,
        coverage=mean_coverage(severity) * (0.8 + 0.4 * covering),
        contrast_db=6.0
        + 3.0 * smoothstep(1.6, 2.4, severity)
        + 2.0 * smoothstep(2.4, 3.5, severity)
        + 1.5 * dark
        - 1.2 * coarse,
        anechoic_share=(0.1 + 1.9 * fluid**4)
        * (0.10 * smoothstep(1.9, 2.4, severity) + 0.16 * smoothstep(2.6, 3.4, severity)),
        radius_mm=(0.7 + 0.25 * smoothstep(2.0, 3.2, severity) + 1.3 * coarse)
        * 2.0 ** (0.22 * large),
        spread=0.22 + 0.25 * spread,
        elongation=1.25 + 0.8 * elongation + 0.7 * coarse,
        diffuse=smoothstep(2.2, 3.1, severity),
        border_mm=0.15 + 0.40 * smoothstep(1.2, 3.5, severity),
        blur_mm=0.25 + 0.6 * smoothstep(1.0, 3.5, severity),
        lines=3.5 * 2.0 ** (0.8 * liney)
        + 11.0 * smoothstep(0.5, 1.7, severity)
        + 3.0 * smoothstep(2.0, 3.3, severity),
        lines_db=2.5 * smoothstep(0.6, 1.7, severity),
        septa_db=(8.0 + 3.0 * coarse) * smoothstep(2.1, 3.4, severity),
        # Dots darken a mild gland by as much: brightness must not tell 0 from 1.
        echogenicity_db=0.8 * smoothstep(0.5, 1.7, severity)
        - 1.2 * smoothstep(1.8, 2.4, severity)
        - 3.2 * smoothstep(2.2, 3.6, severity),
        fibrous=fibrous,
    )
