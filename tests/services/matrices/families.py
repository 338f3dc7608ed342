"""Every family: whatever a case can be about."""

from __future__ import annotations

from collections.abc import Mapping

from tests.services.goals.governance.family import POLICIES
from tests.services.goals.hardening.family import HARDENING
from tests.services.goals.issuing.family import ISSUING
from tests.services.incident.family import INCIDENT
from tests.services.matrices.family import Family

FAMILIES: Mapping[str, Family] = {
    "incident": INCIDENT,
    "issuing": ISSUING,
    "hardening": HARDENING,
    "policy": POLICIES,
}
EVERY_KILL = [(name, route) for name, family in FAMILIES.items() for route in family.kills]
EVERY_CALL = [(name, route) for name, family in FAMILIES.items() for route in family.calls]
EVERY_CHANGE = [(name, route) for name, route in EVERY_CALL if FAMILIES[name].changes(route)]
