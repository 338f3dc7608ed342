"""A Bedrock key that is used through bedrock-mantle, of which this account's trail records nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sandbox.account.world import ApiCall
from sandbox.cloudtrail.backfill import backfill
from sandbox.drill.model import Event, Foothold, Part, Staging
from sandbox.drill.stage import COLLEAGUE, INTRUDER, OWNER, Stage, reads
from sandbox.iam.credentials import CredentialStore
from sandbox.scenario import audit, cast, people
from sandbox.scenario.past import Caller, Past
from sandbox.scenario.people import ADMIN, BEDROCK, Person, allow

USERS = ("BedrockAPIKey-h42z", "chat-backend", "assistant-prod")
OTHER = "summaries-batch"
WEIGHTS: dict[Part, int] = {"detect": 10, "contain": 30, "recover": 15, "damage": 15, "truth": 30}


def stage(stage: Stage) -> Staging:
    rng, world = stage.rng, stage.world
    user, days = rng.choice(USERS), rng.randrange(60, 300)
    talks = {"talk": allow("bedrock:*", "bedrock-mantle:*")}
    with world.lock:
        now, keys = stage.now, world.part(CredentialStore)
        for person in (Person(user, age=days, inline=talks), Person(OTHER, age=90, inline=talks)):
            people.make(person, now)
        people.make(Person(ADMIN, age=900, inline={"look": allow("iam:List*", "logs:Describe*")}), now)
        admin = people.add_access_key(ADMIN, now - timedelta(days=70))
        leaked = keys.seed(user, BEDROCK, created=now - timedelta(days=days))
        other = keys.seed(OTHER, BEDROCK, created=now - timedelta(days=90))
        trail = audit.make_trail(world, now - timedelta(days=30))
        past = stage.past(now)
        backfill(world, trail, _past(past, admin.access_key_id), past.rng)
    alert = stage.told(
        hard="The bill for Bedrock is nine times that of yesterday.",
        normal="A Bedrock key was found in a public place.",
        easy=f"The Bedrock key {leaked.id} of {user} was found in a public place. It is used "
        "through bedrock-mantle.",
    )
    ask = stage.inference(INTRUDER)
    return Staging(
        title="A Bedrock key used through mantle, where the trail is blind",
        alert=f"{alert} {reads('The chat', user)}",
        weights=WEIGHTS,
        leaked=(leaked.id,),
        subjects=(user, leaked.id),
        recorded=False,
        footholds=[Foothold("key", f"API key {leaked.id}", lambda: ask(leaked.token))],
        duties=[
            stage.posting("the chat", stage.inference(OWNER), leaked.token, stage.handed(user)),
            stage.steady("the nightly summaries", stage.inference(COLLEAGUE), other.token),
        ],
        before=[
            Event(now - timedelta(hours=5), "attacker", f"Began to use {leaked.id} of {user} through mantle.")
        ],
        found=leaked.token if stage.difficulty.told else None,
    )


def _past(past: Past, admin_key: str) -> Iterator[ApiCall]:
    admin = Caller(ADMIN, admin_key, cast.ADMIN_ADDRESS, cast.ADMIN_AGENT)
    for day in range(7):
        yield past.call(past.ago(days=day, hours=past.rng.uniform(3, 11)), admin, "iam.ListUsers")
