"""Rules about the users who hold keys: what else they hold and may do, and what keeps them from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from services.audit import mending
from services.audit.facts import Facts, UserFacts
from services.audit.model import Finding, Unknown
from services.audit.rights import breadth, makes_lasting_keys, writes_everywhere
from services.cases.names import prefix
from services.keys.inventory import Key
from services.rights.quarantine import quarantine_effect, stops_all

SAME = timedelta(hours=1)
"""A new key's secret is stored within that time."""


def other_ways_in(facts: Facts) -> Iterator[Finding | Unknown]:
    for user, key in _users(facts):
        active = [each.id for each in user.access_keys or () if each.status == "Active"]
        if active:
            title = f"{user.name} has access keys as well as API keys."
            evidence = (f"active: {', '.join(active)}",)
            mend = mending.stop_access_keys(facts.where, key)
            yield Finding(
                "user-has-access-keys", "medium", user.name, title, evidence, mend, user.name, key.id
            )
        elif user.access_keys is None:
            yield Unknown("user-has-access-keys", user.name, "its access keys could not be read", user.name)
        if user.has_login:
            title = f"{user.name} can sign in to the console as well as use API keys."
            mend = mending.delete_login(facts.where, user.name)
            yield Finding(
                "user-has-login", "medium", user.name, title, ("it has a password",), mend, user.name, key.id
            )
        elif user.has_login is None:
            yield Unknown("user-has-login", user.name, "its login profile could not be read", user.name)


def broad_policies(facts: Facts) -> Iterator[Finding | Unknown]:
    for user, key in _users(facts):
        if user.grants is None:
            yield Unknown("broad-policy", user.name, "not all of its policies could be read", user.name)
            continue
        for grant in user.grants:
            if found := breadth(grant.document):
                severity, why = found
                title = f"The policy {grant.name} of {user.name} is too broad."
                mend = str(facts.where.aws(grant.remove))
                subject = f"{user.name}/{grant.name}"
                yield Finding("broad-policy", severity, subject, title, (why,), mend, user.name, key.id)
        wide = [grant for grant in user.grants if not breadth(grant.document)]
        if writers := [grant.name for grant in wide if writes_everywhere([grant.document])]:
            title = f"{user.name} may write to every log group."
            by = ", ".join(writers)
            evidence = (f"by {by}", f"allow the groups it needs by name, then remove {by}")
            mend = mending.scope_writes(facts.where, user.name)
            yield Finding("writes-everywhere", "info", user.name, title, evidence, mend, user.name, key.id)


def no_deny_boundary(facts: Facts) -> Iterator[Finding]:
    for user, key in _users(facts):
        if user.grants and makes_lasting_keys([grant.document for grant in user.grants], user.boundary):
            title = f"Nothing stops {user.name} from creating keys that never expire."
            evidence = (
                "its policies allow iam:CreateServiceSpecificCredential without an age",
                "no deny and no permissions boundary prevents it; SCPs were not checked",
            )
            mend = mending.limit_creation(facts.where, user.name)
            yield Finding("no-deny-boundary", "medium", user.name, title, evidence, mend, user.name, key.id)


def quarantined(facts: Facts) -> Iterator[Finding]:
    for user, key in _users(facts):
        if user.quarantine and not stops_all(user.quarantine_document, key.service):
            title = f"AWS quarantined {user.name}, which may not stop its API keys."
            effect = quarantine_effect(user.quarantine_document, key.service)
            evidence = (f"{user.quarantine} is attached: {effect}",)
            mend = mending.deactivate_key(facts.where, key)
            yield Finding("quarantine", "high", user.name, title, evidence, mend, user.name, key.id)


def secrets(facts: Facts) -> Iterator[Finding]:
    """The entry in Secrets Manager against the newest key: they are written in one go, or do not belong."""
    for user, key in _users(facts):
        # Secrets of before services and keys had their own are named after the user alone.
        names = (prefix(user.name, key.service), f"stanch/{user.name}")
        secrets = [
            s for s in user.secrets if s.changed and (s.name.startswith(names[0]) or s.name == names[1])
        ]
        newest = max(secrets, key=lambda secret: str(secret.changed), default=None)
        if newest is None or newest.changed is None:
            continue
        made, written = key.credential.created, newest.changed
        evidence = (
            f"{newest.name} was written {written:%Y-%m-%d %H:%MZ}",
            f"the newest key, {key.id}, was made {made:%Y-%m-%d %H:%MZ}",
        )
        if written < made - SAME:
            title = f"The secret {newest.name} is older than the newest key of {user.name}."
            mend = mending.replace_key(facts.where, key)
            yield Finding("stale-secret", "medium", user.name, title, evidence, mend, user.name, key.id)
        elif written > made + SAME:
            title = f"The secret {newest.name} was written after every key of {user.name} was made."
            doubt = "a reset would explain it; otherwise it does not hold a key of this user"
            mend = mending.replace_key(facts.where, key)
            yield Finding(
                "other-secret", "info", user.name, title, (*evidence, doubt), mend, user.name, key.id
            )


def analyzed(facts: Facts) -> Iterator[Finding]:
    """Access Analyzer's findings about these users, and about secrets that this program writes."""
    users = {user.arn: (user, key) for user, key in _users(facts) if user.arn}
    for found in facts.analyzed:
        evidence = (f"{found.kind} by the analyzer {found.analyzer.name}", f"finding {found.id}")
        subject = f"{found.kind}/{found.resource}"
        if found.resource in users:
            user, key = users[found.resource]
            title = f"Access Analyzer: {_SAYS.get(found.kind, found.kind)} of {user.name}."
            mend = {
                "UnusedIAMUserAccessKey": mending.stop_access_keys(facts.where, key),
                "UnusedIAMUserPassword": mending.delete_login(facts.where, user.name),
            }.get(found.kind) or mending.finding_in_full(facts.where, found)
            yield Finding("analyzer-unused", "medium", subject, title, evidence, mend, user.name, key.id)
        elif ":secret:stanch/" in found.resource:
            title = f"Access Analyzer: an outsider may read the secret {found.resource.rsplit(':', 1)[-1]}."
            mend = mending.finding_in_full(facts.where, found)
            yield Finding("analyzer-external", "high", subject, title, evidence, mend)


def _users(facts: Facts) -> Iterator[tuple[UserFacts, Key]]:
    """Each user, with the newest of its keys that work."""
    newest: dict[str, Key] = {}
    for key in sorted(facts.keys, key=lambda key: key.credential.created):
        if key.status == "Active":
            newest[key.user] = key
    for name, user in facts.users.items():
        if name in newest:
            yield user, newest[name]


_SAYS = {
    "UnusedIAMUserAccessKey": "an unused access key",
    "UnusedIAMUserPassword": "an unused password",
    "UnusedPermission": "unused permissions",
}
