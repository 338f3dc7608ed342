"""`stanch sandbox` in one shell; the AWS CLI, curl and `stanch` in another."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


@dataclass
class Shell:
    """A shell that took the sandbox's exports; *token* is the leaked one that it printed."""

    environment: dict[str, str]
    token: str
    url: str

    def run(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )

    def post(self) -> str:
        """The status that curl gets for one event sent with the leaked token."""
        done = self.run(
            *("curl", "--silent", "--output", os.devnull, "--write-out", "%{http_code}"),
            *("--header", f"Authorization: Bearer {self.token}", "--data", '{"event":"hello"}', self.url),
        )
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    served = subprocess.Popen(
        [BIN / "stanch", "sandbox", "--no-actors"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with served:
        assert served.stdout
        said = ""
        for line in served.stdout:
            said += line
            if "Interrupt this" in line:
                break
        exports = dict(re.findall(r"^export (\w+)=(\S+)$", said, re.M))
        (token,) = set(re.findall(r"ACWL[\w+/=]{40,}", said))
        path = (
            "/services/collector/event?logGroup=/aws/hlc-logs/my-application&logStream=application-stream-001"
        )
        environment = {**os.environ, **exports, "STANCH_STATE_DIR": str(tmp_path)}
        yield Shell(environment, token, exports["AWS_ENDPOINT_URL"] + path)
        served.send_signal(signal.SIGINT)
        out, err = served.communicate()
        assert (out, err) == ("", "")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.long
def test_contained_from_another_shell(shell: Shell) -> None:
    aws, stanch = str(BIN / "aws"), str(BIN / "stanch")
    listed = json.loads(
        shell.run(aws, "iam", "list-service-specific-credentials", "--all-users", "--output", "json").stdout
    )
    assert len(listed["ServiceSpecificCredentials"]) == 16
    assert shell.post() == "200"
    identified = json.loads(shell.run(stanch, "identify", "--json", stdin=shell.token).stdout)
    assert (identified["matched"], identified["status"]) == (True, "Active")
    respond = [stanch, "respond", identified["key_id"]]

    done = shell.run(*respond, "--step", "deactivate", "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["verified"]) == (0, True)
    assert shell.post() == "401"
    assert shell.run(*respond, "--undo", "deactivate", "--yes").returncode == 0
    assert shell.post() == "200"
    assert shell.run(*respond, "--step", "deny", "--yes").returncode == 0
    assert shell.post() == "403"
    assert shell.run(*respond, "--undo", "deny", "--yes").returncode == 0
    assert shell.post() == "200"
