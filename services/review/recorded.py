"""What a trail's selectors let it record of a key's use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from services.aws.cloudtrail import AdvancedSelector, BasicSelector, EventSelectors, FieldSelector
from services.base.keyservices import SIGNS, KeyService
from services.review.record import BEARER_CALL, LOG_GROUP_AUTHORIZATION

Covers: TypeAlias = Literal["yes", "partly", "management only", "no", "unknown"]
"""Whether use of the key is recorded; "management only" is a no with the user's other calls recorded."""


@dataclass(frozen=True, slots=True)
class Use:
    """How use of one service's keys comes into CloudTrail.

    It is spread over data events of *data_types* and, with *management*, the management events; *facts*
    are fields that every such data event has.
    """

    data_types: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    management: bool = False
    sources: tuple[str, ...] = ()
    """Of the management events; none stands for every source there is."""
    note: str = ""

    @property
    def in_management(self) -> Covers:
        """What the management events alone hold of it."""
        if not self.management:
            return "management only"
        return "partly" if self.data_types else "yes"


LOGS = KeyService.LOGS
_SIGNED = Use(
    ("every type of data event",),
    management=True,
    note="management events are always recorded; data events, such as reading an object in S3, only "
    "where a trail selects their type",
)
USES: Mapping[str, Use] = {
    LOGS: Use((LOG_GROUP_AUTHORIZATION,), {"eventName": BEARER_CALL, "eventSource": LOGS}),
    "bedrock.amazonaws.com": Use(
        (
            "AWS::Bedrock::Model",
            "AWS::Bedrock::AsyncInvoke",
            "AWS::Bedrock::Guardrail",
            "AWS::BedrockMantle::Project",
            "AWS::BedrockMantle::CustomizedModel",
            "AWS::BedrockMantle::Reservation",
        ),
        management=True,
        sources=("bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com"),
        note="InvokeModel, Converse and their streams are management events; asynchronous and two-way calls, "
        "guardrails and all of bedrock-mantle are data events",
    ),
    "cloudwatch.amazonaws.com": Use(
        ("AWS::CloudWatch::Metric",),
        {"eventName": "PutMetricData"},
        note="PutMetricData is a data event, and does not say whether an API key or a signature was used",
    ),
    "aws-external-anthropic.amazonaws.com": Use(
        ("AWS::AWSExternalAnthropic::Workspace",),
        management=True,
        sources=("aws-external-anthropic.amazonaws.com",),
        note="inference, batches and files are data events; workspaces are management events",
    ),
    **dict.fromkeys(SIGNS, _SIGNED),
    "codecommit.amazonaws.com": Use(
        management=True,
        sources=("codecommit.amazonaws.com",),
        note="GitPull and GitPush are management events, in the repository's own Region",
    ),
    "cassandra.amazonaws.com": Use(
        ("AWS::Cassandra::Table",),
        management=True,
        sources=("cassandra.amazonaws.com",),
        note="changes of tables are management events, changes of rows data events",
    ),
}
"""By service name; how use of any other service's keys is recorded is not known."""


@dataclass(frozen=True, slots=True)
class Recorded:
    covers: Covers
    note: str


def use_of(service: str | None) -> Use | None:
    """How use of the service's keys is recorded, None where that is not known; no service means logs."""
    return USES.get((service or LOGS).lower())


def recorded(selectors: EventSelectors, service: str | None) -> Recorded:
    """What *selectors* take of the use of a key of *service*."""
    use = use_of(service)
    if use is None:
        return Recorded("unknown", f"how use of {service} keys is recorded is not known")
    management = _management(selectors, use.sources)
    parts = [_of_type(selectors, kind, use) for kind in use.data_types]
    if use.management:
        parts.append(_MANAGEMENT_PART[management])
    found = {part.covers for part in parts}
    short = "; ".join(part.note for part in parts if part.covers != "yes")
    if found == {"yes"}:
        return Recorded("yes", use.note)
    if found & {"yes", "partly"}:
        return Recorded("partly", short)
    if "unknown" in found:
        return Recorded("unknown", short)
    return Recorded("management only" if management else "no", short)


def _of_type(selectors: EventSelectors, kind: str, use: Use) -> Recorded:
    """The widest of the selectors for one type of data events."""
    found = [_data(each, use) for each in selectors.advanced if is_of_type(each, kind)]
    missing = Recorded("no", f"{kind} is not among its selectors")
    return min(found, key=lambda each: _WIDTH.index(each.covers), default=missing)


def missing_types(selectors: EventSelectors, service: str | None) -> tuple[str, ...]:
    """The types of data events with use of the service's keys that *selectors* do not take whole."""
    if (use := use_of(service)) is None:
        return ()
    return tuple(kind for kind in use.data_types if _of_type(selectors, kind, use).covers != "yes")


LEFT_OUT = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
"""Sources that a trail may leave out of its management events; no API key is theirs."""
GLOBAL = frozenset({"cloudfront.amazonaws.com", "iam.amazonaws.com", "sts.amazonaws.com"})
"""Sources of global services, which a trail of one Region may leave out as well."""


def takes_all_management(selectors: EventSelectors) -> bool:
    """Whether all but those of *LEFT_OUT* are among them."""
    return _management(selectors, None) == "all"


_WIDTH = ("yes", "partly", "unknown", "no")
_MANAGEMENT_PART = {
    "all": Recorded("yes", ""),
    "some": Recorded("partly", "management events are selected in part"),
    None: Recorded("no", "management events are not among its selectors"),
}


def _management(selectors: EventSelectors, sources: tuple[str, ...] | None) -> Literal["all", "some"] | None:
    """How many of the management events of *sources* they take; None stands for all but *LEFT_OUT*'s."""
    found = [_basic_management(each, sources) for each in selectors.basic]
    found += [_advanced_management(each, sources) for each in selectors.advanced]
    return "all" if "all" in found else ("some" if "some" in found else None)


def _basic_management(
    selector: BasicSelector, sources: tuple[str, ...] | None
) -> Literal["all", "some"] | None:
    if not selector.management:
        return None
    excluded = FieldSelector("eventSource", (("NotEquals", selector.excluded_sources),))
    whole = not selector.excluded_sources or _leaves(excluded, sources)
    return "all" if selector.read_write == "All" and whole else "some"


def _advanced_management(
    selector: AdvancedSelector, sources: tuple[str, ...] | None
) -> Literal["all", "some"] | None:
    if "Management" not in _wanted(selector, "eventCategory"):
        return None
    # A trail can leave out KMS and RDS data alone by their source, an event data store any.
    narrowing = [each for each in selector.fields if each.field != "eventCategory"]
    whole = all(each.field == "eventSource" and _leaves(each, sources) for each in narrowing)
    return "all" if whole else "some"


def _leaves(rule: FieldSelector, sources: tuple[str, ...] | None) -> bool:
    """Whether a rule about the source leaves all events of *sources* in; of every source without any."""
    if sources is None:
        return all(name == "NotEquals" and LEFT_OUT.issuperset(values) for name, values in rule.tests)
    return bool(sources) and all(_passes(rule, source) for source in sources)


def is_of_type(selector: AdvancedSelector, kind: str) -> bool:
    """Whether it selects data events of that type."""
    return "Data" in _wanted(selector, "eventCategory") and kind in _wanted(selector, "resources.type")


def _data(selector: AdvancedSelector, use: Use) -> Recorded:
    """What a selector for the right kind of event leaves of it."""
    unsure: list[str] = []
    partly: list[str] = []
    for each in selector.fields:
        if each.field in ("eventCategory", "resources.type"):
            continue
        fact = use.facts.get(each.field)
        if fact is not None:
            if not _passes(each, fact):
                return Recorded("no", f"its selector leaves out {fact} by {each.field}")
        elif each.field == "readOnly":
            unsure.append(
                "only readOnly=" + ",".join(_values(each)) + ", and which of the two use is is not known"
            )
        else:
            partly.append(f"only where {each.field} {_said(each)}")
    if unsure:
        return Recorded("unknown", "; ".join(unsure + partly))
    if partly:
        return Recorded("partly", "; ".join(partly))
    return Recorded("yes", use.note)


def _passes(rule: FieldSelector, value: str) -> bool:
    """CloudTrail's own reading: each operator must hold, a negative one against all of its values."""
    for operator, wanted in rule.tests:
        negative = operator.startswith("Not")
        match operator.removeprefix("Not"):
            case "Equals":
                hit = value in wanted
            case "StartsWith":
                hit = value.startswith(wanted)
            case "EndsWith":
                hit = value.endswith(wanted)
            case _:
                continue
        if hit == negative:
            return False
    return True


def _wanted(selector: AdvancedSelector, name: str) -> tuple[str, ...]:
    return tuple(
        value
        for each in selector.fields
        if each.field == name
        for operator, values in each.tests
        if operator == "Equals"
        for value in values
    )


def _values(rule: FieldSelector) -> Iterable[str]:
    return (value for _, values in rule.tests for value in values)


def _said(rule: FieldSelector) -> str:
    return " and ".join(f"{operator} {', '.join(values)}" for operator, values in rule.tests)
