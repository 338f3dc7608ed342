"""What a sandbox says once it serves: to a person in a shell, or to the program that owns it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from urllib.parse import urlencode

from sandbox.scenario.cast import KeyInUse, Scenario
from sandbox.scenario.sender import PATH


def as_exports(environment: Mapping[str, str], scenario: Scenario) -> str:
    """Lines for a shell; beside the exports all are comments."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    lines += ["unset AWS_PROFILE AWS_SESSION_TOKEN", *_hints(scenario.leaked)]
    lines.append("# Interrupt this (ctrl+c) to end the account; nothing of it stays.")
    return "\n".join(lines)


def as_json(environment: Mapping[str, str], scenario: Scenario) -> str:
    """One line."""
    leaked = scenario.leaked
    return json.dumps(
        {
            "endpoint_url": environment["AWS_ENDPOINT_URL"],
            "environment": dict(environment),
            "scenario": scenario.name,
            "leaked": leaked
            and {
                "token": leaked.token,
                "key_id": leaked.key_id,
                "user": leaked.user,
                "log_group": leaked.log_group,
                "log_stream": leaked.log_stream,
            },
        }
    )


def _hints(leaked: KeyInUse | None) -> list[str]:
    if leaked is None:
        return []
    query = urlencode({"logGroup": leaked.log_group, "logStream": leaked.log_stream}, safe="/")
    return [
        "#",
        "# An API key has leaked. To paste into `stanch identify`:",
        f"#   {leaked.token}",
        "# It is in use. To use it yourself:",
        f"""#   curl -H 'Authorization: Bearer {leaked.token}' -d '{{"event":"hello"}}' """
        f'''"$AWS_ENDPOINT_URL{PATH}?{query}"''',
        "# To stop it:",
        f"#   stanch respond {leaked.key_id} --step deactivate --yes",
        "#",
    ]
