"""One key in words: its row in the table, and all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Role, Span

if TYPE_CHECKING:
    from services.keys.holdings import UserHoldings
    from services.keys.inventory import Key
    from services.keys.risks import Risk
    from tui.screens.keys.keylist import KeyList

SIGNS: dict[str | None, Span] = {"high": ("‼", "alarm"), "medium": ("!", "warn"), "info": ("·", "text")}
_STATUS: dict[str, Role] = {"Active": "text", "Inactive": "quiet", "Expired": "quiet"}

_NOT_LISTED = "Access keys and sessions aren't listed here. Has one leaked? Press i and paste it or its ID."


def sign(level: str | None) -> Span:
    return SIGNS.get(level, (" ", "text"))


def weight_of(key: Key) -> Role:
    return _STATUS.get(key.status, "warn")


def columns(keys: KeyList, now: Callable[[], datetime]) -> Sequence[Column[Key]]:
    def mark(key: Key) -> Span:
        if key.id in keys.marked:
            return ("●", "accent")
        if key.id in keys.cases:
            return ("◆", "accent")
        changed = keys.changed(key)
        return (" ", "text") if changed is None else ("+" if changed == "new" else "~", "accent")

    def user(key: Key) -> Span:
        if not keys.grouped:
            return (key.user, weight(key))
        count = keys.keys_of_user(key)
        more = f" ({count})" if count and count > 1 else ""
        return (f"{key.user}{more}" if count else "└", weight(key) if count else "quiet")

    def weight(key: Key) -> Role:
        if key.id in keys.glowing:
            return "accent"
        return weight_of(key)

    def expires(key: Key) -> Span:
        role = weight(key)
        if role == "text" and any(risk.name in ("never-expires", "expires-soon") for risk in key.risks):
            role = "warn"
        return (words.expiry(key.credential.expires, now()), role)

    return (
        Column("", mark, 1, gap=0),
        Column("", lambda key: sign(key.worst), 1, gap=1),
        Column("KEY ID", lambda key: (key.id, weight(key)), 21, gap=1),
        Column("USER", user, 19, flex=2, drop=2),
        Column("SERVICE", lambda key: (key.short_service, weight(key)), 8, flex=1, drop=3, gap=1),
        Column("STATUS", lambda key: (key.status.lower(), weight(key)), 8, gap=1),
        Column("AGE", lambda key: (words.age(key.age_days(now())), weight(key)), 5, right=True, drop=5),
        Column("EXPIRES", expires, 8, drop=4),
    )


def instead(keys: KeyList, trouble: str | None, waiting: str | None) -> list[Line]:
    """What stands where there is no row, and why there is none."""
    if trouble:
        return [
            (("‼ ", "alarm"), (trouble, "text")),
            (),
            (("ctrl+r refreshes · ! shows all errors", "quiet"),),
        ]
    if keys.filter and keys.keys:
        return [((f"No key matches “{keys.filter.text}”. ", "text"), ("esc shows all", "quiet"))]
    if waiting or (inventory := keys.inventory) is None:
        return [((waiting or "", "quiet"),)]
    if inventory.unreadable:
        return [(("! ", "warn"), (part.words, "text")) for part in inventory.unreadable]
    return [
        ((f"Account {inventory.account} has no service-specific credentials.", "text"),),
        (),
        ((_NOT_LISTED, "quiet"),),
    ]


def details(
    key: Key, held: UserHoldings | None, now: datetime, asking: str | None, case: str | None = None
) -> list[Line]:
    """Paragraphs, the most worrying first; *asking* says what is being asked of the user."""
    made = key.credential
    told: list[Line] = [((f"◆ case {case} is open", "accent"),)] if case else []
    if key.risks:
        told.append(_joined([_risk(risk) for risk in key.risks]))
    dates = f"made {_date(made.created, now)}, {expires_told(key, now)}"
    told.append(((made.alias or "no alias", "text"), (f" · {dates}", "quiet")))
    told += _holdings(key.user, held, asking)
    return told


def made_told(key: Key, now: datetime) -> str:
    return f"{_date(key.credential.created, now)}, {words.count(key.age_days(now), 'day')} ago"


def _risk(risk: Risk) -> Line:
    mark, role = SIGNS.get(risk.level, ("·", "text"))
    return ((f"{mark} ", role), (risk.words, role))


def _joined(lines: Sequence[Line]) -> Line:
    joined = lines[0]
    for line in lines[1:]:
        joined = (*joined, ("  ", "text"), *line)
    return joined


def _holdings(user: str, held: UserHoldings | None, asking: str | None) -> list[Line]:
    if held is None:
        return [((asking or f"what else {user} has was not read yet", "quiet"),)]
    lines: list[Line] = [
        (("? ", "warn"), (f"{part.what}: not known. {part.error}", "warn")) for part in held.unreadable
    ]
    has: list[str] = []
    if held.access_keys is not None:
        has.append(_access_keys(held))
    if held.has_login is not None:
        has.append("a console password" if held.has_login else "no console password")
    if has:
        lines.append((("its user also has ", "quiet"), (" and ".join(has), "text")))
    rights = [
        (name, "none" if not found else ", ".join(found))
        for name, found in (
            ("inline policies", tuple(held.inline) if held.inline is not None else None),
            (
                "attached policies",
                tuple(arn.rsplit("/", 1)[-1] for arn in held.attached) if held.attached is not None else None,
            ),
            ("groups", held.groups),
        )
        if found is not None
    ]
    lines += [((f"{name}: ", "quiet"), (found, "text")) for name, found in rights]
    return lines


def _access_keys(held: UserHoldings) -> str:
    keys = held.access_keys or ()
    if not keys:
        return "no access key"
    active = sum(key.status == "Active" for key in keys)
    return f"{words.count(len(keys), 'access key')} ({active} active)"


def _date(moment: datetime, now: datetime) -> str:
    return moment.strftime("%Y-%m-%d") if moment.date() != now.date() else moment.strftime("today %H:%M")


def expires_told(key: Key, now: datetime) -> str:
    expires = key.credential.expires
    if expires is None:
        return "never expires"
    verb = "expired" if expires <= now else "expires"
    return f"{verb} {_date(expires, now)} ({words.expiry(expires, now)})"
