"""Which variables lead a client elsewhere."""

from __future__ import annotations

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

from sandbox.client.environment import NOWHERE, forget_this_machine

OF_BOTOCORE = {
    name
    for _, names, *_ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values()
    for name in (names if isinstance(names, list) else [names])
    if name
}
OTHERS = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_BEARER_TOKEN_BEDROCK",
    "BOTO_CONFIG",
    "_X_AMZN_TRACE_ID",
    "HTTP_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSLKEYLOGFILE",
    "NETRC",
    "MOTO_ACCOUNT_ID",
    "MOTO_S3_CUSTOM_ENDPOINTS",
    "TEST_SERVER_MODE",
)


@pytest.mark.parametrize("name", sorted(OF_BOTOCORE | set(OTHERS)))
def test_what_leads_elsewhere_is_forgotten(name: str) -> None:
    environ = {name: "hostile", "PATH": "/bin", "HOME": "/home/x", "TERM": "linux"}
    assert forget_this_machine(environ) == (name,)
    assert environ == {"PATH": "/bin", "HOME": "/home/x", "TERM": "linux"} | NOWHERE


def test_all_that_botocore_takes_from_the_environment_is_known() -> None:
    assert len(OF_BOTOCORE) > 30
