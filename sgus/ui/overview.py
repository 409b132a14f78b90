"""Texts of the overview: the score, the steps, published figures, limits. No result of ours."""

from __future__ import annotations

from typing import Final, NamedTuple

from sgus.core.grades import DESCRIPTIONS, GRADES, PATHOLOGICAL_FROM
from sgus.ui.theme import GRADE_COLOURS, ON_GRADE

LEAD: Final = (
    "SGUS grades B-mode ultrasound of the salivary glands in Sjögren disease by the OMERACT score, "
    "shows how it came to the grade, and says how sure it is."
)

STEPS: Final = (
    ("Upload", "Images as the scanner exports them: parotid or submandibular gland, several at "
     "once. They stay in the memory of this machine."),
    ("Look", "The ultrasound region found, three decisions with their probabilities, and where "
     "each of them looked. Move the region if it is wrong."),
    ("Judge", "Compare with a trained reader. Take the table away as CSV."),
)  # fmt: skip

LIMITS: Final = (
    "It grades one image of one gland. It does not see the patient, and it does not diagnose.",
    "Neighbouring grades, above all 0 and 1, are hard for people and for networks alike: read the "
    "probabilities, not the grade alone.",
    "Another scanner, setting or population than it was trained on can shift its grades; the "
    "model card says what it was trained on and how it did on centres it never saw.",
    "A map shows where a network looked, not that it looked for the right reason.",
    "It does not check that the picture shows a salivary gland.",
)


class Published(NamedTuple):
    """One published figure: not ours, and not always of the same task."""

    what: str
    figure: str
    statistic: str
    source: str
    link: str = ""


PUBLISHED: Final = (
    Published(
        "Hierarchical ResNet18, OMERACT 0/1 v 2/3", "90 %", "accuracy; no patient-level split "
        "reported", "Olivas et al., ACR Convergence 2025, abstract 1964",
    ),
    Published(
        "The same, 0 v 1 and 2 v 3", "about 65 % each", "accuracy; no patient-level split reported",
        "Olivas et al., ACR Convergence 2025, abstract 1964",
    ),
    Published(
        "20 sonographers, 225 images, OMERACT", "0.87 intra, 0.77 inter",
        "Light's kappa, readers with an atlas", "Zabotti 2020", "10.3389/fmed.2020.581248",
    ),
    Published(
        "Radiomics and network, De Vita grade, 600 images, 150 patients", "0.70",
        "kappa (clinicians 0.67, intra 0.71)", "Vukicevic 2020", "10.1109/JBHI.2019.2923773",
    ),
    Published(
        "Network, Sjögren v not, parotid and submandibular", "89.5 %, 84.0 %",
        "accuracy (inexperienced readers 76.7 %, 72.0 %)", "Kise 2020", "10.1259/dmfr.20190348",
    ),
    Published(
        "Cascaded network, joint synovitis 0-3", "83.9 %", "accuracy", "Christensen 2020",
        "10.1136/annrheumdis-2019-216636",
    ),
)  # fmt: skip


def steps_html() -> str:
    """The three steps as cards."""
    cards = "".join(
        f'<div class="sgus-card"><h4>{number}. {title}</h4><p>{text}</p></div>'
        for number, (title, text) in enumerate(STEPS, start=1)
    )
    return f'<div class="sgus-cards">{cards}</div>'


def grades_html() -> str:
    """The OMERACT grades with the threshold."""
    rows = "".join(
        f'<tr><td><span class="sgus-dot" style="background:{GRADE_COLOURS[grade]};'
        f'color:{ON_GRADE[grade]}">{grade}</span></td><td>{DESCRIPTIONS[grade]}</td>'
        f"<td>{'pathological' if grade >= PATHOLOGICAL_FROM else 'normal-appearing'}</td></tr>"
        for grade in GRADES
    )
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>Grade</th>'
        f"<th>Parenchyma of the gland</th><th>Side of the threshold</th></tr>{rows}</table></div>"
    )


def published_html() -> str:
    """Published figures, each with its statistic and source."""
    rows = "".join(
        f"<tr><td>{item.what}</td><td><b>{item.figure}</b></td><td>{item.statistic}</td>"
        f"<td>{_source(item)}</td></tr>"
        for item in PUBLISHED
    )
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>Who, on what</th>'
        f"<th>Figure</th><th>Statistic</th><th>Source</th></tr>{rows}</table></div>"
    )


def _source(item: Published) -> str:
    if not item.link:
        return item.source
    return f'{item.source}, <a href="https://doi.org/{item.link}">{item.link}</a>'


def limits_html() -> str:
    """What the tool cannot do."""
    return f"<ul>{''.join(f'<li>{text}</li>' for text in LIMITS)}</ul>"
