"""The model among the readers, in plain sentences; no streamlit here."""

from __future__ import annotations

from sgus.report.published_bands import Comparable
from sgus.stats.agreement.family import Agreement
from sgus.stats.comparison.alternative_annotator import PASS_AT, AlternativeAnnotator
from sgus.stats.comparison.beside import Beside
from sgus.ui.observers.boundary_words import counted, share_words
from sgus.ui.words import percent

MINUS = "\N{MINUS SIGN}"


def origin_words(*, images: bool | None, model: bool | None) -> str:
    """What to say where images or the model are simulated; "" where neither is.

    Args:
        images: The images are phantoms; None where it is not known.
        model: The model learnt from phantoms alone; None where it is not known.
    """
    if images and model is False:
        return (
            "The images are simulated and the model learnt from real ones: the figures say how it "
            "reads phantoms, nothing about patients."
        )
    if images and model:
        return (
            "Images and model are both simulated: the figures say nothing about patients. Phantoms "
            "of the same simulator are what this model learnt from, though not these files."
        )
    if images:
        return "The images are simulated: the figures say nothing about patients."
    if model:
        return (
            "This model learnt from simulated images only: among readers of real images it is an "
            "experiment."
        )
    return ""


def number_words(figure: Agreement, *, signed: bool = False) -> str:
    """`0.61 (0.52 to 0.69)`, or why there is none."""
    if figure.value is None:
        return f"not defined: {figure.reason}"
    form = "+.2f" if signed else ".2f"
    value = plain(figure.value, form)
    if figure.low is None or figure.high is None:
        return f"{value} (no interval: {figure.reason})"
    return f"{value} ({plain(figure.low, form)} to {plain(figure.high, form)})"


def plain(value: float, form: str = ".2f") -> str:
    """A number with a true minus sign, and none before a zero."""
    return f"{round(value, 2) + 0.0:{form}}".replace("-", MINUS)


def lead(beside: Beside, weights: str, scope: str) -> str:
    """Where the model stands, against the consensus of the readers but one."""
    compared = beside.against("cohen_kappa", weights, scope=scope)
    model, readers, difference = compared.model, compared.left_out, compared.difference
    if model.value is None or readers.value is None:
        reason = model.reason or readers.reason
        return f"{_who(beside)}: how it stands to the readers' consensus is not defined: {reason}."
    way = "closer to" if (difference.value or 0.0) > 0 else "farther from"
    kappa = f"{'' if weights == 'unweighted' else weights + '-weighted '}kappa"
    first = (
        f"{_who(beside)} agrees with the consensus of the readers with {kappa} "
        f"{number_words(model)}; a reader left out of that consensus with {number_words(readers)}."
    )
    low, high = difference.low, difference.high
    if low is None or high is None:
        return f"{first} The difference has no interval: {difference.reason}."
    if low <= 0.0 <= high:
        second = f"The difference of {number_words(difference, signed=True)} may be chance."
    else:
        said = number_words(difference, signed=True)
        second = f"The model is {way} the consensus than a reader is, by {said}."
    return f"{first} {second}"


def _who(beside: Beside) -> str:
    """A table of predictions may leave its model without a name."""
    return "The model" if beside.model == "model" else beside.model


def basis(beside: Beside, weights: str, scope: str) -> str:
    """What the figures rest on."""
    compared = beside.against("cohen_kappa", weights, scope=scope)
    resampled = "images" if beside.unit == "item" else f"{beside.unit}s"
    text = (
        f"{counted(compared.model, beside.unit)}, {compared.left_out.n_pairs} of "
        f"{len(beside.readers)} readers. Each reader is left out in turn; this reader and the "
        "model are held against the median of the others on the same images. 95 % intervals "
        f"resample {resampled}, the same for model and readers."
    )
    if beside.tied_share:
        text += (
            f" Where the median lies between two grades ({percent(beside.tied_share)} of the "
            "comparisons), half counts against each."
        )
    return text


def alternative_words(found: AlternativeAnnotator) -> list[str]:
    """The verdict of the alternative annotator test."""
    if found.winning_rate is None:
        return [f"The test cannot be done: {found.reason}."]
    tested = [one for one in found.against if one.wins is not None]
    wins = sum(bool(one.wins) for one in tested)
    verdict = "passes" if found.passes else "does not pass"
    first = (
        f"Put in the place of each reader in turn, with a bonus of {found.epsilon:g}, the model "
        f"wins against {wins} of {len(tested)} readers (winning rate "
        f"{percent(found.winning_rate)}): it {verdict} the test, which asks for {percent(PASS_AT)} "
        "or more."
    )
    second = (
        "On an image drawn at random, the model is at least as close to the remaining readers as "
        f"a reader is with probability {share_words(found.average_advantage)}."
    )
    return [first, second]


def band_words(letter: str, comparable: Comparable) -> str:
    """One published figure as the legend of its line."""
    band = comparable.band
    span = "" if band.low is None else f"range {band.low:.2f} to {band.high:.2f}"
    value = "" if band.value is None else f"{band.value:.2f}"
    figure = f"{value} ({span})" if value and span else value or span
    numbers = [
        f"{count} {noun}"
        for count, noun in ((band.n_readers, "readers"), (band.n_images, "images"))
        if count is not None
    ]
    text = f"{letter}: {band.study}, {band.title} {figure}"
    text += f" ({', '.join(numbers)})" if numbers else ""
    text += f". {band.note}" if band.note else ""
    text += f". Caution: {comparable.caution}" if comparable.caution else ""
    return f"{text}. {band.doi or band.source}"
