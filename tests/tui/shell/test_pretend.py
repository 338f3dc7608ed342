"""The account of `stanch demo`, in surroundings that would lead elsewhere."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import botocore
import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.loaders import Loader

from tests.patience import PATIENCE

PROGRAM = """
import asyncio, json, os, sys
from pathlib import Path
from services.aws.credentials.ways import Hop
from tui.settings.config import Config, ProfileConfig
from tui.shell.common import Setup
from tui.shell.pretend import pretend_account, shut_in

async def look(setup):
    async with pretend_account(setup, "--no-actors") as account:
        told = {}
        for service, operation in (
            ("sts", "GetCallerIdentity"), ("iam", "ListUsers"), ("logs", "DescribeLogGroups"),
            ("cloudtrail", "DescribeTrails"), ("s3", "ListBuckets"), ("secretsmanager", "ListSecrets"),
            ("organizations", "ListAccounts"),
        ):
            try:
                told[operation] = str(await account.aws.read(service, operation))[:200]
            except Exception as error:
                told[operation] = f"{type(error).__name__} {error}"
        assumed = await account.aws.assume(Hop("arn:aws:iam::123456789012:role/any"))
        async with assumed:
            told["assumed"] = (await assumed.read("sts", "GetCallerIdentity"))["Arn"]
        told["regions"] = await account.aws.regions()
        told["leaked"] = bool(account.leaked_token)
        return told

config = Config(regions=("eu-west-3",), profiles={"default": ProfileConfig(regions=("eu-west-3",))})
setup = Setup("hostile", (), False, Path("elsewhere"), config=config)
print(json.dumps(asyncio.run(look(shut_in(setup, Path("state"))))))
"""


@pytest.fixture
def trap() -> Iterator[tuple[str, list[object]]]:
    """An address, and who called there."""
    called: list[object] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, caller = server.accept()
                except OSError:
                    return
                called.append(caller)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", called
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def hostile(trap: str, folder: Path) -> dict[str, str]:
    """Every variable that botocore speaks of, with what would lead to the trap or stop the program."""
    found = {
        name
        for source in Path(botocore.__file__).parent.glob("*.py")
        for name in re.findall(r"\b(?:AWS|BOTO|BOTOCORE)_[A-Z0-9_]*[A-Z0-9]\b", source.read_text())
    }
    for _, names, *_ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values():
        found |= set(names if isinstance(names, list) else [names] if names else [])
    services = Loader().list_available_services("service-2")
    endpoints = {f"AWS_ENDPOINT_URL_{name.upper().replace('-', '_')}": trap for name in services}
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    config = folder / "config"
    config.write_text(
        f"[default]\nendpoint_url = {trap}\nregion = eu-west-3\nservices = all\n"
        f"credential_process = touch {folder}/ran\n[profile hostile]\nendpoint_url = {trap}\n"
        f"mfa_serial = arn:aws:iam::123456789012:mfa/x\nrole_arn = arn:aws:iam::123456789012:role/x\n"
        f"source_profile = default\nregion = eu-west-3\n"
        f"[services all]\n"
        + "".join(f"{name} =\n  endpoint_url = {trap}\n" for name in ("iam", "sts", "logs"))
    )
    (folder / "sandbox").mkdir()
    (folder / "sandbox" / "__init__.py").write_text("")
    (folder / "sandbox" / "__main__.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    return (
        dict.fromkeys(found, trap)
        | endpoints
        | dict.fromkeys(proxies, trap)
        | {
            "AWS_ENDPOINT_URL": trap,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            "AWS_PROFILE": "hostile",
            "AWS_DEFAULT_PROFILE": "hostile",
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": str(config),
            "AWS_CA_BUNDLE": "/nowhere",
            "REQUESTS_CA_BUNDLE": "/nowhere",
            "AWS_REGION": "eu-west-3",
            "AWS_DEFAULT_REGION": "eu-west-3",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": trap,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": trap,
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_USE_DUALSTACK_ENDPOINT": "true",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "x" * 40,
            "AWS_SESSION_TOKEN": "x",
            "AWS_SIGV4A_SIGNING_REGION_SET": "*",
            "AWS_DATA_PATH": str(folder),
            "BOTOCORE_EXPERIMENTAL__PLUGINS": "x=nothing_of_that_name",
        }
    )


def test_nothing_set_on_this_machine_leads_elsewhere(trap: tuple[str, list[object]], tmp_path: Path) -> None:
    address, called = trap
    variables = hostile(address, tmp_path)
    assert len(variables) > 400
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM],
        check=False,
        cwd=tmp_path,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "user/responder" in told.pop("GetCallerIdentity")
    assert told.pop("assumed") == "arn:aws:sts::123456789012:assumed-role/any/stanch"
    assert told.pop("leaked")
    assert told.pop("regions")[0] == "us-east-1"
    assert "not a member of an organization" in told.pop("ListAccounts")
    assert [operation for operation, answer in told.items() if not answer.startswith("{")] == []
    assert called == []
    assert not (tmp_path / "ran").exists()
    sys.stdout.write(f"{len(variables)} hostile variables\n")
