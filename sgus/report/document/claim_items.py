"""The items of CLAIM 2024, each in our own words.

References:
    Tejani et al. 2024, Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024
    update, Radiology: Artificial Intelligence, 10.1148/ryai.240300.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Item:
    """One item.

    Attributes:
        number: As in the checklist.
        section: The part of a manuscript it belongs to.
        asks: What it asks for.
    """

    number: int
    section: str
    asks: str


_SECTIONS: Final = {
    "Title and abstract": (
        "Says that AI is studied, and which kind of it",
        "A summary of design, methods, results and conclusions",
    ),
    "Introduction": (
        "Scientific and clinical background; what the AI is meant to be used for",
        "Aims, objectives and hypotheses",
    ),
    "Methods: design": (
        "Prospective or retrospective",
        "Goal of the study",
    ),
    "Methods: data": (
        "Where the data come from",
        "Who and what was included and left out, and by which rules",
        "What was done to the data before the model saw them",
        "Which subset of the data was taken, where one was",
        "How identities were removed",
        "What was done about missing data",
        "How the images were acquired",
    ),
    "Methods: reference standard": (
        "How the reference standard was obtained",
        "Why this reference standard",
        "Who made the annotations, and with which experience",
        "How the test set was annotated",
        "How far annotators vary among and within themselves",
    ),
    "Methods: partitions": (
        "How data were assigned to parts",
        "At which level the parts share nothing",
        "Size of the test set, and how it was decided",
    ),
    "Methods: model": (
        "The model in detail",
        "Software and its versions",
        "How the parameters were initialised",
    ),
    "Methods: training": (
        "The training in detail, with all settings",
        "How the final model was chosen",
        "How several models were combined, where they were",
    ),
    "Methods: evaluation": (
        "Measures of performance",
        "Measures of uncertainty and significance",
        "Robustness and sensitivity analyses",
        "How outputs are explained, where they are",
        "Evaluation on internal data",
        "Testing on external data",
        "Registration, for a clinical trial",
    ),
    "Results": (
        "How many patients and images were included and left out",
        "Demographic and clinical characteristics of each part",
        "Performance and its uncertainty on every part",
        "Diagnostic performance and its precision",
        "Failures looked into",
    ),
    "Discussion": (
        "Limitations of the study",
        "What it means for practice; intended use",
    ),
    "Other": (
        "Where the full protocol is",
        "Where software, model and data can be had",
        "Funding, and the part of the funders",
    ),
}

ITEMS: Final = tuple(
    Item(number, section, asks)
    for number, (section, asks) in enumerate(
        ((section, asks) for section, items in _SECTIONS.items() for asks in items), start=1
    )
)
"""All 44 items in order."""
