"""An administrator's access key, public for four hours; the trap is a session that outlives the key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sandbox.account.account import AccessKey, iam_backend
from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.cloudtrail.backfill import backfill
from sandbox.drill.model import Event, Move, Part, Staging
from sandbox.drill.stage import EVERYTHING, INTRUDER, OWNER, Intruder, Stage, reads
from sandbox.iam.sessions import Session, open_session
from sandbox.scenario import audit, cast, intruder, people
from sandbox.scenario.past import Caller, Past
from sandbox.scenario.people import Person, allow

USERS = ("ops-admin", "platform-admin", "infra-admin")
PLANTED = ("svc-metrics", "backup-sync", "cfn-helper")
SESSIONS = ("maintenance", "support-7", "audit")
COLLEAGUE = "release-bot"
PUBLIC = timedelta(hours=4)
AUDITED = timedelta(days=30)
WEIGHTS: dict[Part, int] = {
    "detect": 5,
    "contain": 20,
    "sessions": 15,
    "persistence": 15,
    "recover": 15,
    "damage": 15,
    "truth": 15,
}


def stage(stage: Stage) -> Staging:
    rng, world = stage.rng, stage.world
    user, planted_user, session_name = rng.choice(USERS), rng.choice(PLANTED), rng.choice(SESSIONS)
    with world.lock:
        now = stage.now
        for person in _people(user, planted_user):
            people.make(person, now)
        leaked = people.add_access_key(user, now - timedelta(days=rng.randrange(300, 700)))
        healthy = people.add_access_key(COLLEAGUE, now - timedelta(days=80))
        came = now - PUBLIC + timedelta(minutes=rng.uniform(6, 20))
        planted = people.add_access_key(planted_user, came + timedelta(minutes=9))
        session = _federated(user, session_name, came + timedelta(minutes=3))
        trail = audit.make_trail(world, now - AUDITED)
        past = stage.past(now)
        calls = _past(past, came, _Cast(user, leaked, planted_user, planted, session))
        backfill(world, trail, calls, past.rng)
    alert = stage.told(
        hard=f"CloudTrail shows calls of an administrator's from {INTRUDER.address}, an address that nobody "
        "knows. Something leaked.",
        normal=f"GitHub: the access key {leaked.access_key_id} has been public for four hours.",
        easy=f"GitHub: the access key {leaked.access_key_id} of the user {user}, an administrator, has been "
        "public for four hours. A session that it opened needs to be ended too.",
    )
    staging = Staging(
        title="An administrator's access key, public for four hours",
        alert=f"{alert} {reads('The automation', user)}",
        weights=WEIGHTS,
        leaked=(leaked.access_key_id,),
        found=leaked.access_key_id if stage.difficulty.told else None,
        subjects=(user, leaked.access_key_id, session.access_key_id, planted_user, planted.access_key_id),
        duties=[
            stage.automation("the automation", leaked, stage.handed(user)),
            stage.duty("release-bot", healthy),
        ],
        before=[
            Event(now - PUBLIC, "attacker", f"{leaked.access_key_id} of {user} became public."),
            Event(came, "attacker", f"Found it, and called from {INTRUDER.address}."),
            Event(session.issued, "attacker", f"Opened the federation session {session.access_key_id}."),
            Event(
                came + timedelta(minutes=9),
                "attacker",
                f"Made the administrator {planted_user} with the access key {planted.access_key_id}.",
            ),
        ],
    )
    villain = Intruder(stage, staging, {})
    key = villain.take("key", f"access key of {user}", leaked, manages_keys=True)
    villain.take("session", "federation session", session)
    villain.take("persistence", f"access key of {planted_user}", planted, manages_keys=True)
    again = session_name + "-2"
    staging.moves = [
        Move("open another session", stage.about(420), lambda: villain.open_session(key, again)),
        Move("come back", stage.about(540), lambda: villain.come_back(planted_user), every=180),
    ]
    return staging


def _people(user: str, planted: str) -> tuple[Person, ...]:
    return (
        Person(user, age=720, attached=("AdministratorAccess",)),
        Person(COLLEAGUE, age=260, inline={"release": allow("logs:Describe*", "s3:Get*", "s3:List*")}),
        Person(planted, age=0, attached=("AdministratorAccess",)),
    )


def _federated(user: str, name: str, issued: datetime) -> Session:
    found = iam_backend().get_user(user)
    return open_session(
        "FederatedUser",
        account=ACCOUNT,
        arn=f"arn:aws:sts::{ACCOUNT}:federated-user/{name}",
        user_id=f"{ACCOUNT}:{name}",
        holder=user,
        holder_id=found.id,
        issued=issued,
        lasts=timedelta(hours=36),
        policy=EVERYTHING,
    )


class _Cast:
    """Who had which credentials by then."""

    def __init__(
        self, user: str, leaked: AccessKey, planted_user: str, planted: AccessKey, session: Session
    ) -> None:
        self.user, self.leaked = user, leaked
        self.planted_user, self.planted, self.session = planted_user, planted, session


def _past(past: Past, came: datetime, by: _Cast) -> Iterator[ApiCall]:
    nightly = Caller(by.user, by.leaked.access_key_id, OWNER.address, OWNER.agent)
    for hour in range(2, 7 * 24, 6):
        time = past.ago(hours=hour, minutes=past.rng.uniform(0, 50))
        yield past.call(time, nightly, "sts.GetCallerIdentity")
        yield past.call(time + timedelta(seconds=4), nightly, "logs.DescribeLogGroups")
    thief = Caller(by.user, by.leaked.access_key_id, INTRUDER.address, INTRUDER.agent)

    def later(minutes: float) -> datetime:
        return came + timedelta(minutes=minutes)

    yield past.call(came, thief, "sts.GetCallerIdentity")
    yield past.call(later(1), thief, "iam.ListUsers")
    name = by.session.arn.rpartition("/")[2]
    yield past.call(
        by.session.issued,
        thief,
        "sts.GetFederationToken",
        {"name": name, "durationSeconds": 129_600},
        response={
            "credentials": {
                "accessKeyId": by.session.access_key_id,
                "expiration": f"{by.session.expires:%b %-d, %Y, %-I:%M:%S %p}",
            },
            "federatedUser": {"federatedUserId": by.session.user_id, "arn": by.session.arn},
        },
    )
    made_user = iam_backend().get_user(by.planted_user)
    user = {"userName": made_user.name, "userId": made_user.id, "arn": str(made_user.arn)}
    yield past.call(later(7), thief, "iam.CreateUser", {"userName": by.planted_user}, response={"user": user})
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    yield past.call(
        later(8), thief, "iam.AttachUserPolicy", {"userName": by.planted_user, "policyArn": admin}
    )
    made = {
        "accessKeyId": by.planted.access_key_id,
        "status": "Active",
        "userName": by.planted_user,
    }
    yield past.call(
        later(9), thief, "iam.CreateAccessKey", {"userName": by.planted_user}, response={"accessKey": made}
    )
    session = intruder.by_session(by.session, cast.ATTACKER_ADDRESSES[1], INTRUDER.agent)
    planted = Caller(by.planted_user, by.planted.access_key_id, cast.ATTACKER_ADDRESSES[1], INTRUDER.agent)
    time = later(12)
    while time < past.now:
        yield past.call(time, session, "logs.DescribeLogGroups")
        yield past.call(time + timedelta(minutes=3), planted, "secretsmanager.ListSecrets")
        time += timedelta(minutes=17 * past.rng.uniform(0.8, 1.2))
