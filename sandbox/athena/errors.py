"""What Athena says of a request it will not take, and of a query that failed."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class AthenaError(JsonRESTError):
    """A refusal of the request itself; HTTP 400."""

    code = 400


class QueryFailed(Exception):
    """The query was taken and failed; the message is its StateChangeReason."""
