"""Agreement in plain sentences; no streamlit here, so that every sentence is tested."""

from __future__ import annotations

from typing import Final

from sgus.core.grades import GRADES
from sgus.stats.agreement.family import Agreement
from sgus.ui.observers.boundary_words import FEW_PATIENTS
from sgus.ui.words import percent
from sgus.workflows.observer_words import UNITS, count
from sgus.workflows.observers import Observed

WEIGHTS: Final = {
    "Quadratic weights": "quadratic",
    "Linear weights": "linear",
    "No weights": "unweighted",
}
"""What a person chooses, and its name in the figures."""

INTERVAL_MEANS: Final = (
    "95 % interval: how far the figure could move with other patients of the same kind; readers "
    "are held fixed."
)
CONVENTION: Final = (
    "Words such as “substantial” for a range of kappa (Landis and Koch 1977) are a convention "
    "without evidence: kappa also falls when one grade is rare. This page gives no such verdicts."
)

GLOSSARY: Final = (
    ("Kappa (Cohen)", "Two readers: how much more often do they give the same grade than chance "
     "would? 1 is always, 0 no more than chance. A slip from 0 to 1 counts as much as 0 to 3."),
    ("Weighted kappa", "The same with near misses forgiven in part. With quadratic weights, one "
     "grade apart costs 1, two cost 4, three cost 9. Nearly always above the unweighted one."),
    ("Light’s kappa", "Many readers: the mean of the kappas of all pairs. Studies of this score "
     "mostly report it, not always saying with which weights."),
    ("Fleiss’ kappa", "Many readers at once, as if any of them could read any image. By grade, "
     "it says how well readers tell this grade from all others."),
    ("Conger’s kappa", "As Fleiss’, but chance goes by each reader’s own use of the grades."),
    ("Krippendorff’s alpha", "As Fleiss’, corrected for few images, with distances for any kind of "
     "scale, and at home with missing readings."),
    ("Gwet’s AC1 and AC2", "A kappa whose chance term stays small when nearly all images have one "
     "grade; then it lies far above kappa on the same readings."),
    ("PABAK", "Percent agreement on a scale from chance to 1, where chance takes all grades as "
     "equally common."),
    ("ICC", "How much of the spread of grades is between images and not between readers. (A) "
     "counts it against readers when one is stricter, (C) does not; (k) is the mean of all "
     "readers, (1) a single one. It takes grades as numbers at equal steps."),
    ("Kendall’s W", "Do readers put the images in the same order? A reader who is always one grade "
     "higher agrees perfectly here."),
    ("Percent and specific agreement", "How often two readers say the same; for one grade: when "
     "one says it, how often the other does too. Nothing is taken off for chance."),
)  # fmt: skip
"""What each statistic answers; they are not interchangeable."""


def value_words(figure: Agreement | None, *, share: bool = False) -> str:
    """`0.82 (95 % interval 0.78 to 0.86)`, or why there is no such figure.

    Args:
        figure: What was computed, None where it is not among the figures.
        share: Say it in percent.
    """
    if figure is None or figure.value is None:
        return f"not defined: {'' if figure is None else figure.reason}".removesuffix(": ")
    said = number(figure.value, share=share)
    if figure.low is None or figure.high is None:
        return f"{said} (no interval: {figure.reason})"
    low = number(figure.low, share=share).removesuffix("\u00a0%")
    return f"{said} (95\u00a0% interval {low} to {number(figure.high, share=share)})"


def number(value: float, *, share: bool = False) -> str:
    """A figure as it is shown; never a rounded 1.00 for what is below 1."""
    if share:
        return percent(value)
    text = f"{value:.2f}"
    if text == "1.00" and value < 1:
        text = ">0.99"
    return "0.00" if text == "-0.00" else text.replace("-", "\N{MINUS SIGN}")


def made_from(figure: Agreement, unit: str) -> str:
    """`404 images of 50 patients`; patients are named where they are known."""
    images = count(figure.n_items, "image")
    return images if unit == "item" else f"{images} of {count(figure.n_units, UNITS[unit])}"


def is_few(figure: Agreement) -> bool:
    """Whether a figure rests on so little that it is drawn grey."""
    return figure.n_units < FEW_PATIENTS


def basis_words(observed: Observed, *, intervals: bool = False, narrow: bool = False) -> str:
    """`5 readers, 404 images of 50 patients`, below the axis of a figure.

    Args:
        observed: The readings.
        intervals: The figure shows 95 % intervals, and says so.
        narrow: Two lines, where two figures stand side by side.
    """
    panel = observed.panel
    of = "" if panel.unit == "item" else f" of {count(observed.n_units, UNITS[panel.unit])}"
    readers, images = count(panel.n_readers, "reader"), count(panel.n_items, "image")
    before, between = "95 % intervals; " if intervals else "", "<br>" if narrow else ", "
    return f"{before}{readers}{between}{images}{of}"


def grey_words(observed: Observed) -> str:
    """What grey means in a figure."""
    return f"Grey: fewer than {FEW_PATIENTS} {UNITS[observed.panel.unit]}s."


def what_was_read(observed: Observed) -> str:
    """Readers, images, patients and readings in one sentence."""
    panel = observed.panel
    kind = "simulated " if observed.synthetic else ""
    images = count(panel.n_items, "image").replace(" ", f" {kind}", 1)
    of = (
        ""
        if panel.unit == "item"
        else f" of {count(observed.n_units, UNITS[panel.unit]).replace(' ', f' {kind}', 1)}"
    )
    again = int((observed.readings.codes >= 0).sum() - panel.given.sum())
    cells = panel.n_items * panel.n_readers
    missing = cells - int(panel.given.sum())
    sentence = f"{count(panel.n_readers, 'reader')} graded {images}{of}"
    if missing:
        sentence += f" ({percent(missing / max(cells, 1))} of first readings are missing)"
    scale = f"; grades {panel.scale[0]} to {panel.scale[-1]}"
    if panel.scale != tuple(range(panel.scale[0], panel.scale[-1] + 1)):
        scale = f"; grades {', '.join(map(str, panel.scale))}"
    repeats = f"; {count(again, 'reading')} repeat an earlier one by the same reader"
    return f"{sentence}{scale}{repeats if again else ''}."


def main_sentences(
    quadratic: Agreement | None,
    unweighted: Agreement | None,
    intra: Agreement | None,
    boundary: Agreement | None,
    scale: tuple[int, ...],
) -> list[str]:
    """The paragraph that says how far the readers agree, and which statistic says it.

    Args:
        quadratic: Light's kappa, quadratic weights.
        unweighted: Light's kappa without weights.
        intra: Mean kappa of readers with themselves, quadratic weights.
        boundary: Share of all disagreement between the two lowest grades.
        scale: The grades.
    """
    if quadratic is None or quadratic.value is None:
        why = None if quadratic is None else quadratic.reason
        return [f"How far readers agree cannot be said here: {why or 'nothing was compared'}."]
    said = [
        "On average, two readers of the same image agree with a quadratic-weighted kappa of "
        f"{value_words(quadratic)}; this is Light’s kappa, the mean over "
        f"{count(quadratic.n_pairs, 'pair')} of readers, and forgives near misses.",
        "Counting every difference alike (no weights), the same mean is "
        f"{value_words(unweighted)}. The two are different questions: compare like with like.",
    ]
    if intra is not None and intra.value is not None:
        said.append(
            "A reader who reads an image again agrees with itself with a quadratic-weighted kappa "
            f"of {value_words(intra)}, the mean over readers."
        )
    if boundary is not None and boundary.value is not None:
        said.append(
            f"Of all disagreements between two readers, {value_words(boundary, share=True)} are "
            f"between grades {scale[0]} and {scale[1]}."
        )
    return said


def bands_apply(scale: tuple[int, ...]) -> bool:
    """Whether published figures are of the same score."""
    return scale == GRADES
