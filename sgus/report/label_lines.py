"""The effect of labels as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sgus.report.figures import Figure, unit_noun
from sgus.report.label_versions import moved_words
from sgus.report.tables import NAMES

SCOPES: Final = {
    "four_grades": "four grades",
    "stage1": "0/1 v 2/3",
    "stage2a": "0 v 1",
    "stage2b": "2 v 3",
}


def effect_lines(effect: Mapping[str, Any]) -> list[str]:
    """Every version of the labels with the figures of each run, differences and warnings.

    Args:
        effect: As `effect_of` made it.

    Returns:
        Lines without line feeds; warnings come first.
    """
    unit, images = effect["unit"], effect["images"]
    marked = " (SYNTHETIC PHANTOM)" if effect["synthetic"] else ""
    patients = f"{images['n_patients']} {unit_noun(unit, n=images['n_patients'])}"
    lines = [f"{images['n_images']} test images of {patients}{marked}, tested by every run."]
    lines += [f"  {run} learnt {labels} labels" for run, labels in effect["learnt"].items()]
    lines += [
        f"  {n} test images of {run} are left out: another run did not test them"
        for run, n in images["left_out"].items() if n
    ]  # fmt: skip
    lines += [f"WARNING: {warning}" for warning in effect["warnings"]]
    for version in effect["versions"]:
        lines += ["", *_version(version, unit, images["n_images"])]
    lines += ["", *(f"Note: {note}" for note in effect["notes"])] if effect["notes"] else []
    return [*lines, "", effect["caution"]] if effect["caution"] else lines


def named(figure: Figure) -> str:
    """`Balanced accuracy, 0 v 1`."""
    return f"{NAMES[figure['figure']]}, {SCOPES[figure['scope']]}"


def _version(version: Mapping[str, Any], unit: str, n_images: int) -> Iterator[str]:
    title = str(version["title"])
    yield f"{title[:1].upper()}{title[1:]}"
    if version["n_differ"]:
        patients = f"{version['n_patients_differ']} "
        patients += unit_noun(unit, n=version["n_patients_differ"])
        yield (
            f"  {version['n_differ']} of {n_images} test images ({patients}) differ from the "
            f"reference: {moved_words(version['moved'])}"
        )
    for figure in version["figures"]:
        yield _line(f"{named(figure)}: {figure['run']}", figure, unit, signed=False)
    for figure in version["differences"]:
        yield _line(f"{named(figure)}: {figure['first']} - {figure['second']}", figure, unit)
    for figure in version["relabelled"]:
        yield _line(f"{named(figure)}: {figure['run']}, less the reference labels", figure, unit)


def _line(name: str, figure: Figure, unit: str, *, signed: bool = True) -> str:
    if figure["value"] is None:
        return f"  {name:<66} not computed: {figure['reason']}"
    form = "+.3f" if signed else ".3f"
    ends = ""
    if figure["low"] is not None:
        ends = f" ({figure['low']:{form}} to {figure['high']:{form}})"
    n = f"{figure['n_images']} images of {figure['n_patients']} "
    why = f"; {figure['reason']}" if figure["reason"] else ""
    noun = unit_noun(unit, n=figure["n_patients"])
    return f"  {name:<66} {figure['value']:{form}}{ends}, {n}{noun}{why}"
