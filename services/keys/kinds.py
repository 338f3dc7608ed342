"""The kinds of credential that a responder can be handed; each is named for people and for scripts."""

from __future__ import annotations

from enum import StrEnum


class KeyKind(StrEnum):
    """The value is what JSON says."""

    API_KEY = "api_key"
    ACCESS_KEY = "access_key"
    TEMPORARY = "temporary_credentials"
    SHORT_TERM = "short_term_api_key"
    BEARER = "service_bearer_token"
    CREDENTIAL_ID = "service_specific_credential"
    PASSWORD = "password"

    @property
    def label(self) -> str:
        """What a person calls it."""
        return _LABELS[self]


_LABELS = {
    KeyKind.API_KEY: "API key",
    KeyKind.ACCESS_KEY: "access key",
    KeyKind.TEMPORARY: "temporary credentials",
    KeyKind.SHORT_TERM: "short-term API key",
    KeyKind.BEARER: "service bearer token",
    KeyKind.CREDENTIAL_ID: "service-specific credential",
    KeyKind.PASSWORD: "password of CodeCommit or Keyspaces",
}
