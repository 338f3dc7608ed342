"""A journal that somebody wrote anew, whole and with every hash, may say anything: nothing falls over."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.case import Case
from services.cases.lines import FIRST, encode, hash_of
from tests.samples import EVERYTHING
from tests.tui.shell.conftest import Account, Stanch

VALUES: tuple[Any, ...] = (None, 7, -1, "", "x", [], {}, [1], {"a": 1}, True, 1e300, "\x1b[31m", 10**30)
PLACES = 40
STEPS = ("deactivate", "review", "replace", "deny", "sessions")


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to everything in *value*."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, what in inner:
        yield (*at, name)
        yield from places(what, (*at, name))


def put(value: Any, at: tuple[Any, ...], new: object) -> None:
    for name in at[:-1]:
        value = value[name]
    value[at[-1]] = new


def write(folder: Path, lines: list[dict[str, Any]]) -> None:
    """As whoever may write there can: the chain has no key."""
    written, last = b"", FIRST
    for line in lines:
        fields = {name: value for name, value in line.items() if name != "hash"} | {"prev": last}
        last = hash_of(fields)
        written += encode(fields | {"hash": last}) + b"\n"
    (folder / "journal.jsonl").write_bytes(written)
    (folder / "head.json").write_bytes(encode({"seq": len(lines), "hash": last}))


@pytest.fixture
def folder(stanch: Stanch, leaked: Account, tmp_path: Path) -> Path:
    for step in STEPS:
        stanch("respond", leaked.key_id, "--user", "web", "--step", step, "--yes")
    stanch("respond", leaked.key_id, "--user", "web", "--undo", "deny", "--yes")
    (journal,) = tmp_path.rglob("journal.jsonl")
    return journal.parent


def test_nothing_that_a_line_says_is_a_defect(stanch: Stanch, folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
    every = [(number, at) for number, line in enumerate(lines) for at in places(line["data"])]
    outcome = next(number for number, line in enumerate(lines) if line["kind"] == "outcome")
    chosen = [*random.Random(1).sample(every, PLACES), (outcome, ("intent",))]
    for place, (number, at) in enumerate(chosen):
        changed = json.loads(json.dumps(lines))
        put(changed[number]["data"], at, [] if at == ("intent",) else VALUES[place % len(VALUES)])
        write(folder, changed)
        for command in ("list", "show", "verify", "report", "export"):
            more = [] if command == "list" else [folder.name]
            done = stanch("case", command, *more, *(["--offline"] if command == "report" else []))
            assert "internal error" not in done.err, (command, lines[number]["kind"], at)
            assert "\x1b" not in done.out + done.err


DEEDS: dict[str, tuple[str, ...]] = {
    "setup": ("setup", "web", "--log-group", "/app/web"),
    "harden": ("--region", "us-east-1", "harden"),
    "policy": ("policy", "expiry", "--service", "bedrock", "--days", "30", "--attach-to", "user:web"),
    "issue": ("issue", "web", "--service", "bedrock"),
    "rotate": ("rotate", "{key}", "--user", "web"),
}
"""What has a case to go on with besides an incident, and what its command is."""
TRIED = PLACES if EVERYTHING else PLACES // 4


@pytest.mark.parametrize("deed", DEEDS)
def test_nothing_that_a_line_says_is_a_defect_where_it_is_gone_on_with(
    stanch: Stanch, leaked: Account, tmp_path: Path, sandbox: Sandbox, deed: str
) -> None:
    sandbox.world.settings.lookup_per_second = None
    command = [part.format(key=leaked.key_id) for part in DEEDS[deed]]
    stanch(*command, "--yes")
    (journal,) = tmp_path.rglob("journal.jsonl")
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    every = [(number, at) for number, line in enumerate(lines) for at in places(line["data"])]
    named = [each for each in every if each[1][-1] in ("stood", "region", "created", "facts", "UserName")]
    chance = random.Random(2)
    for place, (number, at) in enumerate([*chance.sample(every, TRIED), *named]):
        changed = json.loads(json.dumps(lines))
        # AWS has no host for a Region that is none, and the sandbox is in every one.
        put(changed[number]["data"], at, 7 if at[-1] == "region" else VALUES[place % len(VALUES)])
        write(journal.parent, changed)
        for more in ((), () if deed == "rotate" else ("--undo",)):
            done = stanch(*command, *more, "--plan")
            assert "internal error" not in done.err, (lines[number]["kind"], at, more)
            assert "\x1b" not in done.out + done.err


def test_what_stood_there_is_not_guessed(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    stanch(*DEEDS["setup"], "--yes")
    (journal,) = tmp_path.rglob("journal.jsonl")
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    for line in lines:
        line["data"].get("facts", {}).pop("stood", None)
    write(journal.parent, lines)
    done = stanch(*DEEDS["setup"], "--undo", "--plan")
    assert "isn't valid" in done.err
    assert "DeleteUserPolicy" not in done.out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Statement":' * 1200 + "1" + "}" * 1200], ids=len)
def test_a_policy_that_is_none_is_not_of_this_case(
    stanch: Stanch, leaked: Account, folder: Path, text: str
) -> None:
    stanch("respond", leaked.key_id, "--user", "web", "--case", folder.name, "--step", "deny", "--yes")
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
    puts = [(line["data"], at) for line in lines for at in places(line["data"]) if at[-1] == "PolicyDocument"]
    for data, at in puts:
        put(data, at, text)
    write(folder, lines)
    assert puts
    for deed in (("--undo", "deny"), ("--step", "deny"), ("--undo", "sessions"), ("--step", "sessions")):
        done = stanch("respond", leaked.key_id, "--user", "web", "--case", folder.name, *deed, "--plan")
        assert "internal error" not in done.err, deed


def test_nothing_that_a_line_says_of_a_step_acts_on_a_terminal(folder: Path) -> None:
    """The screens show it as the journal has it."""
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
    for line in lines:
        for name in {"words", "error", "request_id"} & line["data"].keys():
            line["data"][name] = f"{line['data'][name]}\x1b]0;owned\x07\n\u202e"
    write(folder, lines)
    state = Case(folder).state()
    shown = [step.words for step in state.steps.values()]
    shown += [
        str(said)
        for step in state.steps.values()
        for call in step.calls
        for said in (call.request_id, call.error)
    ]
    assert sum("owned" in each for each in shown) > 5
    assert not [each for each in shown if {"\x1b", "\x07", "\n", "\u202e"} & set(each)]
