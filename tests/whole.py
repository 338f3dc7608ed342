"""What `make test` leaves to `make test-all`, and what is tried of it even so.

`make test` has everything by which a wrong verdict, a wrong key or a lost secret would be seen: the services
and the commands. Left out are the screens, which drive the same services, and what takes long and tells of
something else, or tells the same at more places.
"""

from __future__ import annotations

import re

PLACES = {
    "tests/release/": "builds the one file and runs it where nothing else is",
    "tests/sandbox/": "the pretend account by itself: every other test runs on it",
    "tests/tui/pictures/": "how each screen looks: what it says is told by its own tests",
    "tests/tui/test_": "whole walks on a real terminal: their steps are in tests/tui/screens",
    "tests/tui/shell/test_kill.py": "the kill matrix kills the same processes at more boundaries",
    "tests/tui/shell/test_drill.py": "an exercise, in real time",
    "tests/tui/app/": "the program's frame, whatever it shows: storms of sizes, pairs of keys, job control",
    "tests/tui/frame/": "the frame of a screen",
    "tests/tui/flows/": "how a graph is drawn: what it claims is told in tests/services/traffic",
    "tests/tui/look/": "colours",
    "tests/tui/screens/": "the screens: whatever they change, tests/services and tests/tui/shell change too",
    "tests/services/goals/hardening/": "trails and buckets: no key and no secret",
    "tests/services/goals/governance/": "policies for times to come",
    "tests/tui/shell/test_audit.py": "what is found by looking",
    "tests/tui/shell/test_harden.py": "trails and buckets",
    "tests/tui/shell/test_policy.py": "policies for times to come",
    "tests/tui/shell/test_machine.py::test_nobody_is_needed": "closed streams, every command",
    "tests/tui/shell/test_doctor.py": "every documented policy tried: nothing is changed by it",
    "tests/tui/shell/test_access_keys_page.py": "a page of docs/, typed from top to bottom",
    "tests/tui/shell/test_case_send.py": "what is told to others of a case",
    "tests/tui/shell/test_five_steps.py": "all steps in one walk: each has tests of its own",
    "tests/tui/shell/test_intake.py": "what others report",
    "tests/tui/shell/test_network.py": "servers that drip, in real time",
    "tests/tui/shell/test_webhook.py": "what is told to others of a case",
    "tests/tui/shell/test_terminal.py": "what a command prints on which terminal",
    "tests/services/audit/": "what is found by looking: nothing is changed by it",
    "tests/services/aws/credentials/": "how one signs in, and the AWS CLI started for every way",
    "tests/services/aws/test_drip.py": "every call against a server that drips, in real time",
    "tests/services/keys/test_organization.py": "forty accounts listed",
    "tests/test_from_another_shell.py": "one case from two shells in real time",
}
"""By the beginning of a path: why."""

MATRICES = re.compile(
    r"tests/services/matrices/.*\[(?:hardening|policy"
    r"|issuing-(?:managed|set up to the screen|issue taken|taken back)"
    r"|incident-(?:intruder|review|new user|rotation taken|rotation into a file|managed|sessions|deny"
    r"|log groups|access key left|.* alone))"
)
"""Routes by which no secret is lost for good, and two whose parts others have that are not left out."""


def unread(path: str) -> bool:
    """Whether all of that file or folder is left out, so that it need not even be read."""
    return f"{path}/".startswith(tuple(each for each in PLACES if each.endswith("/"))) or any(
        path.startswith(each) and path.endswith(".py") for each in PLACES
    )


def left_out(node: str) -> bool:
    """Whether the test of that id is in `make test-all` alone."""
    return node.startswith(tuple(PLACES)) or MATRICES.match(node) is not None
