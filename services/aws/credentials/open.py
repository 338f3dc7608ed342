"""Opens aiobotocore's session, which a Signer signs for."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.aws.credentials.find import instance_region, is_instance
from services.aws.credentials.profiles import environment_signs
from services.aws.credentials.settings import S3_BY_REGION, configured_region, prepare
from services.aws.credentials.signer import Signer, in_thread
from services.aws.loader import loader


def open_session(profile: str | None, region: str | None, signer: Signer) -> Any:
    """aiobotocore's session, which *signer* signs for; raises what botocore makes of the files."""
    from aiobotocore.config import AioConfig
    from aiobotocore.session import AioSession

    session = AioSession()
    prepare(session, profile, region)
    session.get_scoped_config()
    session.register_component("data_loader", loader(session.get_config_variable("data_path")))
    # A copy: botocore writes the profile's own settings into it.
    session.set_default_client_config(AioConfig(s3=dict(S3_BY_REGION)))
    session._credentials = signer
    return session


async def own_region(session: Any, profile: str | None, signer: Signer) -> str | None:
    """The Region that is configured, or the machine's own where its role signs."""
    if found := configured_region(session):
        return found
    if not environment_signs(profile) and is_instance((await signer.current()).source):
        return await in_thread(partial(instance_region, profile))
    return None
