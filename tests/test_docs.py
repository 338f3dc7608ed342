"""What the documents say is true: their commands parse, their files exist, their policies are policies."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pyte
import pytest

from services.aws import s3
from services.aws.call import Call
from services.cases.plan import StepName
from tui.app.table import load_commands
from tui.cli import stanch
from tui.commands import table as commands

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md")),
]


def commands_in(document: str) -> list[str]:
    blocks = re.findall(r"^```\w*\n(.*?)^```", (ROOT / document).read_text(), re.M | re.S)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("stanch")]


def inline_commands_in(document: str) -> list[str]:
    return re.findall(r"`(stanch [^`]+)`", (ROOT / document).read_text())


ALL = [(document, line) for document in DOCUMENTS for line in commands_in(document)]
ALL += [
    (document, line)
    for document in ("docs/aws-page.md", "docs/access-keys.md")
    for line in inline_commands_in(document)
]


@pytest.mark.parametrize(("document", "line"), ALL)
def test_every_command_shown_parses(document: str, line: str) -> None:
    words = shlex.split(line.split("|")[0].split("<")[0])[1:]
    context = stanch.make_context("stanch", words, resilient_parsing=False)
    rest = [*context._protected_args, *context.args]
    command: click.Command = stanch
    while isinstance(command, click.Group) and rest:
        name, found, rest = command.resolve_command(context, rest)
        assert name
        assert found
        command = found
        if command.name != "sandbox":
            context = command.make_context(name, list(rest), parent=context)
            rest = [*context._protected_args, *context.args]
        else:
            from sandbox.__main__ import _parser as parser

            parser().parse_args(rest)
            rest = []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_sentence_breaks_off(document: str) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", (ROOT / document).read_text(), flags=re.M | re.S)
    for block in re.split(r"\n\s*\n|\n(?=[-|#] )", text):
        last = block.strip().rpartition("\n")[2]
        if last and not last.startswith(("|", "#", "![")):
            # Before what is shown in a block, a sentence may go on behind it.
            assert re.search(r"[.:!?…][)*`|\"]*$|, and$", last), last


def test_there_are_commands_to_check() -> None:
    assert len(ALL) > 60


def test_the_keys_that_aws_page_is_done_by_are_in_the_table() -> None:
    rows = [
        line.split(" | ") for line in (ROOT / "docs/aws-page.md").read_text().splitlines() if " | " in line
    ]
    load_commands()
    named = {key for row in rows for key in re.findall(r"`(.)`", row[-1])}
    assert named >= {"U", "I", "H", "O", "P", "A", "F"}
    assert named <= {key for command in commands.every() for key in command.keys}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_linked_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


def test_every_file_that_contributors_are_led_to_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:tui|services|sandbox|tests)/[\w/.]*)`", text)
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "name",
    [
        "policy-look.json",
        "policy-act.json",
        "policy-intruder.json",
        "policy-setup.json",
        "policy-govern.json",
        "policy-harden.json",
        "policy-query.json",
        "policy-tell.json",
    ],
)
def test_the_policies_name_actions_that_exist(name: str) -> None:
    import botocore.session

    session = botocore.session.get_session()
    operations: dict[str, set[str]] = {}
    document = json.loads((ROOT / "docs" / name).read_text())
    assert document["Version"] == "2012-10-17"
    for statement in document["Statement"]:
        for action in statement["Action"]:
            prefix, operation = action.split(":")
            service = {"access-analyzer": "accessanalyzer"}.get(prefix, prefix)
            if service not in operations:
                operations[service] = set(session.get_service_model(service).operation_names)
            # S3 permissions are not all named for their operation.
            assert operation in operations[service] or operation in s3.PERMISSIONS.values()
            if name == "policy-look.json":
                assert Call(service, operation).reads


def test_the_policy_for_queries_names_every_call_that_the_queries_make() -> None:
    granted = {
        action
        for statement in json.loads((ROOT / "docs" / "policy-query.json").read_text())["Statement"]
        for action in statement["Action"]
    }
    asked = r'(?:\.read\(|lister\(\s*aws,)\s*"(\w+)",\s*"(\w+)"'
    made = {
        f"{service}:{operation}"
        for name in ("athena", "insights", "lake")
        for service, operation in re.findall(asked, (ROOT / "services" / "aws" / f"{name}.py").read_text())
    }
    assert len(made) > 10
    assert made <= granted


def test_the_policy_for_cases_with_aws_names_every_call_that_they_make() -> None:
    (statement,) = json.loads((ROOT / "docs" / "policy-tell.json").read_text())["Statement"]
    source = "".join(
        (ROOT / "services" / name).read_text() for name in ("aws/securityir.py", "incident/handing.py")
    )
    import botocore.session

    operations = botocore.session.get_session().get_service_model("security-ir").operation_names
    made = {f"security-ir:{name}" for name in operations if f'"{name}"' in source}
    assert sorted(made) == sorted(statement["Action"])


def test_the_makefile_has_the_two_commands() -> None:
    text = (ROOT / "Makefile").read_text()
    assert re.search(r"^demo:", text, re.M)
    assert re.search(r"^test:", text, re.M)


def test_the_recorded_walkthrough_goes_from_the_token_to_the_report() -> None:
    head, *events = (ROOT / "docs/walkthrough.cast").read_text(encoding="utf-8").splitlines()
    size = json.loads(head)
    assert (size["width"], size["height"]) == (80, 24)
    screen = pyte.Screen(80, 24)
    stream, came = pyte.Stream(screen), list[str]()
    for event in events:
        _, kind, text = json.loads(event)
        assert kind == "o"
        stream.feed(re.sub(r"\x1b\[[<>=][0-9;:]*[a-zA-Z]", "", text))
        shown = "\n".join(screen.display)
        told = {"This token was found": "token", "Report written to": "report"}
        told |= {f"✓ {step}": step for step in StepName}
        came += [each for words, each in told.items() if words in shown and each not in came]
    steps = ["deactivate", "review", "replace", "delete"]
    assert [each for each in came if each != "deny"] == ["token", *steps, "report"]
    assert set(came) >= set(StepName)
