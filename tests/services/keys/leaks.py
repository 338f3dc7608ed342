"""Credentials as they leak, made for a test: each with the account it tells, and with what nobody may see."""

from __future__ import annotations

import base64
import random
import string
from dataclasses import dataclass

from services.keys.token import SERVICE_OF_PREFIX

ACCOUNT = "609629065308"


@dataclass(frozen=True)
class Leak:
    """*text* is what leaks, *name* what is found in it, *secrets* what must be nowhere in the answer."""

    text: str
    name: str
    secrets: tuple[str, ...]


def key_id(rng: random.Random, prefix: str = "AKIA", account: str = ACCOUNT) -> str:
    """An id of that account, as AWS makes them since 2019."""
    told = 1 << 47 | int(account) << 7 | rng.randrange(128)
    encoded = base64.b32encode(told.to_bytes(6, "big") + rng.randbytes(5)).decode()
    return prefix + encoded[: 17 if prefix == "ACCA" else 16]


def token(rng: random.Random, alias: str = f"web-at-{ACCOUNT}", prefix: str | None = None) -> Leak:
    secret = "".join(rng.choices(string.ascii_letters + string.digits + "+/", k=60))
    prefix = prefix or rng.choice(sorted(SERVICE_OF_PREFIX))
    text = prefix + base64.b64encode(f"{alias}:{secret}".encode()).decode()
    return Leak(text, alias, (secret, text))


def secret_key(rng: random.Random) -> str:
    """Of two like those that are drawn by chance, the one that has a slash and a plus."""
    return "/" + "".join(rng.choices(string.ascii_letters + string.digits + "+/", k=35)) + "aZ9+"


def pair(rng: random.Random, form: str, prefix: str = "AKIA") -> Leak:
    named, secret = key_id(rng, prefix), secret_key(rng)
    return Leak(form.format(id=named, secret=secret), named, (secret,))


def short_term(
    rng: random.Random, service: str = "bedrock", prefix: str = "ASIA", session: int = 400
) -> Leak:
    """With a session token of that many signs inside, as those of roles have."""
    named, session_token = key_id(rng, prefix), "".join(rng.choices(string.ascii_letters, k=session))
    signature = rng.randbytes(32).hex()
    request = (
        f"{service}.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential={named}%2F20261125%2Fus-east-1%2F{service}%2Faws4_request"
        f"&X-Amz-Date=20261125T120000Z&X-Amz-Expires=43200&X-Amz-Security-Token={session_token}"
        f"&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}&Version=1"
    )
    text = f"{service}-api-key-" + base64.b64encode(request.encode()).decode()
    return Leak(
        text, f"{service}-api-key-… of {named} signed 2026-11-25T12:00:00Z", (signature, session_token)
    )


PAIRS = (
    "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n",
    "export AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_ACCESS_KEY_ID={id}\n",
    '{{"AccessKey": {{"UserName": "web", "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}}}',
    "User name,Access key ID,Secret access key\nweb,{id},{secret}\n",
    "client('s3', '{id}', '{secret}')",
    "s3://{id}:{secret}@bucket/",
)
