"""The command that lets a Region's use of keys be recorded, worked out from the trails there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.aws.call import Call
from services.aws.cloudtrail import AdvancedSelector, EventSelectors
from services.review.record import LOG_GROUP_AUTHORIZATION
from services.review.trails import TrailState

MANAGEMENT = {
    "Name": "Management events",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}
USE_OF_KEYS = {
    "Name": "Use of CloudWatch Logs API keys",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": [LOG_GROUP_AUTHORIZATION]},
    ],
}


def to_record(region: str, trails: Sequence[TrailState]) -> str:
    """For the trail that is nearest to recording it; a trail of the organization is not ours to change."""
    ours = [state for state in trails if not state.trail.organization and state.trouble is None]
    here = [state for state in ours if state.trail.multi_region or state.trail.home_region == region]
    if here:
        return _let_it_record(here[0]).cli
    if ours:
        trail = ours[0].trail
        return Call(
            "cloudtrail", "UpdateTrail", {"Name": trail.name, "IsMultiRegionTrail": True}, trail.home_region
        ).cli
    made = {"Name": "api-key-audit", "S3BucketName": "YOUR-BUCKET", "IsMultiRegionTrail": True}
    return Call("cloudtrail", "CreateTrail", made, region).cli


def _let_it_record(state: TrailState) -> Call:
    trail, selectors = state.trail, state.selectors or EventSelectors()
    if state.takes(None).covers in ("yes", "partly") and not (state.status and state.status.logging):
        return Call("cloudtrail", "StartLogging", {"Name": trail.name}, trail.home_region)
    merged = _merged(selectors)
    if merged is None:
        # Its basic selectors hold data events whose resources are not known here: they are to be seen first.
        return Call("cloudtrail", "GetEventSelectors", {"TrailName": trail.name}, trail.home_region)
    params = {"TrailName": trail.name, "AdvancedEventSelectors": merged}
    return Call("cloudtrail", "PutEventSelectors", params, trail.home_region)


def _merged(selectors: EventSelectors) -> list[dict[str, Any]] | None:
    """What the trail takes now and the use of keys besides, since PutEventSelectors replaces all there is."""
    if selectors.advanced:
        return [
            *(
                {
                    "Name": each.name,
                    "FieldSelectors": [
                        {"Field": field.field} | {operator: list(values) for operator, values in field.tests}
                        for field in each.fields
                    ],
                }
                for each in selectors.advanced
                if not _is_of_keys(each)
            ),
            USE_OF_KEYS,
        ]
    plain = all(
        each.management and each.read_write == "All" and not each.data_types and not each.excluded_sources
        for each in selectors.basic
    )
    return [MANAGEMENT, USE_OF_KEYS] if plain else None


def _is_of_keys(selector: AdvancedSelector) -> bool:
    return any(
        field.field == "resources.type"
        and any(LOG_GROUP_AUTHORIZATION in values for _, values in field.tests)
        for field in selector.fields
    )
