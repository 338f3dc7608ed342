"""Rules about places: log groups open to tokens that none needs, Regions where use is not recorded."""

from __future__ import annotations

from collections.abc import Iterator

from services.audit import mending
from services.audit.facts import Facts
from services.audit.model import Finding, Severity, Unknown
from services.audit.recording import to_record
from services.base.keyservices import KeyService


def bearer_unneeded(facts: Facts) -> Iterator[Finding | Unknown]:
    days = facts.limits.silent.days
    keys_work = not facts.keys_complete or any(
        key.service == KeyService.LOGS and key.status == "Active" for key in facts.keys
    )
    for found in facts.groups:
        group, subject = found.group, f"{found.group.name}@{found.group.region}"
        young = group.created is not None and facts.now - group.created <= facts.limits.silent
        if not keys_work:
            why = "no Logs key of the account is active"
        elif not found.read:
            yield Unknown("bearer-unneeded", subject, "its IncomingBytes could not be read")
            continue
        elif found.last is None and not young:
            why = f"no bytes came in for {days} days (IncomingBytes)"
        else:
            continue
        title = f"{group.name} in {group.region} accepts tokens that nobody sends."
        mend = mending.switch_off(facts.where, group)
        yield Finding("bearer-unneeded", "medium", subject, title, (why,), mend)


def recording(facts: Facts) -> Iterator[Finding | Unknown]:
    """Worse where log groups take bearer tokens."""
    taking = {found.group.region for found in facts.groups}
    for each in facts.recorded:
        mend = to_record(facts.where, each.region, facts.trails)
        if each.covers in ("no", "management only"):
            severity: Severity = "high" if each.region in taking else "medium"
            title = f"Use of Logs keys in {each.region} is not recorded."
            evidence = (each.note, "whether a key was used there will stay unknown")
            yield Finding("not-recorded", severity, each.region, title, evidence, mend)
        elif each.covers == "partly":
            title = f"Use of Logs keys in {each.region} is only partly recorded."
            yield Finding("recorded-partly", "medium", each.region, title, (each.note,), mend)
        elif each.covers == "unknown":
            yield Unknown("not-recorded", each.region, each.note)
