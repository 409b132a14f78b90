"""What differs between glands and says nothing about the grade."""

from __future__ import annotations

from dataclasses import dataclass

from sgus.phantom.plane import Draws


@dataclass(frozen=True)
class Variation:
    """Differences between people and pictures, drawn without looking at the severity.

    Attributes:
        offset_db: Brightness of the gland against the usual one.
        fade_db_mm: How fast the gland darkens with depth.
        penetration_mm: Depth from which the whole picture darkens.
        loss_db_mm: How fast it does.
        fatty: 0 to 1: fatty infiltration, bright and strongly fading.
        gradient_db: Half difference of brightness between the gland's sides.
        shading_db: Standard deviation of vertical bands of shade from above.
        bright_lines: Bright strokes in a normal gland, strokes a square centimetre.
        line_mm: Their median length.
        line_db: Their median strength.
        anisotropy: Width over height of the gland's inhomogeneities.
    """

    offset_db: float
    fade_db_mm: float
    penetration_mm: float
    loss_db_mm: float
    fatty: float
    gradient_db: float
    shading_db: float
    bright_lines: float
    line_mm: float
    line_db: float
    anisotropy: float


def draw_variation(rng: Draws) -> Variation:
    """The differences of one gland."""
    offset = 2.2 * float(rng.standard_normal())
    dark, much, fading, shade, lines, long, strong, flat, side, reach, loss = (
        float(rng.uniform()) for _ in range(11)
    )
    fatty = max(0.0, (much - 0.8) / 0.2)
    # More than a quarter of normal glands are hypoechoic: brightness must not tell a grade.
    hypoechoic = 4.5 * max(0.0, (dark - 0.72) / 0.28)
    return Variation(
        offset_db=offset - hypoechoic + 3.0 * fatty,
        fade_db_mm=0.1 + 0.5 * fading + 0.4 * fatty,
        penetration_mm=5 + 10 * reach,
        loss_db_mm=0.05 + 0.8 * loss,
        fatty=fatty,
        gradient_db=3.0 * (side - 0.5),
        shading_db=0.5 + 3.0 * shade**2,
        bright_lines=2.0 + 18.0 * lines**2,
        line_mm=1.1 + 2.6 * long,
        line_db=-4.0 + 9.0 * strong,
        anisotropy=1.6 + 1.6 * flat,
    )
