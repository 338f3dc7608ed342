"""Phrases that may not come back into what a person reads: the program's sentences and the documents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = sorted(path for room in ("tui", "services", "sandbox") for path in (ROOT / room).rglob("*.py"))
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]

BANNED = {
    # Degrees of certainty, and calls.
    r"\bsaid AWS\b": "confirmed by AWS",
    r"\bAWS says so\b": "confirmed by AWS",
    r"\bin force\b": "enforced, in effect",
    r"\blet in\b": "allowed",
    r"\bcalls?( \w+)? refused\b|\brefused calls?\b": "denied",
    r"\bnot seen to agree\b": "not confirmed by AWS",
    r"\bwas said\b|, said (?!to\b)": "reported by",
    r"\bREFUSED\b": "DENIED",
    r"\bOf \{change\b|\bstopped since\b": "the policy of X was changed; stopped at",
    r"\b(no screen was left|goes before it|not read again: this)\b": "overrides, failed",
    # The deny policy, and undoing.
    r"\b(on|the|our|a|no|inline|managed) hold\b|\bhold lifted\b|\blift\b": "the deny policy, remove it",
    r"\b[Tt]ak(e|en|es|ing)( \w+){0,4} back\b": "undo",
    r"\bput back\b|\bPut back\b": "restore",
    r"\b[Tt]ake(s|n)? (it |that |them |\w+ )?away\b": "remove",
    r"\bit is for good\b|, for good\b|\bgone for good\b": "cannot be undone, permanently",
    # Plans.
    r"\bmind:|\bleaves:": "warning, does not stop",
    r"\bit changed meanwhile\b": "the account changed since you saw this plan",
    r"\b[Nn]obody can be asked\b|\bsay --|\blook first with\b": "not a terminal: pass --yes",
    r"\bwhoever has the key\b": "the attacker",
    # Errors.
    r"\bis no (age|tag|key|name|place|time|target|baseline|incident|theme|Region|policy|root)\b": "isn't a …",
    r"\bis no git\b|\bno regular file\b|\bis not TOML\b": "isn't a …",
    r"\bis a defect\b": "internal error",
    r"\basks for patience\b": "is throttling requests",
    r"\b[Mm]end(s|ed)?\b": "fix",
    r"\bwhat is not understood\b": "has an invalid setting",
    r"\bcredentials (are )?of (another )?account\b": "you are signed in to",
    r"\bcase is of account\b": "belongs to account",
    r"\bis not of here\b": "belongs to another account",
    r"\bgo(es)? together\b|\bgoes with\b": "cannot be combined, needs",
    r"\blooked (through|into)\b|\blook into\b|\bLooked around\b": "searched, enumeration",
    r"\b[Nn]amed? another\b.*--": "choose another",
    # Labels and help.
    r"\bworth worry\b|\bworry(ing)?\b": "risk",
    r"\bBe led\b|\bled no more\b|\bleads you on\b": "the step-by-step guide",
    r"\bstand(s)? together\b": "group by",
    r"\bthe (row|line|step|command|log group) before\b": "previous",
    r"\bagainst the best practices\b(?! \()": "against best practices",
    r"\bwrong hands\b": "suspected time of compromise",
    r"\bnobody unasked\b|\bunasked\b": "not by default",
    r"\bthe chosen\b": "the selected",
    r"\bleads nowhere\b": "opens nothing",
    r"\buse these\b": "save",
    r"\b[Nn]ot now\b": "unavailable",
    r"\bkept nowhere\b|\bshown nowhere\b": "never stored, never shown",
    r"\bbegins one\b": "opens one",
    r"\bwas cut\b|\bis cut\b|\bcut off at\b": "truncated, interrupted",
    r"\bwithout a gap\b": "without downtime",
    r"\bIn the hour\b|\bthe quiet weeks\b|\bthe hour comes\b": "during an incident, routine maintenance",
    r"\bpretend account\b": "simulated account",
    r"\bcannot be told apart\b": "this user's other keys are included",
    r"\b(it is|it's) (not )?sure\b|\bsure from\b|\bnothing misses\b": "certain",
    r"\bsomebody\b|\beverybody\b|\bSomebody\b": "someone, everyone",
    r"\bbegun already\b": "already started",
    r"\bbrought about\b": "did",
    r"\bgo on with\b|\bgoes on with\b|\bgone on with\b": "resume, continue",
    r"\bin its place\b": "replaced it",
    r"\btold (apart|again|as|of|by)\b": "distinguished, marked, based on",
    r"\bwhence\b|\bkin\b|\bheretofore\b": "from where",
}


def written(source: str) -> Iterator[tuple[int, str]]:
    """Each text of a module that somebody may read, with its line: no docstrings but those of commands."""
    tree = ast.parse(source)
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.JoinedStr):
            silent.update(node.values)
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values),
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.lineno, node.value
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            re.search(r"\b(command|group)\b", ast.unparse(each)) for each in node.decorator_list
        ):
            yield node.lineno, ast.get_docstring(node) or ""


def relapses(text: str) -> list[str]:
    words = " ".join(text.split())
    if " " not in words:  # a name of JSON's or a journal's, which is a promise
        return []
    return [
        f"{found[0]!r}: say {better!r}" for bad, better in BANNED.items() if (found := re.search(bad, words))
    ]


def test_what_the_program_says_has_none_of_the_phrases() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {each} in {text[:90]!r}"
        for path in PROGRAM
        for line, text in written(path.read_text(encoding="utf-8"))
        for each in relapses(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_documents_have_none_of_the_phrases(path: Path) -> None:
    paragraphs = path.read_text(encoding="utf-8").split("\n\n")
    assert [(each, text[:90]) for text in paragraphs for each in relapses(text)] == []


@pytest.mark.parametrize(
    "source",
    [
        'say("Inactive, said AWS")',
        'say(f"{key} is no key")',
        'say(\n    "two parts: the "\n    "hold"\n)',
        '@click.command()\ndef command():\n    """Take this back."""',
        '@stanch.command("x", short_help="Lift the hold")\nasync def command(): ...',
    ],
)
def test_a_phrase_is_found_wherever_it_is_read(source: str) -> None:
    assert any(relapses(text) for _, text in written(source))


@pytest.mark.parametrize(
    "source",
    ['"""What AWS said, in force."""', "# said AWS", 'x = 1\n"""Take it back."""', 'say("stanch-hold-logs")'],
)
def test_what_only_a_programmer_reads_is_left_alone(source: str) -> None:
    assert not any(relapses(text) for _, text in written(source))


def test_the_glossary_has_the_five_private_words() -> None:
    rows = re.findall(r"^\| \*(\w+)\* \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.M)
    assert rows == ["case", "lever", "coverage", "orphan", "replacement"]


def test_the_readme_says_within_ten_lines_what_to_type() -> None:
    opening = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:10])
    assert "stanch identify" in opening
    assert "stanch respond KEY_ID" in opening


def unfilled(source: str) -> list[str]:
    """Slots that stand in braces, though they stand in the part of a sentence that does not fill them."""
    return [
        str(piece.value)
        for sentence in ast.walk(ast.parse(source))
        if isinstance(sentence, ast.JoinedStr)
        for piece in sentence.values
        if isinstance(piece, ast.Constant) and re.search(r"\{[a-z_][\w.]*\}", str(piece.value))
    ]


def test_no_sentence_shows_the_name_of_what_it_should_say() -> None:
    assert [(path.name, each) for path in PROGRAM for each in unfilled(path.read_text("utf-8"))] == []


def test_a_slot_in_the_half_that_fills_none_is_found() -> None:
    assert unfilled('say(f"of {one}; "\n    "to {account}.")') == ["; to {account}."]
    assert unfilled('say(f"of {one}; to {account}.")') == []
