"""A false alarm: the key that was found is another's decoy, and there is nothing to stop."""

from __future__ import annotations

from datetime import timedelta

from sandbox.cloudtrail.backfill import backfill
from sandbox.drill.model import Event, Part, Staging
from sandbox.drill.stage import Stage
from sandbox.iam.credentials import new_id
from sandbox.scenario import audit, cast, people
from sandbox.scenario.past import Caller
from sandbox.scenario.people import Person, allow

DECOYS = ("534261010715", "595918472158", "717712589309", "819147034852")
"""Accounts of canarytokens.org, by which trufflehog knows them."""

USERS = ("release-bot", "backup-job", "report-mailer")
WEIGHTS: dict[Part, int] = {"untouched": 70, "closed": 30}


def stage(stage: Stage) -> Staging:
    rng, world = stage.rng, stage.world
    user = rng.choice(USERS)
    bait = "AKIA" + new_id(rng.choice(DECOYS), rng.randbytes)[4:20]
    with world.lock:
        now = stage.now
        people.make(Person(user, age=300, inline={"work": allow("logs:Describe*", "s3:Get*")}), now)
        key = people.add_access_key(user, now - timedelta(days=200))
        trail = audit.make_trail(world, now - timedelta(days=30))
        past = stage.past(now)
        caller = Caller(user, key.access_key_id, cast.SERVICE_ADDRESS, cast.DEPLOYER_AGENT)
        hours = range(2, 7 * 24, 5)
        calls = [past.call(past.ago(hours=hour), caller, "logs.DescribeLogGroups") for hour in hours]
        backfill(world, trail, calls, past.rng)
    alert = stage.told(
        hard=f"In the chat: 'is this ours?? {bait}'. It is from a laptop of the team of {user}.",
        normal=f"A scanner found the access key {bait} in a file on a laptop of the team of {user}.",
        easy=f"A scanner found the access key {bait} in a file. Look whose it is before you do anything.",
    )
    return Staging(
        title="An access key in a file: whose is it?",
        alert=alert,
        weights=WEIGHTS,
        leaked=(bait,),
        found=bait,
        subjects=(bait,),
        duties=[stage.duty(user, key)],
        before=[Event(now - timedelta(days=40), "owner", f"The decoy {bait} was put there, to be found.")],
    )
