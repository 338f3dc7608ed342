"""Keys have leaked in another account of the organization, which a role of the responder's leads to."""

from __future__ import annotations

from datetime import timedelta

from sandbox.account.account import iam_backend
from sandbox.drill.model import Event, Foothold, Move, Part, Staging
from sandbox.drill.stage import Intruder, Stage, reads
from sandbox.scenario import people, two_accounts
from sandbox.scenario.intruder import CAME, PLANTED_USER
from sandbox.scenario.people import Person, allow
from sandbox.scenario.two_accounts import ROLE, THERE

COLLEAGUE = "payroll-export"
WEIGHTS: dict[Part, int] = {
    "detect": 5,
    "contain": 20,
    "sessions": 20,
    "persistence": 15,
    "recover": 10,
    "damage": 15,
    "truth": 15,
}


def stage(stage: Stage) -> Staging:
    scenario = two_accounts.seed(stage.world)
    leaked, stolen = scenario.leaked, scenario.stolen
    assert leaked is not None
    assert stolen is not None
    with stage.world.lock:
        now = stage.now
        people.make(Person(COLLEAGUE, age=200, inline={"look": allow("logs:Describe*")}), now, THERE)
        colleague = people.add_access_key(COLLEAGUE, now - timedelta(days=90), account=THERE)
        planted = people.add_access_key(PLANTED_USER, now - CAME + timedelta(minutes=10), account=THERE)
        may = allow("logs:Describe*", "iam:*AccessKey*")
        iam_backend(THERE).put_user_policy(PLANTED_USER, "metrics", may)
    key_id = stolen.key.access_key_id
    alert = stage.told(
        hard="Someone from nowhere is in one of the organization's accounts.",
        normal=f"A file with two keys is public: a logs key's token, and the access key {key_id}.",
        easy=f"A public file holds the logs key {leaked.key_id} of {leaked.user}, and the access key "
        f"{key_id} of {stolen.user}, of account {THERE}. It opened sessions.",
    )
    staging = Staging(
        title="Two keys of another account",
        alert=f"{alert} The role arn:aws:iam::{THERE}:role/{ROLE} leads to the account {THERE}. "
        f"There {reads('the service', leaked.user)}",
        weights=WEIGHTS,
        leaked=(leaked.key_id, key_id),
        subjects=(leaked.user, leaked.key_id, stolen.user, key_id, planted.access_key_id),
        duties=[
            stage.posting(
                "the service", stage.shipping(leaked), leaked.token, stage.handed(leaked.user, THERE)
            ),
            stage.duty(COLLEAGUE, colleague),
        ],
        before=[
            Event(now - CAME, "attacker", f"Found both keys in account {THERE}, and opened sessions."),
            Event(now - CAME + timedelta(minutes=10), "attacker", f"Made an access key of {PLANTED_USER}."),
        ],
        found=leaked.token if stage.difficulty.told else None,
    )
    flood = stage.shipping(leaked, attacks=True)
    staging.footholds.append(Foothold("key", f"API key {leaked.key_id}", lambda: flood(leaked.token)))
    villain = Intruder(stage, staging, {})
    villain.take("key", f"access key of {stolen.user}", stolen.key)
    for each in stolen.sessions:
        villain.take("session", f"session of {each.holder}", each)
    villain.take("persistence", f"access key of {PLANTED_USER}", planted, manages_keys=True)
    staging.moves = [Move("come back", stage.about(540), lambda: villain.come_back(PLANTED_USER), every=180)]
    return staging
