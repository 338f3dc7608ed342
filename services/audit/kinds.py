"""Every kind of finding, and what is wrong about it in one sentence; pipelines go by these names."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "never-expires": "A key never expires, so a leaked one works forever.",
    "old": "A key has not been replaced for longer than the limit.",
    "expires-soon": "A key expires soon; whatever uses it will stop.",
    "expired-present": "An expired key still exists and counts toward the quota of two.",
    "two-active": "A user has two working keys for one service: an unfinished rotation.",
    "unused": "A key has not been seen used for longer than the limit.",
    "user-has-access-keys": "A key's user also has access keys, so this key may not be the only leak.",
    "user-has-login": "A key's user can also sign in to the console.",
    "broad-policy": "A policy of a key's user allows everything, a whole service, or creating keys.",
    "writes-everywhere": "A key's user may write to every log group.",
    "no-deny-boundary": "A key's user may create keys that never expire, and nothing prevents it.",
    "quarantine": "AWS quarantined a key's user, and the quarantine does not cover its API keys.",
    "stale-secret": "The secret in Secrets Manager is older than the newest key of its user.",
    "other-secret": "The secret in Secrets Manager was written long after every key of its user was made.",
    "analyzer-unused": "Access Analyzer found an unused credential or permission of a key's user.",
    "analyzer-external": "Access Analyzer found that an outsider may read a secret that holds a key.",
    "bearer-unneeded": "A log group accepts bearer tokens, but nobody sends any.",
    "not-recorded": "Key use is not recorded in a Region, so a leak cannot be traced there.",
    "recorded-partly": "Key use is only partly recorded in a Region.",
}
