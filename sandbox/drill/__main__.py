"""`python -m sandbox.drill`: play one drill, and tell on standard output how it stands, a line at a time.

Each line is a JSON document. The first says where the account is; then comes the result so far, again and
again. The owner writes one line, `{"by": …, "reports": […]}`, to end it, and the last line is the result.
Where standard input just ends, the owner is gone, and so is the drill.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

from sandbox.account.world import Settings
from sandbox.client.environment import forget_this_machine
from sandbox.drill.game import Drill, EndedBy
from sandbox.drill.model import DIFFICULTIES
from sandbox.drill.registry import SCENARIOS
from sandbox.scenario.announce import exports
from sandbox.wire.server import Sandbox

TICK = 0.25
"""Seconds between two looks whether anything is due."""
SO_FAR = 10.0
"""Seconds between two results so far."""


def run(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    forget_this_machine(os.environ)
    # An interrupt of the terminal is for the owner, who then ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = Settings(metric_lag=2.0, trail_delay=5.0)
    with Sandbox(port=options.port, settings=settings) as sandbox:
        drill = Drill(sandbox, options.scenario, seed=options.seed, difficulty=options.difficulty)
        if options.minutes is not None:
            drill.length = timedelta(minutes=options.minutes)
        environment = sandbox.environment()
        _say(
            {
                "endpoint_url": sandbox.endpoint_url,
                "environment": environment,
                "exports": exports(environment, options.left.split(",") if options.left else ()),
                "title": drill.staging.title,
                "alert": drill.staging.alert,
                "found": drill.staging.found,
                "ends": f"{drill.began + drill.length:%Y-%m-%dT%H:%M:%SZ}",
            }
        )
        _play(drill)
    return 0


def _play(drill: Drill) -> None:
    orders: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), name="owner", daemon=True).start()
    since, over = SO_FAR, False
    try:
        while True:
            drill.tick()
            over = over or not drill.left
            if since >= SO_FAR or over:
                _say(drill.so_far() | {"over": over})
                since = 0.0
            try:
                # Once the time is over nobody acts any more, and only the owner's word is waited for.
                order = orders.get(timeout=None if over else TICK)
            except Empty:
                since += TICK
                continue
            if order is not None:
                by: EndedBy = "time" if order.get("by") == "time" else "responder"
                reports = [each for each in order.get("reports", ()) if isinstance(each, dict)]
                _say(drill.end(*reports, by=by))
            return
    finally:
        drill.close()


def _listen(orders: SimpleQueue[dict[str, Any] | None]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    orders.put(None)


def _say(document: object) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.drill")
    add = parser.add_argument
    add("--scenario", choices=list(SCENARIOS), required=True)
    add("--seed", type=int, default=1)
    add("--difficulty", choices=list(DIFFICULTIES), default="normal")
    add("--port", type=int, default=0)
    add("--left", default="", help="variables that would lead elsewhere, to be unset where it is played")
    add("--minutes", type=float, help="play for so long, whatever the difficulty says")
    return parser


if __name__ == "__main__":
    sys.exit(run())
