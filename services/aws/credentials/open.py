"""Opens aiobotocore's session and ties a Signer to it: it signs, and hears what AWS refuses."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.aws.credentials.failures import ended, explain, not_taken
from services.aws.credentials.find import ENDED, REFUSALS, instance_region, is_instance
from services.aws.credentials.profiles import environment_signs, named_profile
from services.aws.credentials.settings import S3_BY_REGION, configured_region, prepare
from services.aws.credentials.signer import Signer, in_thread
from services.aws.loader import loader
from services.base.text import clean


def open_session(profile: str | None, region: str | None, signer: Signer) -> Any:
    """aiobotocore's session, which *signer* signs for; raises an AwsError where the files are wrong."""
    from aiobotocore.config import AioConfig
    from aiobotocore.session import AioSession

    session = AioSession()
    prepare(session, profile, region)
    try:
        session.get_scoped_config()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a file
        raise explain(error, profile, named_profile(profile) or "default") from None
    session.register_component("data_loader", loader(session.get_config_variable("data_path")))
    session.set_default_client_config(AioConfig(s3=S3_BY_REGION))
    session._credentials = signer
    session.register("before-call", partial(_remember, signer))
    session.register("after-call", partial(_listen, signer))
    return session


async def own_region(session: Any, profile: str | None, signer: Signer) -> str | None:
    """The Region that is configured, or the machine's own where its role signs."""
    if found := configured_region(session):
        return found
    if not environment_signs(profile) and is_instance((await signer.current()).source):
        return await in_thread(partial(instance_region, profile))
    return None


def _remember(signer: Signer, **call: Any) -> None:
    call["context"]["stanch_generation"] = signer.generation


def _listen(signer: Signer, **call: Any) -> None:
    parsed = call["parsed"]
    if call["model"].name == "GetCallerIdentity" and "Account" in parsed:
        signer.account = parsed["Account"]
    code = (parsed.get("Error") or {}).get("Code")
    if code not in REFUSALS:
        return
    signer.distrust(call["context"].get("stanch_generation", -1))
    request_id = (parsed.get("ResponseMetadata") or {}).get("RequestId")
    # Without its id it need not be AWS that answered: that is left to who reads the answer.
    if not request_id:
        return
    if code in ENDED:
        raise ended(signer.source, request_id)
    raise not_taken(signer.source, clean(parsed["Error"].get("Message", code), limit=200), code, request_id)
