"""A person's home: AWS files as they write them, in a folder of this test."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

import pytest

from tests.signin.aws import SERIAL, Aws, role

KEYS = "aws_access_key_id = {}\naws_secret_access_key = s\n"
START_URL = "https://ex.awsapps.com/start"
CONFIG = f"""
[default]
region = eu-west-1

[profile keys]
region = eu-west-1

[profile role]
region = eu-west-1
role_arn = {role("Responder")}
source_profile = keys

[profile mfa]
region = eu-west-1
role_arn = {role("Responder")}
source_profile = keys
mfa_serial = {SERIAL}

[profile deep]
region = eu-west-1
role_arn = {role("Deep")}
source_profile = mfa

[profile sso]
region = eu-west-1
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Responder

[profile of-sso]
region = eu-west-1
role_arn = {role("Deep")}
source_profile = sso

[profile old-sso]
region = eu-west-1
sso_start_url = {START_URL}
sso_region = eu-north-1
sso_account_id = 123456789012
sso_role_name = Responder

[sso-session corp]
sso_start_url = {START_URL}
sso_region = eu-north-1

[profile helped]
region = eu-west-1
credential_process = {{python}} {{home}}/helper.py

[profile no-helper]
region = eu-west-1
credential_process = {{home}}/gone --for ann

[profile in]
region = eu-west-1
login_session = arn:aws:iam::123456789012:user/ann
"""
HELPER = """
import json, pathlib
home = pathlib.Path(__file__).parent
with open(home / "runs", "a") as runs:
    runs.write("x")
print((home / "helped.json").read_text())
"""


@dataclass
class Person:
    """Each method leaves in the files what the person, or the AWS CLI for them, would leave there."""

    home: Path
    aws: Aws

    @property
    def runs(self) -> int:
        """How often the helper was run."""
        path = self.home / "runs"
        return len(path.read_text()) if path.exists() else 0

    def write_keys(self, key: str) -> None:
        (self.home / ".aws" / "credentials").write_text("[keys]\n" + KEYS.format(key))

    def write_helper(self, key: str, **more: str) -> None:
        answer = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "s", **more}
        (self.home / "helped.json").write_text(json.dumps(answer))

    def sign_in_to_sso(self, token: str = "sso-token", *, hours: float = 8) -> None:
        end = datetime.now(UTC) + timedelta(hours=hours)
        made = {
            "accessToken": token,
            "expiresAt": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": "eu-north-1",
            "startUrl": START_URL,
            "clientId": "c",
            "clientSecret": "s",
            "registrationExpiresAt": "2099-01-01T00:00:00Z",
        }
        folder = self.home / ".aws" / "sso" / "cache"
        folder.mkdir(parents=True, exist_ok=True)
        for name in (START_URL, "corp"):
            (folder / f"{sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(made))


def settle(home: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Person:
    """A person with every kind of profile, whose requests go to *aws*."""
    (home / ".aws").mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(variable)
    for name, value in aws.proxy.environment().items():
        monkeypatch.setenv(name, value)
    # Worked out when botocore is imported.
    tokens = str(home / ".aws" / "sso" / "cache")
    monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", tokens)
    monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", tokens)
    text = CONFIG.replace("{python}", sys.executable).replace("{home}", str(home))
    (home / ".aws" / "config").write_text(text)
    (home / "helper.py").write_text(HELPER)
    person = Person(home, aws)
    person.write_keys("AKIAKEYS")
    person.write_helper("AKIAHELPER")
    return person
