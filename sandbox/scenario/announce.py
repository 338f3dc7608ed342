"""What a sandbox says once it serves: to a person in a shell, or to the program that owns it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from sandbox.scenario.cast import KeyInUse, Scenario, WayIn
from sandbox.scenario.sender import PATH


def as_exports(environment: Mapping[str, str], scenario: Scenario, left: Sequence[str] = ()) -> str:
    """Lines for a shell; beside the exports all are comments. What is *left* in it would lead elsewhere."""
    lines = exports(environment, left)
    lines += _hints(scenario.leaked)
    if stolen := scenario.stolen:
        lines += [
            "#",
            f"# An access key of {stolen.user} has leaked, and sessions that it opened are in use: "
            f"{stolen.key.access_key_id}",
            "# To stop the key, and then what was opened with it:",
            f"#   stanch respond {stolen.key.access_key_id} --step deactivate --yes",
            f"#   stanch respond {stolen.key.access_key_id} --step sessions --yes",
            "#",
        ]
    lines += _ways_in(scenario.ways_in)
    lines.append("# Interrupt this (ctrl+c) to end the account; nothing of it stays.")
    return "\n".join(lines)


def exports(environment: Mapping[str, str], left: Sequence[str] = ()) -> list[str]:
    """The lines that lead any AWS client here, and nowhere else."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    others = (name for name in left if name.startswith("AWS_") and name not in environment)
    lines.append(f"unset {' '.join(sorted({'AWS_PROFILE', 'AWS_SESSION_TOKEN', *others}))}")
    if any(name.upper().endswith("_PROXY") for name in left):
        lines.append(
            'export NO_PROXY="127.0.0.1${NO_PROXY:+,$NO_PROXY}" no_proxy="127.0.0.1${no_proxy:+,$no_proxy}"'
        )
    return lines


def as_json(environment: Mapping[str, str], scenario: Scenario, left: Sequence[str] = ()) -> str:
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
            "stolen": _stolen(scenario),
            "ways_in": [
                {"account": each.account, "role_arn": each.arn, "external_id": each.external_id}
                for each in scenario.ways_in
            ],
        }
    )


def _stolen(scenario: Scenario) -> dict[str, object] | None:
    if (stolen := scenario.stolen) is None:
        return None
    sessions = [
        {"access_key_id": each.access_key_id, "secret_access_key": each.secret, "session_token": each.token}
        for each in stolen.sessions
    ]
    return {
        "user": stolen.user,
        "access_key_id": stolen.key.access_key_id,
        "secret_access_key": stolen.key.secret_access_key,
        "sessions": sessions,
    }


def _ways_in(ways_in: Sequence[WayIn]) -> list[str]:
    if not ways_in:
        return []
    first = ways_in[0]
    lines = [
        f"# They are in account {first.account}. To go there by a role, put into the configuration file:"
    ]
    lines += ["#   [accounts]", f'#   role = "{first.role}"', "#"]
    for each in ways_in[1:]:
        lines.append(f"# Another way in: {each.arn}, with the external id {each.external_id}.")
    return [*lines, "#"]


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
