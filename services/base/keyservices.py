"""The services whose keys an IAM user can hold, by the names that IAM has for them."""

from __future__ import annotations

from enum import StrEnum

_DOMAIN = ".amazonaws.com"


class KeyService(StrEnum):
    """Those that are known; AWS may have others, so what it answers is compared and never converted."""

    LOGS = "logs.amazonaws.com"
    BEDROCK = "bedrock.amazonaws.com"
    CLOUDWATCH = "cloudwatch.amazonaws.com"
    XRAY = "xray.amazonaws.com"
    SAGEMAKER = "sagemaker.amazonaws.com"
    CLAUDE = "aws-external-anthropic.amazonaws.com"
    CODECOMMIT = "codecommit.amazonaws.com"
    KEYSPACES = "cassandra.amazonaws.com"


ACCESS_KEY = "access-key"
"""In place of a service: an IAM user's access key, which signs calls to any of them."""

TEMPORARY = "temporary"
"""In place of a service: temporary credentials, which a session of a user or a role has."""
ROLE = "role"
"""In place of a service: not a key at all, but a role whose sessions are to be ended."""
SESSIONS_ALONE = (TEMPORARY, ROLE)
"""What has no status of its own: nothing but its sessions can be ended."""
SIGNS = (ACCESS_KEY, TEMPORARY)
"""What signs calls to any service: records name it by its access key id."""


def noun_of(service: str) -> str:
    """``logs key``, ``access key``."""
    nouns = {ACCESS_KEY: "access key", TEMPORARY: "session", ROLE: "role"}
    return nouns.get(service) or f"{short_service(service)} key"


def short_service(service: str) -> str:
    """``logs``, of ``logs.amazonaws.com``."""
    return service.removesuffix(_DOMAIN)


def full_service(service: str) -> str:
    """``logs.amazonaws.com``, of ``logs`` or of itself."""
    if service in (ACCESS_KEY, *SESSIONS_ALONE):
        return service
    return service if "." in service else service + _DOMAIN
