"""A document as one HTML file: no script, nothing fetched, every name escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.report.document import answers, drawings, sections
from sgus.report.document.claim import KNOWN, PARTLY, PERSON, claim_answers
from sgus.report.document.limits import limits
from sgus.report.document.material import Material
from sgus.report.evidence import FEW_PATIENTS

_TEMPLATES: Final = Path(__file__).with_name("templates")


def html_document(material: Material) -> str:
    """The whole document.

    Args:
        material: The run.

    Returns:
        HTML of one self-contained page; the same material gives the same text.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("run.html.j2").render(_context(material))


def _context(m: Material) -> dict[str, Any]:
    claim = claim_answers(m)
    counts = {state: sum(one.state == state for one in claim) for state in (KNOWN, PARTLY, PERSON)}
    return {
        "m": m,
        "mark": SYNTHETIC_MARK,
        "few_below": FEW_PATIENTS,
        "people": m.people,
        "version": (m.report.get("versions") or {}).get("sgus", ""),
        "answers": answers,
        "limits": limits(m),
        "claim": claim,
        "claim_counts": counts,
        "person": PERSON,
        "settings": sections.settings(m),
        "plots": _plots(m),
        **_tables(m),
    }


def _plots(m: Material) -> dict[str, list[str]]:
    return {
        "training": drawings.training_plots(m),
        "curves": drawings.curve_plots(m),
        "reliability": drawings.reliability_plots(m),
    }


def _tables(m: Material) -> dict[str, Any]:
    return {
        "main": sections.main_rows(m),
        "matrices": sections.matrices(m),
        "labels": sections.label_rows(m),
        "folds": sections.fold_rows(m),
        "every": sections.every_row(m),
        "curves": sections.curve_rows(m),
        "temperatures": sections.temperature_rows(m),
        "reliability": sections.reliability_rows(m),
        "conformal": sections.conformal_rows(m),
        "patients": sections.patient_rows(m),
        "subgroups": sections.subgroup_rows(m),
        "baselines": sections.baseline_rows(m),
        "differences": sections.difference_rows(m),
        "ceiling": sections.ceiling_rows(m),
        "demographics": answers.demographic_rows(m),
    }
