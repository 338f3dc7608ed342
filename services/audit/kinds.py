"""Every kind of finding, and what is wrong about it in one sentence; pipelines go by these names."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "never-expires": "A key works for ever, so a leak does too.",
    "old": "A key was not replaced for longer than the limit.",
    "expires-soon": "A key expires shortly, and whatever uses it stops then.",
    "expired-present": "An expired key is still there and counts for the quota of two.",
    "two-active": "A user has two keys that work for one service: a rotation was left half done.",
    "unused": "A key was not seen used for longer than the limit.",
    "user-has-access-keys": "A key's user has access keys too, so a leak of one kind is not all there is.",
    "user-has-login": "A key's user can sign in to the console too.",
    "broad-policy": "A policy of a key's user allows everything, a whole service, or the making of keys.",
    "writes-everywhere": "A key's user may write to every log group.",
    "no-deny-boundary": "A key's user may make keys that never expire, and nothing stands against it.",
    "quarantine": "AWS quarantined a key's user, and the quarantine does not cover its API keys.",
    "stale-secret": "The secret in Secrets Manager is older than the newest key of its user.",
    "other-secret": "The secret in Secrets Manager was written long after every key of its user was made.",
    "analyzer-unused": "Access Analyzer found a credential or a permission of a key's user that nobody uses.",
    "analyzer-external": "Access Analyzer found that somebody outside may read a secret with a key in it.",
    "bearer-unneeded": "A log group takes bearer tokens, and nobody sends any.",
    "not-recorded": "Use of keys is not recorded in a Region, so a leak cannot be followed there.",
    "recorded-partly": "Use of keys is recorded in part in a Region.",
}
