"""What the permissions that are needed come to in one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.aws.call import Call
from services.aws.credentials.regions import global_region
from services.rights.needs import Need, Probe
from services.rights.permissions import Question


@dataclass(frozen=True, slots=True)
class Place:
    """What the placeholders stand for in one account; None or empty where that is not known."""

    partition: str
    account: str
    region: str
    buckets: tuple[str, ...] = ()
    trail: str | None = None
    user: str | None = None

    def questions(self, need: Need) -> dict[Question, Call | None]:
        """What to ask, each with the read that tells too; one for each bucket where buckets are meant."""
        found: dict[Question, Call | None] = {}
        for bucket in self.buckets if "{bucket}" in need.resource else ("",):
            known = {
                "partition": self.partition,
                "account": self.account,
                "region": self.region,
                "bucket": bucket,
                "trail": self.trail,
                "user": self.user,
            }
            told = (
                (key, value.format(**known) if isinstance(value, str) else value)
                for key, value in need.context
            )
            context = (*told, ("aws:RequestedRegion", self._region(need.action)))
            question = Question(need.action, need.resource.format(**known), context)
            found[question] = _call(need.action, need.probe, known) if need.probe else None
        return found

    def _region(self, action: str) -> str:
        """Where a call is made: IAM's are those of one Region in each partition."""
        if not action.startswith("iam:"):
            return self.region
        return global_region(self.partition)


def _call(action: str, probe: Probe, known: Mapping[str, str | None]) -> Call | None:
    """None where what it would be made with is not known."""
    params: dict[str, object] = {}
    for name, value in probe.params.items():
        if not isinstance(value, str):
            params[name] = value
        elif any(f"{{{key}}}" in value and not each for key, each in known.items()):
            return None
        else:
            params[name] = value.format(**known)
    prefix, _, operation = action.partition(":")
    # Of all the permissions this one's prefix alone is not the client's name.
    service = "accessanalyzer" if prefix == "access-analyzer" else prefix
    return Call(service, probe.operation or operation, params)
