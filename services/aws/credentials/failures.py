"""Why signing in failed, in one line that names the profile and the command that helps."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

from services.aws.credentials.helper import HelperFailed
from services.aws.credentials.profiles import chain, environment_signs, named_profile, read_profiles
from services.aws.credentials.source import Source, role_name
from services.aws.errors import AwsError, BadSetup, ClockOff, Expired, NoCredentials, Throttled, Unexpected
from services.aws.refusals import from_client_error
from services.base.nearest import no_such
from services.base.text import clean
from services.quoting.shell import command

_SIGNED_OUT = ("UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError", "SSOError")
_LOGIN = ("LoginError", "LoginRefreshRequired", "LoginTokenLoadError", "LoginInsufficientPermissions")
ENDED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
REFUSALS = ENDED | {
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
}
"""What AWS says of credentials that it will not take the next time either."""
_UNKNOWN_KEY = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId")
_NOT_SPLIT = ("No closing quotation", "No escaped character")
"""What shlex says of a command."""
_WRONG_CODE = "MultiFactorAuthentication failed"


class SignInFailed(NoCredentials):
    """*said* is the reason, *advice* the cure; *asked* tells that a person answered a prompt for it."""

    def __init__(self, said: str, advice: str, *, code: str | None = None, asked: bool = False) -> None:
        super().__init__("Signing in", said, code=code)
        self.advice = advice
        self.asked = asked


class NoSuchProfile(SignInFailed):
    """A profile was named that is in none of the files; ``str(error)`` is a sentence with the near one."""

    def __init__(self, said: str) -> None:
        super().__init__(said, "")

    def __str__(self) -> str:
        return self.said


class CodeRefused(SignInFailed):
    """AWS did not take the MFA code: another may do."""


class NotAnswered(SignInFailed):
    """Nobody typed an MFA code."""


class SignInEnded(Expired):
    """What signed until now does so no longer, and could not be renewed."""

    def __init__(self, said: str, advice: str, request_id: str | None = None) -> None:
        super().__init__("Signing in", said, request_id=request_id)
        self.advice = advice


def explain(error: Exception, option: str | None, profile: str) -> AwsError:
    """The error of our tree for what botocore or a helper raised while *profile* was signed in."""
    if isinstance(error, AwsError):
        return error
    names = {kind.__name__ for kind in type(error).__mro__}
    # Neither keys nor a profile: what machines and containers are told is told by variables as well.
    by_environment = environment_signs(option) or not (option or any(True for _ in chain(profile)))
    who = "environment" if by_environment else f"profile {clean(profile)}"
    check = "Check the AWS_* variables." if by_environment else "See the profile in ~/.aws/config."
    if "ProfileNotFound" in names:
        return _no_such_profile(profile)
    if "ConfigParseError" in names:
        return SignInFailed(_words(error), "Fix that file.")
    if _of_expiration(error, option):
        return SignInFailed(
            f"{who}: AWS_CREDENTIAL_EXPIRATION isn't a time with its zone",
            "Write it as 2026-11-26T12:00:00Z.",
        )
    if isinstance(error, HelperFailed) or str(error) in _NOT_SPLIT:
        told = str(error) if isinstance(error, HelperFailed) else "credential_process isn't a valid command"
        return SignInFailed(f"{who}: {told}", "Run the credential_process by hand to see why.")
    if token := _of_web_identity(error, profile):
        return SignInFailed(f"{who}: {token}", "Have a new one written.")
    if isinstance(error, ValueError) and (setting := _setting_of(error, profile)):
        return SignInFailed(f"{who}: {setting} isn't a number", check)
    if names & {"MissingDependencyException"}:
        return SignInFailed(
            f"{who} uses `aws login`, which needs botocore's crt extra",
            'Install it: pip install "stanch[login]" (or botocore[crt]).',
        )
    if names & set(_LOGIN):
        return SignInFailed(f"{who}: {error}", f"Sign in: {aws_login(profile)}")
    if names & set(_SIGNED_OUT):
        missing = "SSOTokenLoadError" in names
        said = "nobody is signed in to SSO" if missing else "the SSO sign-in has expired or was ended"
        return SignInFailed(f"{who}: {said}", f"Sign in: {sso_login(profile)}")
    if "ClientError" in names:
        return _refused(error, profile, who)
    if names & {"HTTPClientError", "ConnectionError"}:
        # Not earlier: a thread has imported botocore by now.
        from services.aws.failures import from_exception

        found = from_exception("Signing in", error)
        return type(found)("Signing in", f"{who}: {found.said}")
    if isinstance(error, ValueError) and re.match("Invalid (endpoint|IPv6 URL)", str(error)):
        return BadSetup("Signing in", f"{who}: {error}")
    if isinstance(error, OSError):
        return SignInFailed(
            f"{who}: {error.filename or 'a file'} cannot be read ({error.strerror or type(error).__name__})",
            check,
        )
    if isinstance(error, RuntimeError) and "expired" in str(error):
        return ended(Source("env") if by_environment else Source("", profile))
    if isinstance(error, AttributeError | TypeError | LookupError):
        # Python's own words for it would help nobody.
        return SignInFailed(f"{who}: a setting of it has a value that isn't of its kind", check)
    return SignInFailed(f"{who}: {_words(error)}", check)


@contextmanager
def explained(option: str | None) -> Iterator[None]:
    """Raises the error of our tree for whatever is raised within, of the profile that is in use."""
    try:
        yield
    except AwsError:
        raise
    except Exception as error:
        # Whatever a file, a helper or a proxy makes of it.
        raise explain(error, option, named_profile(option) or "default") from error


def nothing_found(option: str | None, profile: str) -> AwsError:
    if option or profile != "default":
        return SignInFailed(
            f"profile {clean(profile)} has no credentials",
            f"Add them: {_with_profile('aws configure', profile)}",
        )
    return NoCredentials("Signing in", "no AWS credentials were found")


def ended(source: Source | None, request_id: str | None = None) -> AwsError:
    """What *source* gave was good once; what to type for more depends on where it is."""
    if source is None or source.profile is None:
        said = "the credentials have expired"
        if source is None or source.method == "env":
            cure = "Renew them in the environment and start again; the case can be resumed."
        else:
            cure = "Renew them and continue; the case can be resumed."
        return SignInEnded(said, cure, request_id)
    said = f"profile {clean(source.profile)}: the credentials have expired"
    return SignInEnded(said, f"{_renewal(source)} The case can be resumed.", request_id)


def not_taken(
    source: Source | None, said: str, code: str, request_id: str, *, region_assumed: bool = False
) -> AwsError:
    """AWS answered that it does not know the key, or that the signature isn't its."""
    if source is None or source.profile is None:
        advice = "Check the credentials in use, and start again with valid ones."
    else:
        advice = f"{_renewal(source)} The case can be resumed."
    if region_assumed and code in _UNKNOWN_KEY:
        advice = f"No Region is set: for China or GovCloud, name one of theirs with --region. Else: {advice}"
    failed = SignInFailed(
        f"AWS doesn't accept the credentials of {source or 'this run'} ({said})", advice, code=code
    )
    failed.request_id = request_id
    return failed


def _renewal(source: Source) -> str:
    """What to do once *source* gives nothing good; where it can, the next call finds a new session itself."""
    profile = source.profile or "default"
    if _holder(profile, "sso_session") or _holder(profile, "sso_account_id"):
        return f"Try again; if that fails: {sso_login(profile)}."
    if _holder(profile, "login_session"):
        return f"Try again; if that fails: {aws_login(profile)}."
    if _holder(profile, "role_arn") or _helper(profile) is not None:
        return f"Try again; if that fails, renew the credentials of profile {clean(_base(profile))}."
    return f"Renew the credentials of profile {clean(_base(profile))} and try again."


def sso_login(profile: str) -> str:
    holder = _holder(profile, "sso_session") or _holder(profile, "sso_account_id")
    return _with_profile("aws sso login", holder or profile)


def aws_login(profile: str) -> str:
    return _with_profile("aws login", _holder(profile, "login_session") or profile)


def _with_profile(words: LiteralString, profile: str) -> str:
    return str(command(*words.split(), "--profile", profile))


def _holder(profile: str, setting: str) -> str | None:
    """The profile along the chain that has *setting*."""
    return next((name for name, section in chain(profile) if setting in section), None)


def _no_such_profile(profile: str) -> AwsError:
    known = sorted(read_profiles())
    more = f" and {len(known) - 5} more" if len(known) > 5 else ""
    otherwise = f"There are {', '.join(map(clean, known[:5]))}{more}." if known else "See ~/.aws/config."
    return NoSuchProfile(no_such("profile", profile, known, "in the AWS configuration", otherwise))


def _refused(error: Any, profile: str, who: str) -> AwsError:
    operation = getattr(error, "operation_name", "") or "Signing in"
    plain = from_client_error(operation, error.response)
    if isinstance(plain, ClockOff | Throttled | Unexpected):
        # No word on the credentials.
        return type(plain)("Signing in", f"{who}: {plain.said}", code=plain.code, request_id=plain.request_id)
    said = plain.said.rstrip(".")
    if operation == "GetRoleCredentials":
        section = dict(chain(profile)).get(_holder(profile, "sso_role_name") or profile, {})
        role, account = section.get("sso_role_name", "?"), section.get("sso_account_id", "?")
        return SignInFailed(
            f"{who}: SSO refused role {role} in account {account} ({said})",
            f"Ask for it, or sign in again: {sso_login(profile)}",
            code=plain.code,
        )
    if operation == "CreateToken":
        return SignInFailed(f"{who}: the SSO sign-in has expired ({said})", f"Sign in: {sso_login(profile)}")
    if _WRONG_CODE in said:
        return CodeRefused(
            f"{who}: AWS refused the MFA code",
            "It is wrong or was already used (each code works once): wait for the next one and try again.",
            code=plain.code,
            asked=True,
        )
    if isinstance(plain, Expired):
        return ended(Source("", profile), plain.request_id)
    if operation == "GetCallerIdentity":
        # What was found signs, and AWS does not know it: that is no matter of a role.
        return not_taken(Source("", profile), said, plain.code or "", plain.request_id or "")
    arn = next(
        (s["role_arn"] for _, s in chain(profile) if "role_arn" in s), os.environ.get("AWS_ROLE_ARN", "")
    )
    return SignInFailed(
        f"{who}: AWS refused {operation} for role {role_name(arn)} ({said})",
        "See role_arn and source_profile in ~/.aws/config.",
        code=plain.code,
    )


def _base(profile: str) -> str:
    """The profile at the chain's end, whose keys the others stand on."""
    return next(reversed([name for name, _ in chain(profile)] or [profile]))


def _of_web_identity(error: Exception, profile: str) -> str | None:
    file = next(
        (s["web_identity_token_file"] for _, s in chain(profile) if "web_identity_token_file" in s),
        os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", ""),
    )
    if isinstance(error, UnicodeDecodeError) and file:
        return f"the web identity token in {file} isn't text"
    if type(error).__name__ == "ParamValidationError" and "WebIdentityToken" in str(error):
        return f"the web identity token in {file} is empty, or too long"
    return None


def _setting_of(error: ValueError, profile: str) -> str | None:
    """The setting whose value *error* quotes: Python's own words for it don't name it."""
    for name, value in (
        *os.environ.items(),
        *(setting for _, section in chain(profile) for setting in section.items()),
    ):
        if str(error) == f"invalid literal for int() with base 10: {value!r}":
            return f"{name} ({value!r})"
    return None


def _helper(profile: str) -> str | None:
    return next((s["credential_process"] for _, s in chain(profile) if "credential_process" in s), None)


def _of_expiration(error: Exception, option: str | None) -> bool:
    named = environment_signs(option) and bool(os.environ.get("AWS_CREDENTIAL_EXPIRATION"))
    return named and isinstance(error, ValueError | TypeError | OverflowError)


def _words(error: Exception) -> str:
    return clean(" ".join(str(error).split()) or type(error).__name__, limit=300)
