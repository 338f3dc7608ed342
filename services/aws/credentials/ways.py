"""The roles by which other accounts are reached, as the responder has configured them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from services.base.arn import account_in, partition_in


class Hop(msgspec.Struct, frozen=True):
    """A role to assume, the external id that it asks for, and whether it is told who goes there."""

    role_arn: str
    external_id: str | None = None
    names_operator: bool = False
    operator: str | None = None
    """Who that is, where it is known already."""

    @property
    def account(self) -> str:
        return account_in(self.role_arn)

    @property
    def partition(self) -> str:
        return partition_in(self.role_arn)


class Way(msgspec.Struct, frozen=True):
    """*role* is a role's name, with its path if it has one, or an ARN with ``{account}`` for the account.

    What is None stands as it is said for more accounts.
    """

    role: str | None = None
    external_id: str | None = None
    names_operator: bool | None = None

    def over(self, other: Way) -> Way:
        return Way(
            self.role or other.role,
            other.external_id if self.external_id is None else self.external_id,
            other.names_operator if self.names_operator is None else self.names_operator,
        )


class Ways(msgspec.Struct, frozen=True):
    """*exceptions* by account, or by the organization (``o-…``) of whoever goes there."""

    usual: Way = Way()
    exceptions: Mapping[str, Way] = msgspec.field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.usual.role is not None or any(way.role for way in self.exceptions.values())

    def by(self, role: str | None) -> Ways:
        """The same with *role* in every account, where one is named; what is said there stays."""
        if role is None:
            return self
        named = Way(role)
        return Ways(named.over(self.usual), {name: named.over(way) for name, way in self.exceptions.items()})

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those that a role is configured for by their ids."""
        return tuple(name for name in self.exceptions if name.isdigit() and self.may_lead_to(name))

    @property
    def by_organization(self) -> bool:
        """Whether it must be known in which organization the caller is."""
        return any(name.startswith("o-") for name in self.exceptions)

    def may_lead_to(self, account: str) -> bool:
        """Whether a role is configured for it, as far as that can be told without asking."""
        own = self.exceptions.get(account)
        return bool((own and own.role) or self.usual.role or self.by_organization)

    def hop_to(self, account: str, partition: str, organization: str | None = None) -> Hop | None:
        """The role for that account; None where none is configured."""
        way = self._way_to(account, organization)
        if way.role is None:
            return None
        arn = way.role.replace("{account}", account)
        if not arn.startswith("arn:"):
            arn = f"arn:{partition}:iam::{account}:role/{way.role.strip('/')}"
        return self._hop(way, arn)

    def hop_by(self, role_arn: str, organization: str | None = None) -> Hop:
        """The role that was named itself, with what is configured to be said in its account."""
        return self._hop(self._way_to(account_in(role_arn), organization), role_arn)

    def _way_to(self, account: str, organization: str | None) -> Way:
        way = self.usual
        for name in (organization, account):
            if name is not None and name in self.exceptions:
                way = self.exceptions[name].over(way)
        return way

    def _hop(self, way: Way, role_arn: str) -> Hop:
        named = bool(self) if way.names_operator is None else way.names_operator
        return Hop(role_arn, way.external_id or None, named)
