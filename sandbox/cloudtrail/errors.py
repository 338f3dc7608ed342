"""The errors CloudTrail answers beyond those moto has."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class CloudTrailError(JsonRESTError):
    """A refusal by CloudTrail; HTTP 400, as all of its own are."""

    code = 400
