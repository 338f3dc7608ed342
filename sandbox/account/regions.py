"""Account Management, which moto lacks: which Regions the account is enabled in."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox.wire.call import Request
from sandbox.wire.errors import AwsError
from sandbox.wire.wire import Handler

ENABLED_BY_DEFAULT = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
"""The Regions that nobody has to opt in to; the sandbox's account is enabled in no other."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Answers ListRegions, and leaves everything else to *inner*."""

    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.service != "account":
            return self.inner(request)
        if request.operation != "ListRegions":
            return AwsError("NotImplemented", f"The sandbox has no {request.path}.", 501).answer(request)
        regions = [
            {"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in ENABLED_BY_DEFAULT
        ]
        headers = {"x-amzn-requestid": str(uuid.uuid4())}
        return Response(json.dumps({"Regions": regions}), 200, headers, content_type="application/json")
