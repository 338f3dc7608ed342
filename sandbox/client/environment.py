"""What of this machine's set-up could lead a client elsewhere, and how to be rid of it."""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping

NOWHERE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NETRC": os.devnull,
}
"""Instead of the files and the metadata service that are looked at where nothing is set."""

_LEADS_ELSEWHERE = re.compile(
    r"_?(AWS_|X_AMZN_|BOTO).*|.*_PROXY|(REQUESTS|CURL)_CA_BUNDLE|SSL_CERT_(FILE|DIR)|SSLKEYLOGFILE|NETRC"
    # What moto, which is the pretend account, lets the environment change.
    r"|MOTO_.*|TEST_(SERVER|PROXY)_MODE|INITIAL_NO_AUTH_ACTION_COUNT|S3_.*|DEFAULT_CONTAINER_REGISTRY",
    re.IGNORECASE,
)


def forget_this_machine(environ: MutableMapping[str, str]) -> tuple[str, ...]:
    """Take out of *environ* whatever tells a client of AWS whom to ask and how; the names that went.

    Endpoints, profiles, credentials, configuration files, proxies, authorities, metadata services.
    """
    gone = tuple(sorted(name for name in environ if _LEADS_ELSEWHERE.fullmatch(name)))
    for name in gone:
        del environ[name]
    environ.update(NOWHERE)
    return gone
