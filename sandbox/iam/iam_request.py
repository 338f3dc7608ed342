"""What every IAM operation of ours needs from its request: the caller, the page, the refusal."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from moto.iam.exceptions import ValidationError
from moto.iam.responses import IamResponse

from sandbox.account.account import RESPONDER
from sandbox.account.world import World
from sandbox.iam.credentials import CredentialStore
from sandbox.iam.grants import IamHistory
from sandbox.wire.observe import READS

Item = TypeVar("Item")


class IamRequest(IamResponse):
    """One request; moto makes one of these for each, so install() leaves what they share on the class."""

    world: ClassVar[World]

    @property
    def credentials(self) -> CredentialStore:
        return self.world.part(CredentialStore).of_account(self.current_account)

    def call_action(self) -> Any:
        if not READS.match(self._get_action() or ""):
            self.world.part(IamHistory).remember()
        return super().call_action()

    def caller(self) -> str:
        """The user whose access key signed."""
        key = self.backend.access_keys.get(self.access_key)
        return (key.user_name if key else None) or RESPONDER

    def user_name(self) -> str:
        """The user the request is about, who is the caller where none is named."""
        name: str = self._get_param("UserName") or self.caller()
        self.backend.get_user(name)
        return name

    def marker(self) -> str:
        """The key of the last item the client has seen."""
        try:
            return base64.urlsafe_b64decode(self._get_param("Marker") or "").decode()
        except ValueError:
            raise ValidationError("Invalid Marker.") from None

    def limit(self) -> int:
        limit = self._get_int_param("MaxItems", 100)
        if limit < 1:
            raise invalid("maxItems", limit, "Member must have value greater than or equal to 1")
        if limit > 1000:
            raise invalid("maxItems", limit, "Member must have value less than or equal to 1000")
        return int(limit)

    def page(
        self, found: Sequence[Item], key: Callable[[Item], str]
    ) -> tuple[Sequence[Item], dict[str, object]]:
        """The first items of *found* and what says whether there are more.

        *found* begins behind marker() and need not be longer than limit() + 1.
        """
        shown = found[: self.limit()]
        if len(found) <= len(shown):
            return shown, {"IsTruncated": False}
        marker = base64.urlsafe_b64encode(key(shown[-1]).encode()).decode()
        return shown, {"IsTruncated": True, "Marker": marker}


def invalid(parameter: str, value: object, constraint: str) -> ValidationError:
    return ValidationError(
        f"1 validation error detected: Value '{value}' at '{parameter}' "
        f"failed to satisfy constraint: {constraint}"
    )
