"""Findings as SARIF 2.1.0, which code-scanning pipelines read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from services.audit.accounts import Visit
from services.audit.baseline import Acceptance, Baseline
from services.audit.kinds import KINDS
from services.audit.model import Audit, Finding, Severity, Unknown
from services.base.version import VERSION

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: dict[Severity, str] = {"high": "error", "medium": "warning", "info": "note"}


def document(visits: Sequence[Visit], baseline: Baseline, today: date) -> dict[str, object]:
    results: list[dict[str, object]] = []
    for visit in visits:
        if found := visit.found:
            results += [
                _finding(found, each, baseline.accepts(found.account, each, today)) for each in found.findings
            ]
            results += [_unknown(found, each) for each in found.unknown]
    kinds = sorted({str(each["ruleId"]) for each in results})
    rules = [{"id": kind, "shortDescription": {"text": KINDS[kind]}} for kind in kinds]
    troubles = [words for visit in visits for words in _troubles(visit)]
    run = {
        "tool": {"driver": {"name": "stanch", "version": VERSION, "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": not troubles,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": words}} for words in troubles
                ],
            }
        ],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _finding(found: Audit, finding: Finding, accepted: Acceptance | None) -> dict[str, object]:
    told = f"{finding.title} {'; '.join(finding.evidence)}. To fix it: {finding.mend}"
    result = _result(found.account, finding.kind, finding.subject, told) | {
        "level": LEVELS[finding.severity],
        "partialFingerprints": {"stanch/v1": finding.fingerprint(found.account)},
    }
    if accepted:
        result["suppressions"] = [{"kind": "external", "justification": accepted.reason}]
    return result


def _unknown(found: Audit, unknown: Unknown) -> dict[str, object]:
    told = f"Whether {unknown.subject} is one of these is not known: {unknown.why}."
    # SARIF's word for what could not be decided.
    return _result(found.account, unknown.kind, unknown.subject, told) | {"kind": "open", "level": "none"}


def _result(account: str, kind: str, subject: str, words: str) -> dict[str, object]:
    place = {"name": subject, "fullyQualifiedName": f"{account}/{subject}", "kind": "resource"}
    # What takes SARIF from pipelines often takes no result without a file: the account stands for one.
    file = {
        "artifactLocation": {"uri": f"aws/{account}/{quote(subject, safe='')}"},
        "region": {"startLine": 1},
    }
    return {
        "ruleId": kind,
        "message": {"text": words},
        "locations": [{"physicalLocation": file, "logicalLocations": [place]}],
    }


def _troubles(visit: Visit) -> list[str]:
    if visit.error:
        return [f"{visit.place}: {visit.error}"]
    return [part.words for part in visit.found.unreadable] if visit.found else []
