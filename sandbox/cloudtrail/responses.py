"""CloudTrail's API where moto's differs from AWS's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from moto.cloudtrail.exceptions import TrailNotFoundException
from moto.cloudtrail.models import Trail
from moto.cloudtrail.responses import CloudTrailResponse

from sandbox.account.world import World
from sandbox.cloudtrail import refusals, selectors
from sandbox.cloudtrail.bucket import delivery_error
from sandbox.cloudtrail.digests import public_keys
from sandbox.cloudtrail.errors import CloudTrailError
from sandbox.cloudtrail.lookup import Lookup
from sandbox.cloudtrail.organization import check_may_change, check_may_make, trails
from sandbox.cloudtrail.status import TrailStatus

TRAILS_QUOTA = 5
"""In one Region; a multi-Region trail counts in each."""


class Responses(CloudTrailResponse):
    """One request; moto makes one of these for each, so install() leaves what they share on the class."""

    world: ClassVar[World]
    lookup: ClassVar[Lookup]

    def lookup_events(self) -> str:
        return json.dumps(self.lookup.answer(self.current_account, self.region, self._request))

    def create_trail(self) -> str:
        name = self._request.get("Name", "")
        refusals.check_name(name)
        ours = [trail for trail in self._visible() if trail.account_id == self.current_account]
        if any(trail.trail_name == name for trail in ours):
            raise CloudTrailError("TrailAlreadyExistsException", f"Trail {name} already exists.")
        if len(ours) >= TRAILS_QUOTA:
            raise CloudTrailError(
                "MaximumNumberOfTrailsExceededException",
                f"User: {self.current_account} already has {TRAILS_QUOTA} trails in {self.region}.",
            )
        if self._request.get("IsOrganizationTrail"):
            check_may_make(self.current_account)
        answer: str = super().create_trail()
        trail = self.cloudtrail_backend.trails[name]
        if delivery_error(trail):
            del self.cloudtrail_backend.trails[name]
            raise _insufficient_policy(trail)
        trail.status = TrailStatus(self.world.clock)
        return answer

    def update_trail(self) -> str:
        trail = self._own()
        before = (trail.bucket_name, trail.s3_key_prefix)
        asked = self._request
        if asked.get("IsOrganizationTrail"):
            check_may_make(self.current_account)
        wide = asked.get("IsMultiRegionTrail", trail.is_multi_region)
        if wide and not asked.get("IncludeGlobalServiceEvents", trail.include_global_service_events):
            raise CloudTrailError(
                "InvalidParameterCombinationException",
                "Multi-Region trail must include global service events.",
            )
        trail.bucket_name = asked.get("S3BucketName", trail.bucket_name)
        trail.s3_key_prefix = asked.get("S3KeyPrefix", trail.s3_key_prefix)
        if error := delivery_error(trail):
            refused = _insufficient_policy(trail)
            trail.bucket_name, trail.s3_key_prefix = before
            if error == "NoSuchBucket":
                raise CloudTrailError("S3BucketDoesNotExistException", "The bucket does not exist.")
            raise refused
        answer: str = super().update_trail()
        return answer

    def delete_trail(self) -> str:
        del self.cloudtrail_backend.trails[self._own().trail_name]
        return "{}"

    def get_trail(self) -> str:
        return json.dumps({"Trail": _described(self._find(self._request.get("Name", "")))})

    def describe_trails(self) -> str:
        shadows = self._request.get("includeShadowTrails", True)
        wanted = self._request.get("trailNameList") or []
        found = [
            trail
            for trail in self._visible()
            if (shadows or trail.region_name == self.region)
            and (not wanted or trail.arn in wanted or trail.trail_name in wanted)
        ]
        return json.dumps({"trailList": [_described(trail) for trail in found]})

    def list_trails(self) -> str:
        return json.dumps({"Trails": [trail.short() for trail in trails(self.current_account)]})

    def get_trail_status(self) -> str:
        return json.dumps(self._find(self._request.get("Name", "")).status.description())

    def list_public_keys(self) -> str:
        now = self.world.clock.now()
        return json.dumps({"PublicKeyList": public_keys(now, now)})

    def start_logging(self) -> str:
        self._own().start_logging()
        return "{}"

    def stop_logging(self) -> str:
        self._own().stop_logging()
        return "{}"

    def put_event_selectors(self) -> str:
        trail = self._own("TrailName")
        basic = self._request.get("EventSelectors") or []
        advanced = self._request.get("AdvancedEventSelectors") or []
        refusals.check(basic, advanced)
        # Whatever was there before is gone, of either kind: AWS does not merge.
        trail.event_selectors, trail.advanced_event_selectors = basic, advanced
        return json.dumps({"TrailARN": trail.arn} | _selectors(trail))

    def get_event_selectors(self) -> str:
        trail = self._find(self._request.get("TrailName", ""))
        return json.dumps({"TrailARN": trail.arn} | _selectors(trail))

    @property
    def _request(self) -> dict[str, Any]:
        document = json.loads(self.body or "{}")
        return document if isinstance(document, dict) else {}

    def _visible(self) -> Iterable[Trail]:
        """The Region's own trails and the shadows of other Regions' multi-Region ones."""
        return (t for t in trails(self.current_account) if t.is_multi_region or t.region_name == self.region)

    def _find(self, name: str) -> Trail:
        """The account's trail by its name in its own Region, or any by its ARN wherever it is visible."""
        for trail in self._visible():
            named = trail.trail_name == name and trail.account_id == self.current_account
            if trail.arn == name or (named and trail.region_name == self.region):
                return trail
        if not name.startswith("arn:"):
            name = f"arn:aws:cloudtrail:{self.region}:{self.current_account}:trail/{name}"
        raise TrailNotFoundException(account_id=self.current_account, name=name)

    def _own(self, parameter: str = "Name") -> Trail:
        """The trail to change, which can be done in its own Region only."""
        trail = self._find(self._request.get(parameter, ""))
        check_may_change(self.current_account, trail.account_id)
        if trail.region_name != self.region:
            raise CloudTrailError(
                "InvalidHomeRegionException",
                f"The trail {trail.trail_name} can be changed only in its home Region, {trail.region_name}.",
            )
        return trail


def _described(trail: Trail) -> dict[str, Any]:
    chosen = bool(trail.event_selectors or trail.advanced_event_selectors)
    return {**trail.description(include_region=True), "HasCustomEventSelectors": chosen}


def _selectors(trail: Trail) -> dict[str, Any]:
    if trail.advanced_event_selectors:
        return {"AdvancedEventSelectors": trail.advanced_event_selectors}
    return {"EventSelectors": trail.event_selectors or selectors.DEFAULT}


def _insufficient_policy(trail: Trail) -> CloudTrailError:
    return CloudTrailError(
        "InsufficientS3BucketPolicyException",
        f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket_name}",
    )
