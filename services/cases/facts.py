"""What is kept with an intent besides the call: what it was planned on."""

from __future__ import annotations

from services.aws.call import Call

STOOD = "stood"
"""What there was before."""
LEFT = "left"
"""What the deed does not reach and should, in sentences."""
SERVICES = "services"
"""Whose keys it is about."""


def place_of(call: Call) -> str:
    """Whose policy *call* is about, as ``user:web`` or ``role:night``; empty for others."""
    for name in ("UserName", "RoleName"):
        if whose := call.params.get(name):
            return f"{name.removesuffix('Name').lower()}:{whose}"
    return ""
