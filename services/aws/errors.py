"""Everything that can go wrong between us and AWS, as one small tree.

::

    AwsError            AWS refused, or could not be asked
    ├─ NoCredentials    nothing to sign with, or a profile that does not exist
    ├─ BadSetup         nothing was sent: something here is wrong
    ├─ WrongAccount     the credentials are of another account than was named
    ├─ Expired          the credentials were good once
    ├─ ClockOff         AWS refused a signature for its time
    ├─ RegionDisabled   the account has not enabled the Region
    ├─ Denied           the caller lacks a permission
    ├─ NotFound         the thing asked for does not exist
    ├─ QuotaExceeded    AWS allows no more of them
    ├─ Rejected         AWS understood and says the request is wrong
    ├─ Throttled        too many requests, even after the retries
    ├─ Unreachable      no answer: nothing is known of what AWS did
    └─ Unexpected       an answer that is none of these
       └─ NotAws        an answer that isn't AWS's, or that cannot be read
          └─ Redirected an answer that names another place; nobody goes there
    ReadOnly            the program was told to change nothing

``str(error)`` is one sentence for a person, with what to do next.
"""

from __future__ import annotations

import re

from services.base.arn import account_in, partition_in
from services.base.text import clean

_ACTION = re.compile(r"perform: ([\w-]+:[\w*]+)")
_RESOURCE = re.compile(r"on resource: (.+?)(?: because| with an|$)")
_REASON = re.compile(r"(?:because| with) ((?:no|an?) .+)$")
_LONGEST = 2000
"""Of what AWS says: a denial names the resource and the policy that denies, either of 2,048 signs at most."""


class AwsError(Exception):
    """AWS refused, or could not be asked; *sent* tells whether AWS may have acted all the same."""

    advice = "Try again."
    outcome_unknown = False

    def __init__(
        self, operation: str, said: str, *, code: str | None = None, request_id: str | None = None
    ) -> None:
        self.operation = operation
        self.said = clean(said, limit=_LONGEST)
        self.code = code
        self.request_id = request_id
        self.found: str | None = None
        """What AWS, asked at once, said of a change without an answer; sentences in place of the advice."""
        self.done: tuple[str, ...] = ()
        """The operations of the same deed that AWS had done before this one."""
        super().__init__(operation, said)

    def __str__(self) -> str:
        if not self.done:
            return self._sentence()
        return f"{self._sentence()} Done before it, and still there: {', '.join(self.done)}."

    def _sentence(self) -> str:
        return f"{self.operation}: {self.said.rstrip('.')}. {self.found or self.advice}"


class NoCredentials(AwsError):
    advice = "Name a profile with --profile, or sign in (aws sso login, aws configure) and start again."


class BadSetup(AwsError):
    """Nothing was sent, for something on this machine is not as it should be."""

    advice = "Check AWS_ENDPOINT_URL, HTTPS_PROXY, the Region and ~/.aws/config."


class NoAuthorities(BadSetup):
    """The bundle of certificate authorities is not there, or is none."""

    advice = "Check AWS_CA_BUNDLE (else REQUESTS_CA_BUNDLE counts), and ca_bundle in ~/.aws/config."


def way_into(account: str | None, partition: str = "aws") -> str:
    """What to do to get into that account, with the option as it is typed."""
    return (
        f"Use a profile of account {account}, or a role in it: --role-arn "
        f"arn:{partition}:iam::{account}:role/ROLE, or [accounts] in the configuration."
    )


class WrongAccount(AwsError):
    """The *caller*, an ARN, isn't of *account*, so nothing else is asked or sent."""

    def __init__(self, caller: str, account: str) -> None:
        partition, ours = partition_in(caller), account_in(caller) or caller
        super().__init__("GetCallerIdentity", f"these credentials belong to account {ours}, not to {account}")
        self.advice = way_into(account, partition)


class Expired(AwsError):
    advice = "Renew the credentials (aws sso login, or a new session) and continue; the case can be resumed."


class ClockOff(AwsError):
    """*said* tells by how much, where that could be seen."""

    advice = "Set this machine's clock (timedatectl set-ntp true), then try again: nothing was changed."


class RegionDisabled(AwsError):
    """*inferred* tells that AWS did not say so: it takes the credentials elsewhere, and not there."""

    advice = "Enable it (aws account enable-region), or leave it out with --region."
    inferred = False


class Denied(AwsError):
    def __init__(
        self, operation: str, said: str, *, code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(operation, said, code=code, request_id=request_id)
        action = _ACTION.search(self.said)
        resource = _RESOURCE.search(self.said)
        self.action = action[1] if action else operation
        self.resource = resource[1].rstrip(". ") if resource else "*"
        reason = _REASON.search(self.said)
        self.reason = reason[1].rstrip(". ") if reason else None
        """AWS's own, with the policy that denies where it names one."""

    def _sentence(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"Not allowed: {self.action} on {self.resource}{why}. {self._cure()}"

    def _cure(self) -> str:
        if self.reason and "explicit deny" in self.reason:
            return "Ask whoever manages that policy, or use a profile it doesn't apply to."
        return "Ask for it, or use a profile that has it."


class NotFound(AwsError):
    advice = "It may have been deleted in the meantime: refresh and look again."


class NoSuchName(NotFound):
    """A name that somebody typed is nobody's; ``str(error)`` is a sentence with the near one."""

    def _sentence(self) -> str:
        return self.said


class QuotaExceeded(AwsError):
    advice = "Delete one that is not needed, or use another way."


class Rejected(AwsError):
    advice = "Nothing was changed."


class Throttled(AwsError):
    advice = "AWS is throttling requests: wait a few seconds and try again."


class Unreachable(AwsError):
    advice = "Check the network, the Region and AWS_ENDPOINT_URL, then try again."
    outcome_unknown = True


class Untrusted(Unreachable):
    """The certificate that was shown is not to be trusted."""

    advice = (
        "Behind a gateway that inspects traffic, set AWS_CA_BUNDLE to its authority; elsewhere, don't go on."
    )


class ProxyFailed(Unreachable):
    advice = "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or ask whoever runs the proxy."


class TimedOut(Unreachable):
    advice = "Check the network, then try again."


class Unexpected(AwsError):
    advice = "What AWS did is unknown: refresh and check before trying again."
    outcome_unknown = True


class NotAws(Unexpected):
    advice = "Check the network, the proxy and AWS_ENDPOINT_URL, and check the account before trying again."


class Redirected(NotAws):
    """*region* is where the bucket is, where S3 answered that."""

    def __init__(
        self,
        operation: str,
        said: str,
        *,
        code: str | None = None,
        request_id: str | None = None,
        region: str | None = None,
    ) -> None:
        super().__init__(operation, said, code=code, request_id=request_id)
        self.region = region


class Unread(AwsError):
    advice = "Look at them in CloudTrail."


class ReadOnly(Exception):
    """The program was started with --read-only, so nothing is changed whatever was asked."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"{operation} was not sent: --read-only. Start without it to make changes.")


BY_CODE: dict[str, type[AwsError]] = {
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
            # The same, as services of JSON and S3 have it.
            "MissingAuthenticationTokenException",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "InvalidToken",
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
            "NoSuchLifecycleConfiguration",
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
            "SecurityIncidentResponseNotActiveException",
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
