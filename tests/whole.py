"""What `make test` leaves to `make test-all`, and what is tried of it even so.

`make test` has everything by which a wrong verdict, a wrong key or a lost secret would be seen, and the
screens and commands one by one. Left out is what takes long and tells of something else, or tells the same at
more places.
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
    "tests/tui/app/test_left.py": "every pair of screens and keys: one of each is in tests/tui/screens",
    "tests/tui/app/test_typed_ahead.py": "every pair of commands on every screen",
    "tests/tui/app/test_job_control.py": "a real shell's job control",
    "tests/tui/flows/test_overlap.py": "graphs of every size: tests/tui/flows has those that screens have",
    "tests/tui/screens/help/": "the same keys on every screen",
    "tests/services/aws/credentials/test_as_the_cli.py": "the AWS CLI started for every way to sign in",
    "tests/test_from_another_shell.py": "one case from two shells in real time",
}
"""By the beginning of a path: why."""

MATRICES = re.compile(
    r"tests/services/matrices/.*\[(?:hardening|policy|issuing-managed|issuing-issue taken|incident-"
    r"(?:intruder|review|new user|rotation taken|managed hold|sessions|deny|log groups|access key left))"
)
"""Routes that neither make a secret nor delete a key: nothing of theirs is lost for good."""


def left_out(node: str) -> bool:
    """Whether the test of that id is in `make test-all` alone."""
    return node.startswith(tuple(PLACES)) or MATRICES.match(node) is not None
