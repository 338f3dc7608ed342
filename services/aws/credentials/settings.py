"""botocore's sessions, set to find profile, Region and endpoints in the AWS CLI v2's order."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import Any

from botocore.configprovider import (
    BaseProvider,
    ChainProvider,
    ConstantProvider,
    InstanceVarProvider,
    ScopedConfigProvider,
)

S3_BY_REGION = MappingProxyType({"us_east_1_regional_endpoint": "regional"})
"""As the AWS CLI v2 has it: us-east-1 is a Region like the others."""


class _Variable(BaseProvider):  # type: ignore[misc]
    """An environment variable; an empty one is none."""

    def __init__(self, name: str) -> None:
        self._name = name

    def provide(self) -> str | None:
        return os.environ.get(self._name) or None

    def __repr__(self) -> str:
        return f"_Variable({self._name})"


def prepare(session: Any, profile: str | None, region: str | None = None) -> None:
    """Set *session*, of botocore or aiobotocore, to *profile* and *region* where they are named."""
    store = session.get_component("config_store")
    own = InstanceVarProvider(instance_var="profile", session=session)
    variables = [_Variable("AWS_PROFILE"), _Variable("AWS_DEFAULT_PROFILE")]
    store.set_config_provider("profile", ChainProvider(providers=[own, *variables]))
    regions = [
        InstanceVarProvider(instance_var="region", session=session),
        _Variable("AWS_REGION"),
        _Variable("AWS_DEFAULT_REGION"),
        ScopedConfigProvider(config_var_name="region", session=session),
    ]
    store.set_config_provider("region", ChainProvider(providers=regions))
    bundles = [
        _Variable("AWS_CA_BUNDLE"),
        _Variable("REQUESTS_CA_BUNDLE"),
        ScopedConfigProvider(config_var_name="ca_bundle", session=session),
    ]
    store.set_config_provider("ca_bundle", ChainProvider(providers=bundles))
    store.set_config_provider("sts_regional_endpoints", ConstantProvider(value="regional"))
    if profile:
        session.set_config_variable("profile", profile)
    if region:
        session.set_config_variable("region", region)


def configured_region(session: Any) -> str | None:
    """The Region that the environment or the profile names."""
    return session.get_config_variable("region") or None
