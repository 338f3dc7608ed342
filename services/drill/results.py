"""Results of drills: kept as one JSON document each in a folder, and read from there to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from services.base import documents, files
from services.base.text import clean
from services.base.version import VERSION

FORMAT = 1
"""Of the document: another one is named, and not read."""
MOST = 8 << 20
"""Bytes of a document; the longest drill makes some hundred thousand."""


class Part(msgspec.Struct, frozen=True):
    part: str
    title: str
    points: int
    of: int
    why: str


class Moment(msgspec.Struct, frozen=True):
    at: str
    seconds: int
    side: str
    words: str


class Claim(msgspec.Struct, frozen=True):
    """*borne* is the share of its points that the evidence bears."""

    question: str
    said: str | None
    borne: float
    why: str


class Result(msgspec.Struct, frozen=True):
    """How one drill went; *state* is "unfinished" where nobody ended it."""

    format: int
    drill: str
    version: str
    state: str
    ended_by: str | None
    scenario: str
    title: str
    seed: int
    difficulty: str
    minutes: float
    began: str
    ended: str
    seconds: int
    score: int
    parts: tuple[Part, ...]
    claims: tuple[Claim, ...]
    missed: tuple[str, ...]
    advice: tuple[str, ...]
    timeline: tuple[Moment, ...]
    team: str | None = None

    @property
    def finished(self) -> bool:
        return self.state == "finished"

    @property
    def lost(self) -> tuple[str, ...]:
        """What points were lost for."""
        return tuple(each.title for each in self.parts if each.points < each.of)


class _Format(msgspec.Struct, frozen=True):
    format: int
    version: str = "another version"


@dataclass(frozen=True, slots=True)
class Results:
    """Those that a folder holds, and a sentence for each document there that is none of this version's."""

    found: tuple[Result, ...]
    skipped: tuple[str, ...]


def of_document(document: dict[str, Any], *, drill: str, team: str | None) -> Result:
    """The result that a drill gave out, called *drill*."""
    named = document | {"drill": drill, "team": team, "version": VERSION}
    return msgspec.convert(named, Result)


def keep(folder: Path, result: Result, page: str | None = None) -> Path:
    """Write the document, and its *page* beside it; raises OSError.

    Readable for others, unlike all else: a team's folder is there to be read, and no secret is in it.
    """
    path = folder / f"{result.drill}.json"
    contents = {path: msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"}
    if page is not None:
        contents[path.with_suffix(".html")] = page.encode()
    for name, content in contents.items():
        files.replace(name, content)
        name.chmod(0o644)
    return path


def read(folder: Path) -> Results:
    """Every result in *folder*, whoever kept it there; raises OSError where the folder cannot be read."""
    found, skipped = list[Result](), list[str]()
    for path in sorted(each for each in folder.iterdir() if each.suffix == ".json"):
        answer = _read(path)
        if isinstance(answer, Result):
            found.append(answer)
        else:
            skipped.append(f"{clean(path.name)} {answer}")
    return Results(tuple(sorted(found, key=_rank)), tuple(skipped))


def _read(path: Path) -> Result | str:
    try:
        with files.open_foreign(path) as file:
            files.require_no_more(file, path, MOST)
            data = file.read()
        told = documents.decode(data, _Format)
        if told.format != FORMAT:
            return (
                f"was left out: version {clean(told.version)} wrote it in format {told.format}, and this one "
                f"reads format {FORMAT}."
            )
        return documents.decode(data, Result)
    except OSError as error:
        return f"could not be read ({error.strerror})."
    except ValueError:
        return "was left out: it isn't the result of a drill."


def _rank(result: Result) -> tuple[object, ...]:
    """Like beside like, the best first, unfinished ones last."""
    return (
        result.scenario,
        result.difficulty,
        result.seed,
        not result.finished,
        -result.score,
        result.seconds,
        result.drill,
    )


def as_json(results: Results) -> dict[str, Any]:
    return {
        "results": [msgspec.to_builtins(each) for each in results.found],
        "skipped": list(results.skipped),
    }


def team_of(result: Result) -> str:
    return clean(result.team) if result.team else "no team"


def headline(result: Result) -> str:
    """``85 of 100``, or that it was never ended."""
    return f"{result.score} of {sum(each.of for each in result.parts)}" if result.finished else "unfinished"


def titles(parts: Sequence[str]) -> str:
    return ", ".join(clean(each) for each in parts) or "nothing"
