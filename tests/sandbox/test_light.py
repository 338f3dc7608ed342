"""The demo needs nothing large: no query engine, and nothing that moto has for services left out here."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires

WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

ABSENT = set(sys.argv[1:])
sys.meta_path.insert(0, Absent())

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox

with Sandbox() as sandbox:
    for make in SCENARIOS.values():
        sandbox.reset()
        make(sandbox.world)
    import boto3
    from botocore.exceptions import ClientError

    session = boto3.Session(sandbox.access_key_id, sandbox.secret_access_key, region_name="us-east-1")
    client = lambda service: session.client(service, endpoint_url=sandbox.endpoint_url)
    client("s3").create_bucket(Bucket="answers")
    store = client("cloudtrail").create_event_data_store(Name="all")["EventDataStoreArn"].rpartition("/")[2]
    asked = (
        ("athena", "start_query_execution", {
            "QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": "s3://answers/"}}),
        ("cloudtrail", "start_query", {"QueryStatement": f"SELECT eventID FROM {store}"}),
    )
    for service, operation, parameters in asked:
        try:
            getattr(client(service), operation)(**parameters)
        except ClientError as error:
            print(error.response["Error"]["Message"])
"""


def test_every_scenario_runs_without_what_is_large_and_a_query_says_what_is_missing() -> None:
    extra = [each for each in requires("moto") or () if 'extra == "all"' in each]
    names = {each.split(">")[0].split("=")[0].split(";")[0].strip().lower() for each in extra}
    assert "cfn-lint" in names
    # Others need this one.
    names -= {"pyyaml"}
    modules = {"cfn-lint": "cfnlint", "antlr4-python3-runtime": "antlr4", "aws-xray-sdk": "aws_xray_sdk"}
    absent = {modules.get(name, name.replace("-", "_")) for name in names} | {"duckdb", "sqlglot"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *absent], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == ["Queries are not simulated here: install stanch[athena]."] * 2
