"""Printed commands: whatever the names in them, one command, in the account it was meant for."""

from __future__ import annotations

import argparse
import ast
import json
import re
import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from hypothesis import given, settings

import services
import tui
from services.audit import mending
from services.aws.accessanalyzer import Analyzed, Analyzer
from services.aws.call import Call
from services.aws.endpoints import SERVICES, in_words, is_own
from services.aws.iam import Credential
from services.aws.logs import LogGroup
from services.aws.where import Where
from services.base.text import clean
from services.goals.issuing.snippets import Sending, snippets
from services.keys.inventory import Key
from services.quoting.shell import NOT_PRINTABLE, ShellCommand
from services.rotation import stages
from tests.services.quoting.hostile import NAMES, texts
from tui.cli import stanch as cli

ACCOUNT = "111122223333"
HOME = "us-east-1"
LOCAL = dict.fromkeys(SERVICES, "http://127.0.0.1:5000")
WHERES = (
    Where(ACCOUNT, home=HOME),
    Where(ACCOUNT, "prod", regions=("us-east-1", "eu-west-1"), home=HOME, state_dir="/a b/it's"),
    Where(ACCOUNT, "prod", f"arn:aws:iam::{ACCOUNT}:role/x", home=HOME),
    Where(ACCOUNT, "$(id)", regions=("`id`",), home="; id", endpoints=LOCAL),
    Where(ACCOUNT, "-x", home="--profile", endpoints={"iam": "http://127.0.0.1:1/$(id)", "sts": "-x"}),
)
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def unquoted(text: str) -> str:
    """What of a command a shell may act on: all that stands in no quotes."""
    return re.sub(r"'[^']*'|\"'\"", "", text)


def key(key_id: str, user: str) -> Key:
    return Key(Credential(key_id, user, "logs.amazonaws.com", "Active", MADE, None, None))


def built(where: Where, name: str, region: str) -> list[ShellCommand | str]:
    """Every command that the program prints, with *name* wherever a name goes."""
    group = LogGroup(name=name, region=region, arn=name, bearer_enabled=True, created=None)
    found = Analyzed(name, "k", name, Analyzer(name, name, "k", region))
    hostile = key(name, name)
    return [
        *(mend(where, hostile) for mend in (mending.replace_key, mending.deactivate_key)),
        *(mend(where, hostile) for mend in (mending.delete_expired, mending.stop_access_keys)),
        *(mend(where, name) for mend in (mending.delete_login, mending.limit_creation, mending.scope_writes)),
        mending.switch_off(where, group),
        mending.finding_in_full(where, found),
        stages.command(where, hostile.credential, "--next"),
        where.stanch("respond", name, options=(("--user", name), ("--undo", "deny"))),
        where.stanch("review", name, options=(("--user", name),)),
        where.stanch("keys", options=(("--user", name),)),
        where.stanch("setup", name),
        where.stanch("case close", name),
        where.stanch("harden", options=(("--trail", name),), region=region),
        where.aws(
            Call("iam", "PutUserPolicy", {"UserName": name, "PolicyDocument": json.dumps({"a": name})})
        ),
        where.aws(Call("logs", "X", {"a": True, "b": False, "c": 3, "d": [name], "e": {"f": name}}, region)),
        where.aws(Call("secretsmanager", "GetSecretValue", {"SecretId": name}), "--query", "SecretString"),
        where.aws(Call(name, name, {name: name}, region)),
    ]


@pytest.mark.parametrize("where", WHERES, ids=range(len(WHERES)))
@settings(deadline=None, max_examples=40)
@given(name=texts, region=texts)
def test_a_printed_command_is_one_command_whatever_is_in_it(where: Where, name: str, region: str) -> None:
    for command in map(str, built(where, name, region)):
        assert clean(command, limit=len(command) + 1) == command, "it would not be shown as it is"
        if command == str(NOT_PRINTABLE):
            assert any(clean(each, limit=99) != each for each in (name, region))
            continue
        if command.startswith("aws "):
            ask, meant = unquoted(command).split(f" | grep -qx {ACCOUNT} && ")
            assert ask.startswith("aws sts get-caller-identity --query Account --output text")
            assert meant.startswith("aws ")
            acted_on = ask + meant
        else:
            assert f" --account {ACCOUNT} " in command
            acted_on = unquoted(command)
        assert re.fullmatch(r"[\w@%+=:,./ -]*", acted_on, re.ASCII), command


@settings(deadline=None, max_examples=60)
@given(user=texts.filter(str.strip), key_id=texts.filter(str.strip))
def test_our_own_commands_are_read_as_they_were_meant(user: str, key_id: str) -> None:
    where = Where(ACCOUNT, "prod", regions=("eu-west-1",), endpoints={"iam": "http://127.0.0.1:1"})
    printed = where.stanch("respond", key_id, options=(("--user", user), "--plan"))
    if printed is NOT_PRINTABLE:
        return
    context = cli.make_context("stanch", shlex.split(str(printed))[1:])
    assert (context.params["account"], context.params["profile"]) == (ACCOUNT, "prod")
    assert context.params["endpoint_urls"] == {"iam": "http://127.0.0.1:1"}
    name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
    assert isinstance(command, click.Command)
    told = command.make_context(name, rest, parent=context).params
    assert (told["key_id"], told["user"], told["only_plan"]) == (key_id, user, True)


@settings(deadline=None, max_examples=60)
@given(user=texts)
def test_a_name_is_read_as_an_options_value(user: str) -> None:
    """The AWS CLI reads its options by argparse."""
    printed = Where().aws(Call("iam", "DeleteUser", {"UserName": user}))
    if printed is NOT_PRINTABLE or "--cli-input-json" in printed.tokens:
        return
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--user-name")
    assert parser.parse_args(shlex.split(str(printed))[3:]).user_name == user


@pytest.mark.parametrize("value", ["file:///etc/passwd", "fileb://x", "https://evil.example/x", "FILE://x"])
def test_what_the_aws_cli_would_load_is_given_as_json(value: str) -> None:
    words = shlex.split(str(Where().aws(Call("iam", "DeleteUser", {"UserName": value}))))
    assert words[3] == "--cli-input-json"
    assert json.loads(words[4]) == {"UserName": value}


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_in_a_shell_it_runs_in_its_own_account_alone(tmp_path: Path, shell: str) -> None:
    """With a stand-in for the AWS CLI that says whose the credentials are, and notes what it was asked."""
    told = tmp_path / "told"
    program = tmp_path / "aws"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = sts ]; then echo "$ACCOUNT"; else printf "%s\\n" "$@" >> {told}; fi\n'
    )
    program.chmod(0o755)
    for account, expected in (("999988887777", False), ("", False), (f"1{ACCOUNT}", False), (ACCOUNT, True)):
        for name in NAMES:
            told.unlink(missing_ok=True)
            command = Where(ACCOUNT, "prod", home=HOME).aws(Call("iam", "DeleteUser", {"UserName": name}))
            environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "ACCOUNT": account}
            subprocess.run([shell, "-c", str(command)], env=environment, cwd=tmp_path, check=False)
            if command is NOT_PRINTABLE or not expected:
                assert not told.exists(), (account, name)
                continue
            given_ = f"--user-name={name}" if name.startswith("-") else f"--user-name\n{name}"
            assert told.read_text() == (f"iam\ndelete-user\n{given_}\n--region\n{HOME}\n--profile\nprod\n"), (
                name
            )


@pytest.mark.parametrize("account", [".*", "1*", "111122223333|.*", "-v", "", "１１１１２２２２３３３３"])
def test_an_account_that_is_none_makes_no_guard_that_lets_all_pass(account: str) -> None:
    """A case's account is read from its journal, which a colleague may have written."""
    where = Where.of_case({"account": account})
    printed = where.aws(Call("iam", "DeleteUser", {"UserName": "web"}))
    assert printed is NOT_PRINTABLE or (not account and "grep" not in str(printed))


@pytest.mark.parametrize("name", ["=ls", "=", "==", "=a@b"])
def test_a_name_that_begins_with_a_sign_of_zsh_is_quoted(name: str) -> None:
    printed = str(Where(ACCOUNT).aws(Call("iam", "DeleteUser", {"UserName": name})))
    assert f"--user-name '{name}'" in printed


def test_a_roles_command_has_no_profile_that_would_reach_its_caller() -> None:
    there = Where(ACCOUNT, "prod", f"arn:aws:iam::{ACCOUNT}:role/x", home=HOME)
    assert "--profile" not in there.aws(Call("iam", "DeleteUser", {"UserName": "web"})).tokens
    assert f"--profile prod --account {ACCOUNT} --role-arn" in str(there.stanch("harden"))


@settings(deadline=None, max_examples=40)
@given(name=texts)
def test_snippets_have_hostile_names_as_values_alone(name: str) -> None:
    import yaml

    base = "https://logs.us-east-1.amazonaws.com"
    place = f"secretsmanager:{name}"
    found = snippets(Sending(base, name, name, place, Where(ACCOUNT, home=HOME)))
    otel = yaml.safe_load(found["opentelemetry"])
    doubled = name.replace("$", "$$")
    headers = {"x-aws-log-group": doubled, "x-aws-log-stream": doubled}
    assert otel["exporters"]["otlphttp/cloudwatch"]["headers"] == headers
    assert yaml.safe_load(found["vector"])["sinks"]["cloudwatch"]["request"]["headers"] == headers
    (output,) = yaml.safe_load(found["fluent_bit"])["pipeline"]["outputs"]
    assert output["header"][1:] == [f"x-aws-log-group {name}", f"x-aws-log-stream {name}"]
    if found["curl"].startswith("# "):
        assert clean(name, limit=99) != name
        assert "\n" not in found["curl"]
        return
    substituted = found["curl"].partition('"$(')[2].partition(')" | curl')[0]
    words = shlex.split(substituted)
    if "--cli-input-json" in words:
        # The AWS CLI would take such a value for a file, a list or an option.
        assert json.loads(words[words.index("--cli-input-json") + 1])["SecretId"] == name
        return
    assert (f"--secret-id={name}" if name.startswith("-") else name) in words


@pytest.mark.parametrize(
    ("url", "prefix", "own"),
    [
        ("https://iam.amazonaws.com", "iam", True),
        ("https://logs.us-east-1.amazonaws.com", "logs", True),
        ("https://logs-fips.us-gov-west-1.amazonaws.com", "logs", True),
        ("https://sts.cn-north-1.amazonaws.com.cn", "sts", True),
        ("https://iam.global.api.aws", "iam", True),
        ("http://iam.amazonaws.com", "iam", False),
        ("https://iam.amazonaws.com:8443", "iam", False),
        ("https://ec2-1-2-3-4.compute-1.amazonaws.com", "iam", False),
        ("https://iam.my-lb-12.us-east-1.elb.amazonaws.com", "iam", False),
        ("https://iam.amazonaws.com.evil.example", "iam", False),
        ("https://iam.amazonaws.com@evil.example", "iam", False),
        ("http://127.0.0.1:5000", "iam", False),
    ],
)
def test_which_endpoints_are_awss_own(url: str, prefix: str, own: bool) -> None:
    assert is_own(url, prefix) is own


def test_endpoints_in_words() -> None:
    assert in_words({}) is None
    assert in_words(LOCAL) == "http://127.0.0.1:5000"
    assert in_words({"iam": "http://a", "sts": "http://a", "logs": "http://b"}) == (
        "iam+sts http://a, logs http://b"
    )


_NO_COMMANDS = ("--help", "stanch case {}\nline", "No deny policy from stanch is on {}")
"""What only looks like one: the statement of an anchor, and a sentence."""


def test_there_is_one_place_that_makes_commands() -> None:
    """No other puts a name into one: what stands in text is a command without any."""
    made = re.compile(
        r"\b(?:stanch|aws) [a-z0-9-]+(?: [a-z-]+)?[^.,;:()]* \{\}|(?<!by )\b(?:stanch|aws) \{\}"
    )
    found: list[str] = []
    for package in (services, tui):
        for path in Path(package.__file__ or "").parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
                    text = "".join(map(str, parts))
                    if made.search(text):
                        found.append(f"{path}:{node.lineno}: {text}")
    assert not [each for each in found if not any(words in each for words in _NO_COMMANDS)]
