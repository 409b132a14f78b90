"""The limits that a run itself shows."""

from __future__ import annotations

from sgus.report.document.material import Material
from sgus.report.evidence import FEW_PATIENTS


def limits(material: Material) -> list[str]:
    """Sentences, the gravest first.

    Args:
        material: The run.
    """
    m = material
    said = []
    if m.synthetic:
        said.append("The images are simulated: no figure here says anything about patients.")
    if m.synthetic is None:
        said.append("The run does not say whether its images are simulated.")
    if m.where == "validation":
        said.append("There is no test part: the figures are of images that chose the epoch.")
    part = m.part(m.where)
    said.append(
        f"The result rests on {part['n_patients']} {m.people}. Figures on fewer than "
        f"{FEW_PATIENTS} are grey: read them as single cases."
    )
    if m.unit != "patient":
        said.append(
            "It is not known which images are of one patient: groups may hold several patients "
            "each, and no number of groups is a number of patients."
        )
    if len(m.facts.get("folds") or []) <= 1:
        said.append(
            "One division of the patients: another one would give other figures, and the "
            "intervals do not cover all of that."
        )
    said.append(
        "Intervals cover the choice of patients. They cover neither another training run (another "
        "seed) nor another centre, device or reader."
    )
    if m.facts.get("scheme") != "leave-one-centre-out":
        said.append("Training and test images come from the same centres: new ones may be harder.")
    said.append(
        "Figures of the second stages on images that truly belong to them are too kind: in use "
        "nobody knows the branch. Those as routed by stage 1 are the honest ones."
    )
    if not (m.report.get("ceiling") or {}).get("figures"):
        said.append("How far readers agree is not known here, so no figure has a ceiling.")
    if m.baselines is None:
        said.append("No baseline was computed: it is open what a simpler method would reach.")
    return said
