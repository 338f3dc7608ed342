"""A logs key that floods a log group, and an access key of the same user that leaked beside it."""

from __future__ import annotations

from sandbox.account.account import AccessKey, iam_backend
from sandbox.drill.model import Event, Foothold, Move, Part, Staging
from sandbox.drill.stage import Intruder, Stage, reads
from sandbox.scenario import leaked_key
from sandbox.scenario.past import ATTACK, planted_at

WEIGHTS: dict[Part, int] = {
    "detect": 10,
    "contain": 25,
    "persistence": 20,
    "recover": 15,
    "damage": 15,
    "truth": 15,
}


def stage(stage: Stage) -> Staging:
    scenario = leaked_key.seed(stage.world)
    leaked = scenario.leaked
    assert leaked is not None
    assert scenario.deployer is not None
    user = leaked.user
    with stage.world.lock:
        keys = [
            AccessKey(each.access_key_id, each.secret_access_key)
            for each in iam_backend().get_user(user).access_keys
        ]
    alert = stage.told(
        hard=f"IncomingBytes of {leaked.log_group} has risen twentyfold, and what comes in is rubbish.",
        normal="A token was found in a public place. Its service's log group is being flooded.",
        easy=f"A token of {user} was found in a public place, the key {leaked.key_id}. {leaked.log_group} is "
        "being flooded. An access key of the same user was in the same file.",
    )
    staging = Staging(
        title="A logs key that floods a log group",
        alert=f"{alert} {reads('The service', user)}",
        weights=WEIGHTS,
        leaked=(leaked.key_id,),
        subjects=(user, leaked.key_id, leaked.log_group, *(each.access_key_id for each in keys)),
        duties=[
            stage.posting(
                "the service", stage.shipping(leaked), leaked.token, stage.deployment(scenario.deployer, user)
            ),
            *(
                stage.steady(f"the shipper of {each.user}", stage.shipping(each), each.token)
                for each in scenario.shippers
            ),
        ],
        before=[
            Event(stage.now - ATTACK, "attacker", f"Began to post with the key {leaked.key_id} of {user}."),
            Event(planted_at(stage.now), "attacker", f"Made a second access key of {user}."),
        ],
        found=leaked.token if stage.difficulty.told else None,
    )
    flood = stage.shipping(leaked, attacks=True)
    staging.footholds.append(Foothold("key", f"API key {leaked.key_id}", lambda: flood(leaked.token)))
    villain = Intruder(stage, staging, {})
    for each in keys:
        villain.take("persistence", f"access key of {user}", each, manages_keys=True)
    staging.moves = [Move("come back", stage.about(420), lambda: villain.come_back(user), every=150)]
    return staging
