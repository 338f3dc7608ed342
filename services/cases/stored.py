"""What became of a secret that was to be stored: its version has the token of the call."""

from __future__ import annotations

from services.aws import secretsmanager
from services.aws.call import Call
from services.aws.session import AwsSession


async def was_stored(aws: AwsSession, call: Call) -> tuple[bool | None, str]:
    """Whether it was, and in words; raises an AwsError.

    Older journals do not say where it was to go: not found here, it may be elsewhere.
    """
    name, region = str(call.params.get("Name") or call.params["SecretId"]), call.region or await aws.home()
    secret = await secretsmanager.describe(aws, name, region=region)
    if secret is not None and call.params["ClientRequestToken"] in secret.versions:
        return True, f"the secret {name} was stored (confirmed by AWS)"
    if call.region is None:
        return None, f"{name} is not in {region}, and the journal does not name the Region it went to"
    return False, f"the secret {name} was not stored (confirmed by AWS)"
