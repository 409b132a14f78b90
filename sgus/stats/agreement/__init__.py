"""How far readers agree: every coefficient of the field, on panels with missing readings."""

from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.family import Agreement, ClosedForm, Family, Label
from sgus.stats.agreement.panel import MISSING, Panel, Readings
from sgus.stats.agreement.quadratic import quadratic_kappa

__all__ = [
    "MISSING",
    "Agreement",
    "ClosedForm",
    "Family",
    "Label",
    "Panel",
    "Readings",
    "estimate",
    "quadratic_kappa",
]
