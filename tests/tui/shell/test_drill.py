"""`stanch drill` without a screen: played by any client, ended from another shell, killed, and compared."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.config
import pytest

from sandbox.drill.registry import SCENARIOS
from services.drill import results
from tests.patience import PATIENCE
from tests.services.drill.test_results import DOCUMENT, result
from tests.tui.shell.conftest import PROGRAM, Stanch
from tui.shell import drill as command
from tui.shell.drilling import Place, new_place, read_report, running


def test_the_scenarios_listed_are_those_that_there_are(stanch: Stanch) -> None:
    listed = [each["name"] for each in stanch("drill", "--list", "--json").json["scenarios"]]
    assert listed == list(command.SCENARIOS) == list(SCENARIOS)
    assert "decoy" in stanch("drill", "--list").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name a scenario: logs-key, access-key"),
        (("no-such",), "'no-such' is not one of"),
        (("decoy", "--compare"), "Choose one"),
        (("decoy", "--list"), "Choose one"),
        (("decoy", "--report", "r.json"), "--report needs --end."),
        (("decoy", "--seed", "-1"), "--seed"),
        (("--end",), "No drill is played now."),
        (("--end", "--report", "absent.json"), "absent.json cannot be read: No such file or directory."),
        (("--compare", "--results", "absent"), "absent cannot be read: No such file or directory."),
        (("decoy", "--serve", "--results", "/proc/1"), "cannot be kept in /proc/1"),
        (("decoy",), "Without a screen, add --serve."),
    ],
)
def test_a_mistake_is_a_sentence(stanch: Stanch, arguments: tuple[str, ...], told: str) -> None:
    done = stanch("drill", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize("content", ["no JSON", "[]", "3", "[" * 100_000, "\xff"])
def test_a_report_that_is_none_ends_no_drill(stanch: Stanch, tmp_path: Path, content: str) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(content.encode("latin-1"))
    done = stanch("drill", "--end", "--report", str(report))
    assert done.code == 2
    assert re.search(r"report.json isn't (JSON|a report)", done.err)


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "report.json").open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(ValueError, match="is larger than 64 MB"):
        read_report(tmp_path / "report.json")


def test_teams_are_compared_and_what_is_another_versions_is_told(stanch: Stanch, tmp_path: Path) -> None:
    for name, score in (("red", 40), ("blue", 90)):
        results.keep(tmp_path, result(f"of-{name}", team=name, score=score))
    results.keep(tmp_path, result("killed", state="unfinished", ended_by=None))
    done = stanch("drill", "--results", str(tmp_path))
    assert done.code == 0
    rows = done.out.splitlines()[1:]
    assert [re.split(r"  +", row)[3:5] for row in rows] == [
        ["90 of 100", "blue"],
        ["40 of 100", "red"],
        ["unfinished", "no team"],
    ]
    (tmp_path / "newer.json").write_text(json.dumps(DOCUMENT | {"format": 2, "version": "9.0.0"}))
    told = stanch("drill", "--results", str(tmp_path), "--compare", "--json")
    assert told.code == 3
    assert "newer.json was left out: version 9.0.0 wrote it in format 2" in told.err
    assert [each["drill"] for each in told.json["results"]] == ["of-blue", "of-red", "killed"]


def test_no_result_is_no_mistake(stanch: Stanch, tmp_path: Path) -> None:
    assert "No result of a drill" in stanch("drill", "--results", str(tmp_path)).out


class Served:
    """A drill in a process of its own, as somebody starts it in one shell to respond in another."""

    def __init__(self, scenario: str, state: Path, folder: Path) -> None:
        self.state, self.folder = state, folder
        self.process = subprocess.Popen(
            [
                *(PROGRAM, "--state-dir", str(state), "drill", scenario, "--serve", "--seed", "3"),
                *("--results", str(folder), "--team", "red"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # What leads elsewhere is forgotten, and is told to be.
            env={**os.environ, "AWS_PROFILE": "production", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        )
        assert self.process.stdout
        self.told = list[str]()
        for line in self.process.stdout:
            self.told.append(line.rstrip("\n"))
            if "To end it" in line:
                break
        exports = (line.removeprefix("export ").split("=", 1) for line in self.told if "export " in line)
        self.environment = {name: value.strip("'") for name, value in exports}

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.environment["AWS_REGION"],
            config=botocore.config.Config(proxies={}),
        )

    def kept(self) -> list[results.Result]:
        """What it has written by now; it writes first when its first round is played."""
        until = time.monotonic() + PATIENCE
        while not (found := list(results.read(self.folder).found)) and time.monotonic() < until:
            time.sleep(0.05)
        return found


@pytest.mark.long
def test_any_client_responds_and_another_shell_ends_it(
    stanch: Stanch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served("bedrock-key", tmp_path / "state", tmp_path / "results")
    assert "A DRILL" in served.told[0]
    assert any(line.startswith("unset ") and "AWS_PROFILE" in line for line in served.told)
    iam = served.client("iam")
    (user,) = re.findall(r"stanch/([\w-]+) or", "\n".join(served.told))
    (key,) = iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    iam.update_service_specific_credential(
        UserName=user, ServiceSpecificCredentialId=key["ServiceSpecificCredentialId"], Status="Inactive"
    )
    (unfinished,) = served.kept()
    assert not unfinished.finished, "somebody who kills it now finds that"
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"claims": {"use": "not used", "stopped": True, "nothing_left": True}}))
    # In the shell that responds, where the state directory is the drill's own.
    monkeypatch.setenv("STANCH_STATE_DIR", served.environment["STANCH_STATE_DIR"])
    ended = stanch("drill", "--end", "--report", str(report), "--json")
    out, err = served.process.communicate(timeout=PATIENCE)
    assert (ended.code, served.process.returncode, err) == (0, 0, "")
    parts = {each["part"]: (each["points"], each["of"]) for each in ended.json["parts"]}
    assert parts == {
        "detect": (10, 10),
        "contain": (30, 30),
        "recover": (0, 15),
        "damage": (15, 15),
        "truth": (15, 30),
    }
    assert "Time to contain                  30 of 30" in out
    (kept,) = served.kept()
    assert (kept.drill, kept.team, kept.ended_by) == (ended.json["drill"], "red", "responder")
    page = (served.folder / f"{kept.drill}.html").read_text()
    assert "UpdateServiceSpecificCredential" in page
    assert stanch("drill", "--end").err == "stanch: No drill is played now.\n"


@pytest.mark.long
def test_a_drill_that_is_killed_is_told_as_unfinished(stanch: Stanch, tmp_path: Path) -> None:
    served = Served("decoy", tmp_path / "state", tmp_path / "results")
    deadline = time.monotonic() + PATIENCE
    while not served.folder.is_dir() or not served.kept():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    served.process.kill()
    served.process.communicate()
    # The account ends with the program, however that ended.
    address = urlsplit(served.environment["AWS_ENDPOINT_URL"])
    while _is_served(str(address.hostname), int(address.port or 0)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    done = stanch("drill", "--results", str(served.folder))
    assert (done.code, done.err) == (0, "")
    assert "unfinished" in done.out
    assert stanch("--state-dir", str(served.state), "drill", "--end").code == 2


def _is_served(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except OSError:
        return False
    return True


@pytest.mark.long
def test_when_the_time_is_over_it_is_judged_as_it_stands(tmp_path: Path) -> None:
    place = new_place(tmp_path / "state", None, "decoy")
    arguments = ["--scenario", "decoy", "--minutes", "0.002"]
    with running(place, None, arguments) as drill:
        assert drill.over.wait(PATIENCE)
        done = drill.end([])
    assert done
    assert (done.ended_by, done.score) == ("time", 70)
    assert isinstance(place, Place)
    assert place.result.exists()


@pytest.mark.long
def test_an_interrupt_ends_it_with_the_debrief(tmp_path: Path) -> None:
    served = Served("decoy", tmp_path / "state", tmp_path / "results")
    served.process.send_signal(signal.SIGINT)
    out, err = served.process.communicate(timeout=PATIENCE)
    assert (served.process.returncode, err) == (0, "")
    assert "100 of 100" in out
