"""`python -m sandbox`: serve a pretend account until it is told to end."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import NoReturn

from sandbox.account.world import Settings
from sandbox.client.environment import forget_this_machine
from sandbox.scenario.actors import Actors
from sandbox.scenario.announce import as_exports, as_json
from sandbox.scenario.registry import DEFAULT, SCENARIOS
from sandbox.wire.faults import Fault, parse_fault
from sandbox.wire.server import Sandbox

ANNOUNCE = {"exports": as_exports, "json": as_json}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(argv: Sequence[str] | None = None, forgotten: Sequence[str] = ()) -> int:
    """Serve until a signal comes, or with `--announce json` until standard input ends.

    *forgotten* are the variables that the caller took out of the environment.
    """
    options = _parser().parse_args(argv)
    # The actors and moto use boto3, which nobody's profile, proxy or instance role should reach.
    left = sorted({*forgotten, *forget_this_machine(os.environ)})
    settings = Settings(
        metric_lag=options.lag,
        trail_delay=options.trail_delay,
        credential_ids=options.credential_ids,
        enforce_policies=options.enforce,
    )
    sandbox = Sandbox(port=options.port, settings=settings)
    with _told_to_end() as end, ExitStack() as stack:
        try:
            stack.enter_context(sandbox)
        except OSError as error:
            sys.stderr.write(f"Port {options.port} cannot be served ({error.strerror}): name another.\n")
            return 2
        scenario = SCENARIOS[options.scenario](sandbox.world)
        for fault in options.fault:
            sandbox.faults.add(fault)
        if options.announce == "json":
            _end_with_stdin(end.set)
        sys.stdout.write(ANNOUNCE[options.announce](sandbox.environment(), scenario, left) + "\n")
        sys.stdout.flush()
        if options.actors:
            stack.enter_context(Actors(sandbox.endpoint_url, scenario))
        end.wait()
    return 130 if end.signal == signal.SIGINT else 0


class End(threading.Event):
    """Set once it is time to end, and by which signal."""

    signal: int | None = None


@contextmanager
def _told_to_end() -> Iterator[End]:
    end = End()

    def told(number: int, frame: FrameType | None) -> None:
        end.signal = number
        end.set()

    before = {each: signal.signal(each, told) for each in SIGNALS}
    try:
        yield end
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end_with_stdin(end: Callable[[], None]) -> None:
    """The owner holds the other side of the pipe; however it dies, the pipe ends."""

    def watch() -> None:
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        end()

    threading.Thread(target=watch, name="owner", daemon=True).start()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Two lines, as the other commands have it."""
        self.exit(2, f"stanch: {message[:1].upper()}{message[1:]}.\nFor help: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="stanch sandbox",
        description="Serve a simulated AWS account on 127.0.0.1.",
        epilog="Example: stanch sandbox --port 5000 --fault throttle:ListUsers:3",
    )
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="port to serve on (default: a free one)")
    add("--scenario", choices=sorted(SCENARIOS), default=DEFAULT, help="what the account holds")
    add(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="SPEC",
        help="switch a fault on, such as throttle:ListUsers:3 or consistency:4; may be repeated",
    )
    add("--lag", type=_seconds, default=0.0, metavar="SECONDS", help="how late metrics are")
    add("--trail-delay", type=_seconds, default=5.0, metavar="SECONDS", help="how late a trail delivers")
    add("--credential-ids", action="store_true", help="name the API key in records of its use")
    add("--enforce", action="store_true", help="refuse what its caller's policies do not allow")
    add("--no-actors", "--quiet-actors", dest="actors", action="store_false", help="let nobody act in it")
    add("--announce", choices=sorted(ANNOUNCE), default="exports", help="how to say where it is")
    return parser


def options() -> Iterator[tuple[str, str]]:
    """(how it is written, what it does) of each option, for the manual."""
    for action in _parser()._actions:
        value = action.metavar or (f"[{'|'.join(action.choices)}]" if action.choices else "")
        takes = f" {value}" if action.nargs != 0 and value else ""
        yield f"{', '.join(action.option_strings)}{takes}", action.help or ""


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (0 to 65535)")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(run())
