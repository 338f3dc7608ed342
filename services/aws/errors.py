"""Everything that can go wrong between us and AWS, as one small tree.

::

    AwsError            AWS refused, or could not be asked
    ├─ NoCredentials    nothing to sign with, or a profile that does not exist
    ├─ Expired          the credentials were good once
    ├─ Denied           the caller lacks a permission
    ├─ NotFound         the thing asked for does not exist
    ├─ QuotaExceeded    AWS allows no more of them
    ├─ Rejected         AWS understood and says the request is wrong
    ├─ Throttled        too many requests, even after the retries
    ├─ Unreachable      no answer: nothing is known of what AWS did
    └─ Unexpected       an answer that is none of these
       └─ NotAws        an answer that cannot be read at all
    ReadOnly            the program was told to change nothing

``str(error)`` is one sentence for a person, with what to do next.
"""

from __future__ import annotations

import re
from typing import Any

from services.base.text import clean

_ACTION = re.compile(r"perform: ([\w-]+:[\w*]+)")
_RESOURCE = re.compile(r"on resource: (.+?)(?: because| with an|$)")


class AwsError(Exception):
    """AWS refused, or could not be asked; *sent* tells whether AWS may have acted all the same."""

    advice = "Look at the error log (!) and try again."
    outcome_unknown = False

    def __init__(
        self, operation: str, said: str, *, code: str | None = None, request_id: str | None = None
    ) -> None:
        self.operation = operation
        self.said = clean(said, limit=600)
        self.code = code
        self.request_id = request_id
        self.found: str | None = None
        """What AWS, asked at once, said of a change without an answer; sentences in place of the advice."""
        super().__init__(operation, said)

    def __str__(self) -> str:
        return f"{self.operation}: {self.said.rstrip('.')}. {self.found or self.advice}"


class NoCredentials(AwsError):
    advice = "Name a profile with --profile, or sign in (aws sso login, aws configure) and start again."


class Expired(AwsError):
    advice = "Renew the credentials (aws sso login, or a new session) and go on: the case keeps its place."


class Denied(AwsError):
    def __init__(
        self, operation: str, said: str, *, code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(operation, said, code=code, request_id=request_id)
        action = _ACTION.search(self.said)
        resource = _RESOURCE.search(self.said)
        self.action = action[1] if action else operation
        self.resource = resource[1].rstrip(". ") if resource else "*"

    def __str__(self) -> str:
        return f"Not allowed: {self.action} on {self.resource}. Ask for it, or use a profile that has it."


class NotFound(AwsError):
    advice = "It may have been deleted meanwhile: refresh and look again."


class QuotaExceeded(AwsError):
    advice = "Delete one that is not needed, or use another way."


class Rejected(AwsError):
    advice = "Nothing was changed."


class Throttled(AwsError):
    advice = "AWS asks for patience: wait a few seconds and try again."


class Unreachable(AwsError):
    advice = "Check the network, the Region and AWS_ENDPOINT_URL, then try again."
    outcome_unknown = True


class Unexpected(AwsError):
    advice = "What AWS did is not known: refresh and look before trying again."
    outcome_unknown = True


class NotAws(Unexpected):
    advice = "Check the network and AWS_ENDPOINT_URL, and look at the account before trying again."


class ReadOnly(Exception):
    """The program was started with --read-only, so nothing is changed whatever was asked."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"{operation} was not sent: --read-only. Start without it to make changes.")


_BY_CODE: dict[str, type[AwsError]] = {
    **dict.fromkeys(
        (
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "UnauthorizedAccess",
            "AuthorizationError",
            "Forbidden",
            "403",
        ),
        Denied,
    ),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"), Expired
    ),
    **dict.fromkeys(
        (
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
            "MissingAuthenticationToken",
            "AuthFailure",
            "IncompleteSignature",
        ),
        NoCredentials,
    ),
    **dict.fromkeys(
        (
            "NoSuchEntity",
            "NotSupportedService",
            "ResourceNotFoundException",
            "ResourceNotFound",
            "NoSuchKey",
            "NoSuchBucket",
            "TrailNotFoundException",
            "PolicyNotFoundException",
            "TargetNotFoundException",
            "NoSuchBucketPolicy",
            "NoSuchPublicAccessBlockConfiguration",
            "OwnershipControlsNotFoundError",
            "S3BucketDoesNotExistException",
            "ServerSideEncryptionConfigurationNotFoundError",
            "404",
        ),
        NotFound,
    ),
    **dict.fromkeys(
        (
            "ConstraintViolationException",
            "LimitExceeded",
            "LimitExceededException",
            "MaximumNumberOfTrailsExceededException",
            "ServiceQuotaExceededException",
            "TooManyBuckets",
        ),
        QuotaExceeded,
    ),
    **dict.fromkeys(
        (
            "ConcurrentModificationException",
            "ConflictException",
            "OperationAborted",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
            "BandwidthLimitExceeded",
            "429",
        ),
        Throttled,
    ),
    **dict.fromkeys(
        (
            "ValidationError",
            "ValidationException",
            "InvalidInput",
            "InvalidParameterException",
            "InvalidParameterValue",
            "InvalidRequestException",
            "InvalidParameterCombinationException",
            "EntityAlreadyExists",
            "ResourceExistsException",
            "DeleteConflict",
            "AWSOrganizationsNotInUseException",
            "DuplicatePolicyAttachmentException",
            "DuplicatePolicyException",
            "InvalidInputException",
            "MalformedPolicyDocument",
            "MalformedPolicyDocumentException",
            "PolicyNotAttachedException",
            "PolicyTypeNotEnabledException",
            "EntityTemporarilyUnmodifiable",
            "InvalidObjectState",
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
            "BucketNotEmpty",
            "CloudTrailAccessNotEnabledException",
            "IllegalLocationConstraintException",
            "InsufficientS3BucketPolicyException",
            "InvalidBucketName",
            "InvalidEventSelectorsException",
            "InvalidHomeRegionException",
            "InvalidS3BucketNameException",
            "InvalidTrailNameException",
            "MalformedPolicy",
            "NotOrganizationMasterAccountException",
            "OrganizationsNotInUseException",
            "TrailAlreadyExistsException",
        ),
        Rejected,
    ),
}


def from_client_error(operation: str, response: dict[str, Any]) -> AwsError:
    """The error that botocore's ClientError *response* stands for, by its code."""
    error, metadata = response.get("Error") or {}, response.get("ResponseMetadata") or {}
    code = str(error.get("Code") or "")
    status = int(metadata.get("HTTPStatusCode") or 0)
    kind = _BY_CODE.get(code) or (Unexpected if status >= 500 else _BY_CODE.get(str(status), Unexpected))
    said = str(error.get("Message") or "") or f"AWS answered {code or status or 'something unreadable'}"
    return kind(operation, said, code=code or None, request_id=metadata.get("RequestId"))
