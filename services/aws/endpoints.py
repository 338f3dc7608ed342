"""Which endpoints are AWS's own, and which were configured in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from services.base.text import clean

SERVICES = (
    "iam",
    "sts",
    "logs",
    "cloudwatch",
    "cloudtrail",
    "s3",
    "secretsmanager",
    "athena",
    "organizations",
    "accessanalyzer",
    "account",
    "ec2",
    "security-ir",
)
"""Those that the program asks, the first before the others."""

# AWS's domains by partition, as botocore's partitions.json has them.
_DOMAINS = r"""\.(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn|amazonaws\.eu
          |api\.amazonwebservices\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk
          |api\.aws\.(ic|scloud)\.gov|api\.cloud-aws\.adc-e\.uk|api\.aws\.hci\.ic\.gov)"""
_OWN = re.compile(
    rf"""[a-z0-9-]+                         # the service
        (\.dualstack)?
        (\.[a-z]{{2,4}}(-[a-z]+)+(-\d)?|\.global)?     # the Region, or what stands for a partition
        {_DOMAINS}""",
    re.VERBOSE,
)
# An interface endpoint of AWS's in somebody's VPC: "vpce-0ab1-2cd3.sts.us-east-1.vpce.amazonaws.com".
_IN_VPC = re.compile(rf"vpce-[a-z0-9-]+\.sts(-fips)?\.[a-z0-9-]+\.vpce{_DOMAINS}", re.VERBOSE)


def is_own(url: str, prefix: str) -> bool:
    """Whether *url* is one of AWS's for the service whose hosts begin with *prefix*.

    A name under amazonaws.com may be a customer's machine, so the service has to stand where AWS puts it.
    """
    scheme, host, port = _parts(url)
    own = host.startswith((f"{prefix}.", f"{prefix}-fips.")) and _OWN.fullmatch(host) is not None
    return own and scheme == "https" and port in (None, 443)


def not_of_aws(found: Mapping[str, str]) -> str | None:
    """The endpoint that named the account, where it is not AWS: that of a VPC is, but no machine in AWS."""
    url = found.get("sts")
    if url is None or is_own(url, "sts"):
        return None
    scheme, host, _ = _parts(url)
    in_vpc = scheme == "https" and _IN_VPC.fullmatch(host)
    return None if in_vpc else url.rstrip("/")


def _parts(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; of what is no URL, as a journal may have it, nothing."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return "", "", None


def configured(session: Any) -> Iterator[tuple[str, str]]:
    """(service, URL) of each endpoint that botocore's *session* takes from the environment or its files."""
    from botocore.configprovider import ConfiguredEndpointProvider

    if session.get_config_variable("ignore_configured_endpoint_urls"):
        return
    for service in SERVICES:
        found = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), service)
        if url := found.provide():
            yield service, url


def in_words(endpoints: Mapping[str, str]) -> str | None:
    """One URL where all go to the same, else each with its services; None where all are AWS's own."""
    if not endpoints:
        return None
    urls: dict[str, list[str]] = {}
    for service, url in endpoints.items():
        urls.setdefault(url, []).append(service)
    if len(urls) == 1 and endpoints.keys() >= set(SERVICES):
        return clean(next(iter(urls)))
    return clean(", ".join(f"{'+'.join(services)} {url}" for url, services in urls.items()))
