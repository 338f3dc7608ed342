"""What one user was called, and when: a name is one user's at a time, and may be another's later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.review.words import moment

FEW = 3
"""Names that are told one by one."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name the user had, from *since* to *until* where they are known.

    With *others* the user had it before, and somebody else may have it now.
    """

    name: str
    since: datetime | None = None
    until: datetime | None = None
    others: bool = False
    account: str | None = None
    """Whose user it is; None where no record said it."""

    def at(self, when: datetime) -> bool:
        # Records have whole seconds, and a call and the renaming may be of the same.
        return (self.since is None or when >= self.since) and (self.until is None or when <= self.until)


@dataclass(frozen=True, slots=True)
class Renaming:
    time: datetime
    before: str
    after: str
    account: str | None = None


def renaming(time: datetime, request: Mapping[str, object], account: str | None = None) -> list[Renaming]:
    """The renaming that UpdateUser was asked for, none where it only moved the user."""
    before, after = request.get("userName"), request.get("newUserName")
    known = isinstance(before, str) and isinstance(after, str) and before != after
    return [Renaming(time, str(before), str(after), account)] if known else []


def names_of(user: str, renamings: Iterable[Renaming]) -> tuple[Name, ...]:
    """All names of the user who was the last to be called *user*; none where it always had this one.

    Each account has users of its own: what was renamed in one says nothing of a namesake in another.
    """
    order = sorted(renamings, key=lambda each: each.time)
    accounts = dict.fromkeys(each.account for each in order)
    return tuple(
        replace(name, account=account)
        for account in accounts
        for name in _names(user, [each for each in order if each.account == account])
    )


def _names(user: str, order: Sequence[Renaming]) -> tuple[Name, ...]:
    last = next(
        (at for at in reversed(range(len(order))) if user in (order[at].before, order[at].after)), None
    )
    if last is None:
        return ()
    first, here = order[last], []
    if first.after == user:
        here.append(Name(user, since=first.time))
    else:
        here += _later(first, order[last + 1 :])
        here.append(Name(user, since=first.time, others=True))
    name, until = first.before, first.time
    for each in reversed(order[:last]):
        if each.after == name:
            here.append(Name(name, each.time, until))
            name, until = each.before, each.time
    return (*here, Name(name, until=until))


def _later(first: Renaming, order: Iterable[Renaming]) -> list[Name]:
    """What the user was called from *first* on, the newest name first."""
    found: list[Name] = []
    name, since = first.after, first.time
    for each in order:
        if each.before == name:
            found.insert(0, Name(name, since, each.time))
            name, since = each.after, each.time
    return [Name(name, since=since), *found]


def told(names: Iterable[Name], user: str, *, of_accounts: bool = False) -> str:
    """What the user was called, and when, in sentences; *of_accounts* where it may be of any."""
    said, others = "", [each for each in names if each.others or each.name != user]
    for name in others[:FEW]:
        since = f" since {moment(name.since)}" if name.since else ""
        when = f" until {moment(name.until)}{f' (and{since})' if since else ''}" if name.until else since
        if name.others:
            said += f" Another user may be called {name.name}{since}: those records are included too."
        else:
            whose = f" of account {name.account}" if of_accounts and name.account else ""
            said += f" The user{whose} was called {name.name}{when}: those records are included."
    if len(others) > FEW:
        said += f" It was renamed {len(others) - FEW:,} more times: those records are included."
    return said
