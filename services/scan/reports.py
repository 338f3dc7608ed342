"""What others report of leaked credentials: scanners' findings, alerts, AWS's events, or any text.

Nothing is known of a report's form but that findings are JSON objects, and the names that they have for where
something was found: so a scanner that nobody here knows is read like the others.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.base.text import clean
from services.keys.keyid import KeyId
from services.keys.recognise import AnyKey, sightings
from services.keys.shortterm import ShortTermKey
from services.keys.token import SERVICE_OF_PREFIX, Token, token_of_alias
from services.keys.username import UserName
from services.scan.scan import Place
from services.scan.tokens import hits

MOST_PLACES = 10_000
"""Of one credential that are kept; the others are counted."""

_LISTS = ("results", "found", "findings", "Findings", "alerts", "items", "events", "Events")
_PATH = ("File", "file", "path", "uri", "Path", "filename", "fileName")
_LINE = ("StartLine", "line", "start_line", "startLine", "line_number", "lineNumber")
_COMMIT = ("Commit", "commit", "commit_sha", "commitSha", "sha")
_OURS = re.compile(r"aws|amazon|bedrock|AKIA|ASIA|ACWL|ABSK", re.IGNORECASE)
_DEEPEST = 40
_array = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_any = msgspec.json.Decoder()


@dataclass
class Reported:
    """One credential, and where it was found: *count* places, of which the first are kept."""

    key: AnyKey
    places: dict[Place, None] = field(default_factory=dict)
    count: int = 0


@dataclass
class Report:
    """All credentials of a report, each once; *hidden* are findings whose secret was taken out."""

    found: dict[tuple[str, str], Reported] = field(default_factory=dict)
    hidden: list[Place] = field(default_factory=list)
    others: int = 0
    """Findings that are of no credential of AWS's."""
    unreadable: int = 0
    """Lines and findings that are no JSON in what is else JSON."""

    def add(self, key: AnyKey, place: Place) -> None:
        mine = self.found.setdefault((key.kind.value, key.name), Reported(key))
        if isinstance(key, KeyId) and key.has_secret:
            mine.key = key
        mine.count += 1
        if len(mine.places) < MOST_PLACES:
            mine.places[place] = None


def read_report(data: bytes, name: str, on_progress: Callable[[int], None] = lambda count: None) -> Report:
    """Everything that *data* tells; *name* is what it is called itself."""
    report = Report()
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not data.startswith((b"{", b"[")):
        _text(report, data, name)
        return report
    count = 0
    for raw in _findings(data, report):
        count += 1
        if count % 1000 == 0:
            on_progress(count)
        try:
            _finding(report, _any.decode(raw), name)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            report.unreadable += 1
    if not count:
        _text(report, data, name)
    return report


def _text(report: Report, data: bytes, name: str) -> None:
    for hit in hits(io.BytesIO(data), ids=True):
        report.add(hit.key, Place(clean(name), hit.line))


def _findings(data: bytes, report: Report) -> Iterator[msgspec.Raw | bytes]:
    """The findings, each as its own bytes: of an array, of a list in an object, or one to a line."""
    try:
        if data.startswith(b"["):
            yield from _array.decode(data)
            return
        yield from _inside(msgspec.Raw(data))
        return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    for line in data.splitlines():
        if not line.strip():
            continue
        if line.lstrip().startswith((b"{", b"[")):
            yield line
        else:
            report.unreadable += 1


def _inside(raw: msgspec.Raw) -> Iterator[msgspec.Raw]:
    """The findings of one object, which may be in a list of its own or in SARIF's runs."""
    parts = _object.decode(raw)
    if "runs" in parts:
        for run in _array.decode(parts["runs"]):
            yield from _inside(run)
        return
    for each in _LISTS:
        if each in parts and bytes(parts[each]).lstrip().startswith(b"["):
            yield from _array.decode(parts[each])
            return
    yield raw


def _finding(report: Report, finding: Any, name: str) -> None:
    strings: list[str] = []
    told: dict[str, Any] = {}
    _gather(finding, strings, told, 0)
    place = _place(told, name)
    text = "\n".join(strings)
    keys: list[AnyKey]
    if named := _named_without_secret(finding):
        keys = [named]
    else:
        keys = [each.key for each in sightings(text.encode("utf-8", "replace"), ids=True)]
    for key in _apart(keys):
        report.add(key, place)
    if not keys and _OURS.search(text):
        report.hidden.append(place)
    elif not keys:
        report.others += 1


def _apart(keys: list[AnyKey]) -> list[AnyKey]:
    """Each once, and no name that another holds in itself."""
    held = {key.alias for key in keys if isinstance(key, Token)}
    held |= {key.access_key_id for key in keys if isinstance(key, ShortTermKey)}
    by_name: dict[tuple[str, str], AnyKey] = {}
    for key in keys:
        if not (isinstance(key, KeyId | UserName) and key.name in held):
            known = by_name.get((key.kind.value, key.name))
            if known is None or (isinstance(key, KeyId) and key.has_secret):
                by_name[key.kind.value, key.name] = key
    return list(by_name.values())


def _gather(value: Any, strings: list[str], told: dict[str, Any], depth: int) -> None:
    """All text in *value*, and the first that stands under each name."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        strings.append(value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(each, str | int) and not isinstance(each, bool):
                told.setdefault(str(key), each)
            _gather(each, strings, told, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _gather(each, strings, told, depth + 1)


def _place(told: Mapping[str, Any], name: str) -> Place:
    path = next((told[each] for each in _PATH if isinstance(told.get(each), str) and told[each]), None)
    line = next((told[each] for each in _LINE if isinstance(told.get(each), int)), 0)
    commit = next((told[each] for each in _COMMIT if isinstance(told.get(each), str) and told[each]), None)
    return Place(clean(path or name), line, clean(commit, limit=64) if commit else None)


def _named_without_secret(finding: Any) -> Token | None:
    """What our own scan found: it names a token by its alias, and has no secret."""
    if not isinstance(finding, Mapping):
        return None
    prefix, alias = finding.get("prefix"), finding.get("alias")
    if not isinstance(prefix, str) or prefix not in SERVICE_OF_PREFIX or not isinstance(alias, str):
        return None
    return token_of_alias(prefix, alias, looks_cut=finding.get("looks_cut") is True)
