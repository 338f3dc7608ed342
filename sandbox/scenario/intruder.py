"""What somebody did with an access key that had leaked, and the sessions that they opened with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.account.account import iam_backend
from sandbox.account.world import ACCOUNT, HOME_REGION, Actor, ApiCall
from sandbox.iam.sessions import Session, SessionKind, open_session
from sandbox.scenario import cast
from sandbox.scenario.past import Caller, Past
from sandbox.wire.identity import actor_of

CAME = timedelta(hours=2)
"""How long ago the intruder came."""

PLANTED_USER = "svc-metrics"


def arn_of(role: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{role}"


@dataclass(frozen=True, slots=True)
class SessionCaller(Caller):
    """Somebody with temporary credentials."""

    session: Session

    @property
    def actor(self) -> Actor:
        return actor_of(self.session)


def by_session(session: Session, address: str, agent: str) -> SessionCaller:
    return SessionCaller(session.holder, session.access_key_id, address, agent, session)


def open_for(
    kind: SessionKind, holder: str, name: str, issued: datetime, lasts: timedelta, account: str = ACCOUNT
) -> Session:
    """A session of the role or the user *holder*, opened in the past; hold world.lock."""
    iam = iam_backend(account)
    if kind == "AssumedRole":
        role = iam.get_role(holder)
        arn, holder_id = f"arn:aws:sts::{account}:assumed-role/{holder}/{name}", role.id
        user_id, role_arn = f"{role.id}:{name}", str(role.arn)
    else:
        user = iam.get_user(holder)
        arn, holder_id, user_id, role_arn = str(user.arn), user.id, user.id, None
    return open_session(
        kind,
        account=account,
        arn=arn,
        user_id=user_id,
        holder=holder,
        holder_id=holder_id,
        issued=issued,
        lasts=lasts,
        role_arn=role_arn,
    )


def opening(past: Past, by: Caller, session: Session, **params: Any) -> ApiCall:
    """The record of the call that opened *session*."""
    operation = "AssumeRole" if session.role_arn else "GetSessionToken"
    asked: dict[str, Any] = {"durationSeconds": int((session.expires - session.issued).total_seconds())}
    credentials = {
        "accessKeyId": session.access_key_id,
        "expiration": f"{session.expires:%b %-d, %Y, %-I:%M:%S %p}",
    }
    answer: dict[str, Any] = {"credentials": credentials}
    if session.role_arn:
        asked |= {"roleArn": session.role_arn, "roleSessionName": session.arn.rpartition("/")[2], **params}
        answer["assumedRoleUser"] = {"assumedRoleId": session.user_id, "arn": session.arn}
    call = past.call(session.issued, by, f"sts.{operation}", asked, response=answer)
    return replace(call, read_only=True)


@dataclass(frozen=True, slots=True)
class Loot:
    """The intruder's sessions: of the user itself, of its role, and of a role assumed from that one."""

    user: Session
    role: Session
    chained: Session

    @property
    def all(self) -> tuple[Session, ...]:
        return (self.user, self.role, self.chained)


def loot(user: str, role: str, other_role: str, now: datetime, account: str = ACCOUNT) -> Loot:
    came, name, hour = now - CAME, "i-0deadbeef", timedelta(hours=1)
    return Loot(
        open_for("IAMUser", user, "", came + timedelta(minutes=3), 36 * hour, account),
        open_for("AssumedRole", role, name, came + timedelta(minutes=5), 12 * hour, account),
        # A chained session lasts an hour: this one was opened lately.
        open_for("AssumedRole", other_role, name, now - timedelta(minutes=20), hour, account),
    )


def intrusion(past: Past, user: str, key_id: str, taken: Loot) -> Iterator[ApiCall]:
    first, second = cast.ATTACKER_ADDRESSES
    boto = "Boto3/1.34.46 md/Botocore#1.34.46 ua/2.0 os/linux lang/python#3.11"
    account = taken.user.account
    stolen = Caller(user, key_id, first, boto, account=account)
    came = past.now - CAME
    steps: tuple[tuple[float, str, Mapping[str, Any], bool], ...] = (
        (0.0, "sts.GetCallerIdentity", {}, False),
        (0.4, "iam.ListUsers", {}, True),
        (0.9, "iam.ListAttachedUserPolicies", {"userName": user}, True),
        (1.6, "secretsmanager.ListSecrets", {}, False),
    )
    for minutes, operation, params, denied in steps:
        yield past.call(came + timedelta(minutes=minutes), stolen, operation, params, denied=denied)
    yield opening(past, stolen, taken.user)
    yield opening(past, stolen, taken.role)
    as_role = by_session(taken.role, second, "aws-cli/1.33.2 " + cast.ATTACKER_AGENTS[1])
    found = iam_backend(account).get_user(PLANTED_USER)
    planted = {"user": {"userName": found.name, "userId": found.id, "arn": str(found.arn)}}
    yield past.call(came + timedelta(minutes=7), as_role, "iam.ListRoles", {})
    yield past.call(
        came + timedelta(minutes=9), as_role, "iam.CreateUser", {"userName": PLANTED_USER}, response=planted
    )
    yield opening(past, as_role, taken.chained)
    for session, every in ((taken.user, 7), (taken.role, 11), (taken.chained, 4)):
        caller = by_session(session, second, boto)
        time = session.issued + timedelta(minutes=1)
        while time < past.now:
            yield past.call(time, caller, "logs.DescribeLogGroups", {}, region=HOME_REGION)
            time += timedelta(minutes=every * past.rng.uniform(0.8, 1.2))
