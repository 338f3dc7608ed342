"""Which credentials sign, and from where: what the header, `doctor` and every confirmation say."""

from __future__ import annotations

import os
from dataclasses import dataclass

from services.base.text import clean

_UNNAMED = {
    "env": "environment",
    "container-role": "container role",
    "iam-role": "instance role",
    "ec2-credentials-file": "AWS_CREDENTIAL_FILE",
    "boto-config": "boto configuration",
}
"""Ways in that belong to no profile, by botocore's names."""


@dataclass(frozen=True, slots=True)
class Source:
    """*method* is botocore's name of the way in; *role* the role's name, without its path."""

    method: str
    profile: str | None = None
    role: str | None = None

    def __str__(self) -> str:
        parts = []
        if (unnamed := _UNNAMED.get(self.method)) is not None:
            parts.append(unnamed)
        elif self.method == "assume-role-with-web-identity" and self.profile is None:
            parts.append("web identity")
        elif self.profile is not None:
            parts.append(f"profile {self.profile}")
        if self.method == "custom-process":
            parts.append("credential_process")
        elif self.method == "login":
            parts.append("aws login")
        if self.role is not None:
            parts.append(f"role {self.role}")
        return clean(", ".join(parts)) or "unknown"

    def as_json(self) -> dict[str, object]:
        return {"source": str(self), "profile": self.profile, "role": self.role}


UNKNOWN = Source("")


def role_name(arn: str) -> str:
    return arn.rpartition("/")[2] or arn


def source_of(method: str, profile: str, section: dict[str, object]) -> Source:
    """The source of what botocore found by *method* for *profile*, whose settings *section* has."""
    role = section.get("role_arn")
    match method:
        case _ if method in _UNNAMED:
            return Source(method)
        case "sso":
            return Source(method, profile, str(section.get("sso_role_name") or "") or None)
        case "assume-role" if role:
            return Source(method, profile, role_name(str(role)))
        case "assume-role-with-web-identity":
            if "web_identity_token_file" not in section:
                return Source(method, None, role_name(os.environ.get("AWS_ROLE_ARN", "")) or None)
            return Source(method, profile, role_name(str(role)) if role else None)
    return Source(method, profile)
