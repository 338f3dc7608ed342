"""The command line against the AWS CLI, on the same account over the same HTTP."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.account import account, leaked
from bench.measure import Row, process, ratio

BY_NAME = Path(sys.executable).parent


def rows() -> Iterator[Row]:
    aws, stanch = str(BY_NAME / "aws"), str(BY_NAME / "stanch")
    value, note = ratio(process([stanch, "--help"], os.environ), process([stanch, "--version"], os.environ))
    yield Row("stanch --help, against stanch --version", value, 1.5, note=note)
    with account(leaked) as served, tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "STANCH_STATE_DIR": state}
        value, note = ratio(
            process([stanch, "keys", "--json"], environment),
            process([aws, "iam", "list-service-specific-credentials", "--all-users"], environment),
        )
        yield Row("keys --json, against aws iam list-… --all-users", value, 1.5, note=note)
        user, key_id = served.seeded["user"], served.seeded["key_id"]
        deactivate = [stanch, "respond", key_id, "--user", user, "--step", "deactivate", "--yes"]
        activate = [aws, "iam", "update-service-specific-credential", "--status", "Active"]
        activate += ["--user-name", user, "--service-specific-credential-id", key_id]
        value, note = ratio(process(deactivate, environment), process(activate, environment))
        yield Row("respond … --step deactivate --yes, against aws iam update-…", value, 2.0, note=note)
        served.calls()
        process(deactivate, environment)()
        before = served.calls().index("UpdateServiceSpecificCredential")
        yield Row("API calls before that update", before, 5, unit="")
