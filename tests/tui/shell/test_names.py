"""A name that nobody has: said at once, with the near one, by one exit code in all commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire.server import Sandbox
from services.base.nearest import nearest, no_such
from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit

GROUP = "/aws/hlc-logs/app"
ARN = "arn:aws:iam::123456789012:user/web"
MISSPELT = ("wbe", "WEB", " web", "w eb", ARN)

TABLE: tuple[tuple[str, ...], ...] = (
    *(("keys", "--user", name) for name in MISSPELT),
    *(("review", "--user", name) for name in ("wbe", "WEB")),
    *(("respond", "KEY", "--user", name, "--plan") for name in MISSPELT),
    ("respond", "KEY", "--user", "wbe", "--step", "deactivate", "--yes"),
    ("review", "KEY", "--user", "wbe"),
    ("rotate", "KEY", "--user", "wbe", "--yes"),
    ("rotate", "--older-than", "1d", "--user", "wbe", "--plan"),
    ("issue", "wbe", "--plan"),
    ("issue", "wbe", "--yes"),
    ("policy", "deny-use", "--attach-to", "user:wbe", "--plan"),
    ("policy", "deny-use", "--attach-to", "user:wbe", "--yes"),
    ("policy", "deny-use", "--attach-to", "user:wbe", "--undo", "--yes"),
    *((name, "wbe", "--undo", how) for name in ("setup", "issue") for how in ("--plan", "--yes")),
)
"""All are near to the user web."""

OTHERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("policy", "deny-use", "--attach-to", "group:develpers", "--plan"), "Did you mean developers?"),
    (("policy", "deny", "--attach-to", "role:bulider", "--plan"), "Did you mean builder?"),
    (("respond", "--role", "bulider", "--plan"), "Did you mean builder?"),
    (("respond", "NEARKEY", "--plan"), "Did you mean KEY?"),
    (("respond", "NEARKEY", "--user", "web", "--plan"), "Did you mean KEY?"),
    (("respond", "KEY", "--user", "other", "--plan"), "it belongs to user web"),
    (("review", "NEARKEY"), "Did you mean KEY?"),
    (("rotate", "NEARKEY", "--yes"), "Did you mean KEY?"),
    (("keys", "--service", "log"), "Did you mean logs?"),
    (("rotate", "--older-than", "1d", "--service", "logz", "--plan"), "Did you mean logs?"),
    (("issue", "web", "--service", "bedrok", "--plan"), "did you mean bedrock?"),
    (("policy", "deny", "--service", "bedrok"), "did you mean bedrock?"),
    (("watch", GROUP + "p", "--once"), f"Did you mean {GROUP}?"),
    (("watch", GROUP + "p", "--once", "--json"), f"Did you mean {GROUP}?"),
    (
        ("respond", "KEY", "--step", "groups", "--log-group", GROUP.upper(), "--yes"),
        f"Did you mean {GROUP}?",
    ),
    (("rotate", "KEY", "--log-group", GROUP[:-1], "--yes"), f"Did you mean {GROUP}?"),
    (("watch", f"{GROUP}@us-west-2", "--once"), f"in us-west-2. Did you mean {GROUP}@us-east-1?"),
    *(
        ((*words, f"{GROUP}@us-esat-1", "--yes"), "'us-esat-1' isn't a Region. Did you mean")
        for words in (
            ("respond", "KEY", "--step", "groups", "--log-group"),
            ("rotate", "KEY", "--log-group"),
        )
    ),
    (("policy", "deny", "--attach-to", "scp:ou-ab12-12345678", "--plan"), "There is no organizational unit"),
    (("--region", "us-esat-1", "case", "list"), "'us-esat-1' isn't a Region"),
    (("--profile", "nobody", "keys"), "There is no profile nobody in the AWS configuration."),
    (("--config", "/nowhere.toml", "keys"), "There is no configuration file /nowhere.toml."),
    *(
        (words, "it is empty")
        for words in (
            ("keys", "--user", ""),
            ("rotate", "--older-than", "1d", "--user", " ", "--yes"),
            ("review", ""),
            ("respond", "KEY", "--step", "delete", "--override", "", "--yes"),
            ("case", "show", ""),
        )
    ),
    (
        ("respond", "KEY", "--step", "access-keys", "--access-key", "AKIAX", "--yes"),
        "There is no access key AKIAX",
    ),
    (
        ("respond", "KEY", "--step", "deny", "--yes", "--hold-policy", "arn:aws:iam::aws:policy/Nosuch"),
        "There is no policy",
    ),
    (("review", "--user", "web", "--source", "athna"), "Did you mean athena?"),
    (("review", "--user", "w eb"), "can't be a user name: give it as IAM has it"),
    *(
        (("case", *name, "0101-XXX", *more), "There is no case 0101-XXX.")
        for name, more in (
            (("show",), ()),
            (("verify",), ()),
            (("report",), ("--offline",)),
            (("note",), ("x",)),
            (("close",), ()),
            (("export",), ()),
            (("anchor",), ("--key", "KEYFILE")),
        )
    ),
    (("respond", "KEY", "--case", "0101-XXX", "--plan"), "There is no case 0101-XXX."),
)


@pytest.fixture
def account(leaked: Account, boto: Callable[..., Any]) -> Account:
    iam = boto("iam")
    iam.create_user(UserName="other")
    iam.create_group(GroupName="developers")
    iam.create_role(RoleName="builder", AssumeRolePolicyDocument="{}")
    boto("logs").create_log_group(logGroupName=GROUP)
    boto("organizations").create_organization(FeatureSet="ALL")
    return leaked


@pytest.mark.parametrize("arguments", TABLE, ids=" ".join)
def test_a_user_that_is_nobody(
    stanch: Stanch, sandbox: Sandbox, account: Account, arguments: tuple[str, ...]
) -> None:
    sandbox.world.settings.lookup_per_second = None
    words = [account.key_id if word == "KEY" else word for word in arguments]
    done = stanch("--region", "us-east-1", *words)
    name = next(word for word in words if word in MISSPELT or word == "user:wbe").removeprefix("user:")
    assert done.code == Exit.USAGE, done
    assert done.out == ""
    assert done.err.startswith("stanch: There is no user ")
    assert done.err.endswith(" in account 123456789012. Did you mean web?\n")
    assert name.strip() in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(("arguments", "words"), OTHERS, ids=[" ".join(row[0]) for row in OTHERS])
def test_any_other_name(
    stanch: Stanch, sandbox: Sandbox, account: Account, arguments: tuple[str, ...], words: str
) -> None:
    near = account.key_id[:-1] + ("A" if account.key_id[-1] != "A" else "B")
    known = {"KEY": account.key_id, "NEARKEY": near, "KEYFILE": __file__}
    done = stanch("--region", "us-east-1", *(known.get(word, word) for word in arguments))
    assert done.code == Exit.USAGE, done
    assert done.out == ""
    assert words.replace("KEY", account.key_id) in done.err
    assert len(done.err.splitlines()) <= 2


@pytest.mark.parametrize("command", ["respond", "rotate"])
def test_a_slip_is_one_also_where_a_case_knows_the_key(
    stanch: Stanch, account: Account, boto: Callable[..., Any], command: str
) -> None:
    step = ("--step", "deny") if command == "respond" else ("--next",)
    begun = ("respond", account.key_id, "--step", "deactivate", "--yes")
    assert stanch(*(begun if command == "respond" else ("rotate", account.key_id, "--yes"))).code == Exit.DONE
    for user, told in {"wbe": "Did you mean web?", "other": "it belongs to user web"}.items():
        for how in ("--plan", "--yes"):
            more = (how,) if how == "--plan" else (*step, how)
            done = stanch("--region", "us-east-1", command, account.key_id, "--user", user, *more)
            assert (done.code, told in done.err) == (Exit.USAGE, True), done
    boto("iam").update_user(UserName="web", NewUserName="web-2")
    done = stanch("--region", "us-east-1", command, account.key_id, "--user", "web-2", "--plan")
    assert done.code == Exit.DONE, "a user that was renamed since is no slip"


def test_a_trail_with_nearly_a_name_there_is(stanch: Stanch, account: Account) -> None:
    here = ("--region", "us-east-1", "harden", "--trail")
    assert stanch(*here, "audit", "--yes").code == Exit.DONE
    done = stanch(*here, "audti", "--plan")
    assert (done.code, "There is a trail audit: if that is meant" in done.err) == (Exit.DONE, True)
    for how in ("--plan", "--yes"):
        done = stanch(*here, "audti", "--undo", how)
        told = "stanch: There is no trail audti in us-east-1. Did you mean audit?\n"
        assert (done.code, done.out, done.err) == (Exit.USAGE, "", told)


def test_a_user_that_was_deleted_can_be_reviewed(stanch: Stanch, sandbox: Sandbox, account: Account) -> None:
    sandbox.world.settings.lookup_per_second = None
    done = stanch("--region", "us-east-1", "review", "--user", "gone", "--deleted", "--source", "history")
    assert done.code in (Exit.DONE, Exit.INCOMPLETE)
    assert stanch("review", account.key_id, "--deleted").code == Exit.USAGE


def test_where_the_names_may_not_be_listed_it_is_said_without_the_near_one(
    stanch: Stanch, sandbox: Sandbox, account: Account
) -> None:
    sandbox.faults.add("deny:ListUsers:9")
    done = stanch("review", "--user", "wbe")
    assert done.code == Exit.USAGE
    assert done.err == (
        "stanch: There is no user wbe in account 123456789012. Check the name, the account and the profile.\n"
    )


def test_where_it_may_not_be_asked_nothing_is_concluded(
    stanch: Stanch, sandbox: Sandbox, account: Account
) -> None:
    sandbox.world.settings.lookup_per_second = None
    sandbox.faults.add("deny:GetUser:9")
    done = stanch("--region", "us-east-1", "review", "--user", "wbe", "--source", "history", "--json")
    assert (done.code, done.json["complete"]) == (Exit.INCOMPLETE, False)
    assert "whether user wbe exists could not be read" in done.err


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (("kyes",), "There is no command kyes. Did you mean keys?"),
        (("case", "shwo"), "There is no command shwo. Did you mean show?"),
        (("keys", "--jsno"), "No such option '--jsno'. Did you mean '--json'?"),
        (("keys", "x"), "Got unexpected extra argument (x)"),
        (("keys", "--user"), "Option '--user' requires an argument."),
        (("--region",), "Option '--region' requires an argument."),
        (("case", "show", "--json=1"), "Option '--json' does not take a value."),
        (("case",), "Name a command: anchor, close, "),
        (("policy",), "Missing argument '{deny|deny-use|expiry|write}'. Choose from: deny, deny-use,"),
        (("review",), "Give a key ID, or a user with --user."),
        (("respond", "K", "--step", "delte"), "Invalid value for '--step'"),
        (("keys", "--\x1b[2Jx"), "No such option"),
    ],
)
def test_a_mistake_in_use_is_two_lines(stanch: Stanch, arguments: tuple[str, ...], first: str) -> None:
    done = stanch(*arguments)
    assert (done.code, done.out) == (Exit.USAGE, "")
    one, two = done.err.splitlines()
    assert one.startswith(f"stanch: {first}")
    assert two.startswith("For help: stanch ")
    assert two.endswith(" --help")
    assert "\x1b" not in done.err


def test_a_mistake_with_the_sandbox_too(stanch: Stanch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        stanch("sandbox", "--scenario", "leakedkey")
    one, two = capsys.readouterr().err.splitlines()
    assert ended.value.code == Exit.USAGE
    assert one.startswith("stanch: Argument --scenario: invalid choice: 'leakedkey'")
    assert two == "For help: stanch sandbox --help"


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=5))
def test_the_near_name_is_one_there_is(name: str, known: list[str]) -> None:
    found = nearest(name, known)
    assert found is None or found in known
    assert "\n" not in no_such("user", name, known)


@pytest.mark.parametrize("name", ["web", "WEB", " web ", "w eb", ARN, "wbe", "web1", "arn:x:user/path/web"])
def test_what_was_meant(name: str) -> None:
    assert nearest(name, ["bob", "web", "admin"]) == "web"
