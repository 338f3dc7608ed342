"""Other words for commands: what responders call them, whatever we do."""

from __future__ import annotations

from collections.abc import Mapping

_CONTAIN = "revoke block kill disable stop contain quarantine freeze deactivate off cut inactive"
_RENEW = "new key replace renew swap change reissue"
_CREATE = "new key create add make generate"
_UNDO = "undo revert roll back restore enable reactivate allow"
_COPY = "copy yank clipboard"
_IN_A_CASE = "report export html document write share undo revert restore"
_CASES = f"reports history journal incidents open resume evidence log {_IN_A_CASE}"

SYNONYMS: Mapping[str, str] = {
    "respond": f"runbook leaked compromised incident {_CONTAIN} delete",
    "take": f"apply run confirm go {_CONTAIN}",
    "step_1": _CONTAIN,
    "step_2": "history cloudtrail records investigate used",
    "step_3": _RENEW,
    "step_4": "remove destroy",
    "step_5": "policy block hold",
    "end_sessions": "revoke sessions temporary credentials sts tokens kick out",
    "deactivate_marked": _CONTAIN,
    "act": _CONTAIN,
    "switch_off": _CONTAIN,
    "groups": "bearer tokens authentication switch",
    "undo": _UNDO,
    "put_back": _UNDO,
    "switch_on": _UNDO,
    "detach": _UNDO,
    "take_back": _UNDO,
    "back_again": _UNDO,
    "rotate": _RENEW,
    "setup": _CREATE,
    "issue": _CREATE,
    "identify": "token paste secret whose decode lookup",
    "scan": "token secrets git search leaks files repository",
    "events": "history cloudtrail records log activity who used review",
    "record": "json raw details",
    "findings": "attack coverage suspicious alerts",
    "suspect": "since compromised leak time",
    "traffic": "graph metrics chart plot flow bytes incoming live",
    "graph_style": "braille ascii numbers draw",
    "log_groups": "bearer metrics",
    "cases": _CASES,
    "go_on": f"resume continue {_IN_A_CASE}",
    "report": "export html document write share",
    "export": "download save records csv json",
    "verify": "chain hash proof tamper",
    "note": "comment write journal",
    "close_case": "finish end done recovered",
    "take_over": "steal lock",
    "sweep": "persistence backdoor access keys what else",
    "plans": "preview dry run commands cli",
    "options": "settings secret expiry destination",
    "audit": "check findings best practices risks",
    "policy": "deny quarantine scp iam guardrail",
    "harden": "logging trail cloudtrail audit",
    "copy": _COPY,
    "account": "switch organization role assume other",
    "region": "switch place where other",
    "profile": "switch credentials sign in other",
    "settings": "preferences config configuration options setup customize",
    "theme": "theme color dark light contrast look",
    "errors": "log problems trouble",
    "calls": "what is it doing now api requests hanging waiting slow busy trace aws log",
    "refresh": "reload again update",
    "guide": "tutorial walkthrough learn",
    "help": "keys shortcuts manual",
    "palette": "palette search",
    "quit": "exit leave",
    "back": "escape cancel leave",
    "search": "find grep filter",
    "filter": "search find",
    "filter_events": "search find",
    "pager": "less more vim editor view open full read",
    "filter_calls": "search find",
    "filter_groups": "search find",
}
"""By the command's id; each is found by any of its words."""
