"""Ways to be signed in: what is in the environment and in the files, as a person would set it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
HERE = {"AWS_DEFAULT_REGION": "eu-central-1"}
FILE_KEYS = "aws_access_key_id = {}\naws_secret_access_key = s\n"
DEFAULT = "[default]\n" + FILE_KEYS.format("AKIADEFAULT")
OTHER = "[other]\n" + FILE_KEYS.format("AKIAOTHER")
ROLE = "[profile incident]\nrole_arn = arn:aws:iam::123456789012:role/ops/Responder\n"
BY_OTHER = ROLE + "source_profile = other\nregion = eu-west-2\n"
SSO_OLD = (
    "[profile sso]\nsso_start_url = https://ex.awsapps.com/start\nsso_region = eu-north-1\n"
    "sso_account_id = 123456789012\nsso_role_name = Responder\nregion = eu-west-1\n"
)
SSO_NEW = (
    "[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Responder\n"
    "region = eu-west-1\n\n[sso-session corp]\nsso_start_url = https://ex.awsapps.com/start\n"
    "sso_region = eu-north-1\nsso_registration_scopes = sso:account:access\n"
)
HELPER = "credential_process = {python} {folder}/helper.py\n"
ALL = ("sts", "iam", "logs")

Answer = tuple[str, str, str, str]
"""What was asked, of which host, by which access key, signed for which Region."""


@dataclass(frozen=True)
class Setting:
    """*differs* says why the AWS CLI v1 answers otherwise, as docs/credentials.md has it; *ours* is then due.

    `{folder}`, `{url}` and `{python}` in texts stand for this test's folder, its server and this Python.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    profile: str | None = None
    region: str | None = None
    services: tuple[str, ...] = ("sts",)
    files: Mapping[str, str] = field(default_factory=dict)
    sso: str | None = None
    """How long the SSO sign-in is good for: "hours", "ended" or "ended, to be renewed"."""
    differs: str | None = None
    ours: tuple[Answer, ...] = ()


def sts(key: str, region: str, host: str | None = None) -> Answer:
    return ("GetCallerIdentity", host or f"sts.{region}.amazonaws.com", key, region)


NO_REGION = "No Region is set"
REGION_VARIABLE = "`AWS_REGION`"
