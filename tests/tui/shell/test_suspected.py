"""The shell's way to say since when a key may have leaked, and what is compromised as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.services.incident.test_others import OWN, THEIRS, record
from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit


def test_the_moment_is_kept_and_what_else_is_compromised_is_said(
    stanch: Stanch, leaked: Account, boto: Callable[..., Any], tmp_path: Path
) -> None:
    made = boto("iam").create_access_key(UserName=leaked.user)["AccessKey"]["AccessKeyId"]
    records = [record(n * 10, "ListUsers", made, OWN) for n in range(10)]
    records += [record(120, "ListUsers", made, THEIRS)]
    for each in records:
        each["userIdentity"] |= {
            "userName": leaked.user,
            "arn": f"arn:aws:iam::123456789012:user/{leaked.user}",
        }
    path = tmp_path / "records.json"
    path.write_text(json.dumps({"Records": records}))
    key = ("respond", leaked.key_id, "--user", leaked.user, "--yes")
    review = (*key, "--step", "review", "--source", str(path), "--since", "2020-11-20")
    done = stanch(*review, "--suspected", "2020-11-20T13:50Z")
    assert done.code == Exit.INCOMPLETE, "files do not show that all was recorded"
    assert (
        "1 call from 1 address not seen before 2020-11-20 13:50:00; 10 from the owner's usual address."
        in done.out
    )
    assert f"Compromised as well: access key {made} of {leaked.user}, Active: stanch " in done.err
    # It is kept: a review without it is measured against the same moment.
    again = stanch(*review, "--json").json
    assert [(each["id"], each["state"], each["sure"]) for each in again["compromised_as_well"]] == [
        (made, "Active", True)
    ]
    done = stanch(*key, "--step", "access-keys", "--access-key", made, "--json")
    assert [each["state"] for each in done.json["compromised_as_well"]] == ["Inactive"]
    closed = stanch("case", "close", again["case"])
    assert "ompromised" not in closed.err
    assert stanch(*key, "--step", "deny", "--suspected", "1h").code == Exit.USAGE
