"""Every function of the wrappers that asks AWS, with something to ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from services.aws import (
    accessanalyzer,
    account,
    athena,
    authorization,
    cloudtrail,
    cloudwatch,
    iam,
    inlinepolicies,
    insights,
    lake,
    lastaccessed,
    logs,
    organizations,
    regions,
    s3,
    secretsmanager,
    securityir,
    simulation,
    sts,
)
from services.aws.errors import Unexpected
from services.aws.session import AwsSession
from services.quoting.insights import InsightsQuery
from services.quoting.sql import Sql

R, U = "us-east-1", "web"
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
TRAIL = cloudtrail.Trail("t", "arn:aws:cloudtrail:us-east-1:123456789012:trail/t", R, "b")
ANALYZER = accessanalyzer.Analyzer("arn:a", "a", "ACCOUNT", R)


async def drained(pages: AsyncIterator[Any]) -> list[Any]:
    return [page async for page in pages]


async def no_sleep(seconds: float) -> None:
    return None


def _events(aws: AwsSession) -> Any:
    pacer = cloudtrail.Pacer(per_second=1e9, sleep=no_sleep)
    return drained(
        cloudtrail.lookup_events(aws, R, pacer, attribute=("Username", U), since=SINCE, until=UNTIL)
    )


async def _sure_regions(aws: AwsSession) -> regions.AccountRegions:
    """Where AWS does not say, all Regions are given and it is said so: that is no answer of AWS's."""
    found = await regions.enabled_regions(aws)
    if not found.sure:
        raise Unexpected("ListRegions", found.why)
    return found


WRAPPERS: dict[Callable[..., Any], tuple[str, Callable[[AwsSession], Any]]] = {
    accessanalyzer.analyzers: ("accessanalyzer", lambda aws: accessanalyzer.analyzers(aws, R)),
    accessanalyzer.active_findings: (
        "accessanalyzer",
        lambda aws: accessanalyzer.active_findings(aws, ANALYZER, "AWS::IAM::User"),
    ),
    accessanalyzer.validate_policy: (
        "accessanalyzer",
        lambda aws: accessanalyzer.validate_policy(aws, {}, "IDENTITY_POLICY"),
    ),
    account.get_alias: ("iam", account.get_alias),
    athena.start_query: (
        "athena",
        lambda aws: athena.start_query(aws, R, Sql("SELECT 1"), database="d", workgroup="w", output=None),
    ),
    athena.execution: ("athena", lambda aws: athena.execution(aws, R, "q")),
    athena.result_pages: ("athena", lambda aws: drained(athena.result_pages(aws, R, "q"))),
    athena.stop_query: ("athena", lambda aws: athena.stop_query(aws, R, "q")),
    athena.has_table: ("athena", lambda aws: athena.has_table(aws, R, "d", "t")),
    authorization.read_authorization: ("iam", authorization.read_authorization),
    cloudtrail.describe_trails: ("cloudtrail", lambda aws: cloudtrail.describe_trails(aws, R)),
    cloudtrail.is_logging: ("cloudtrail", lambda aws: cloudtrail.is_logging(aws, R, "t")),
    cloudtrail.trail_status: ("cloudtrail", lambda aws: cloudtrail.trail_status(aws, TRAIL)),
    cloudtrail.public_keys: ("cloudtrail", lambda aws: cloudtrail.public_keys(aws, R, SINCE, UNTIL)),
    cloudtrail.event_selectors: ("cloudtrail", lambda aws: cloudtrail.event_selectors(aws, TRAIL)),
    cloudtrail.raw_selectors: ("cloudtrail", lambda aws: cloudtrail.raw_selectors(aws, TRAIL)),
    cloudtrail.lookup_events: ("cloudtrail", _events),
    cloudwatch.get_metric_data: (
        "cloudwatch",
        lambda aws: cloudwatch.get_metric_data(
            aws, R, [cloudwatch.MetricQuery("g")], since=SINCE, until=UNTIL
        ),
    ),
    iam.credential_pages: ("iam", lambda aws: drained(iam.credential_pages(aws))),
    iam.list_credentials: ("iam", lambda aws: iam.list_credentials(aws, U)),
    iam.user_pages: ("iam", lambda aws: drained(iam.user_pages(aws))),
    iam.get_user: ("iam", lambda aws: iam.get_user(aws, U)),
    iam.get_role: ("iam", lambda aws: iam.get_role(aws, "r")),
    iam.get_last_use: ("iam", lambda aws: iam.get_last_use(aws, "AKIAEXAMPLE1A2B3C4D5")),
    iam.list_access_keys: ("iam", lambda aws: iam.list_access_keys(aws, U)),
    iam.has_login_profile: ("iam", lambda aws: iam.has_login_profile(aws, U)),
    iam.list_user_policies: ("iam", lambda aws: iam.list_user_policies(aws, U)),
    iam.get_user_policy: ("iam", lambda aws: iam.get_user_policy(aws, U, "p")),
    iam.get_policy_document: ("iam", lambda aws: iam.get_policy_document(aws, "arn:aws:iam::aws:policy/p")),
    iam.list_attached_policies: ("iam", lambda aws: iam.list_attached_policies(aws, U)),
    iam.list_groups: ("iam", lambda aws: iam.list_groups(aws, U)),
    iam.policies_of_all_users: ("iam", iam.policies_of_all_users),
    iam.list_mfa_devices: ("iam", lambda aws: iam.list_mfa_devices(aws, U)),
    iam.list_ssh_keys: ("iam", lambda aws: iam.list_ssh_keys(aws, U)),
    iam.list_signing_certificates: ("iam", lambda aws: iam.list_signing_certificates(aws, U)),
    iam.list_identity_providers: ("iam", iam.list_identity_providers),
    inlinepolicies.read_inline: ("iam", lambda aws: inlinepolicies.read_inline(aws, "Role", "r")),
    inlinepolicies.created: ("iam", lambda aws: inlinepolicies.created(aws, "Group", "g")),
    inlinepolicies.get_inline: ("iam", lambda aws: inlinepolicies.get_inline(aws, "Group", "g", "p")),
    inlinepolicies.inline_texts: ("iam", lambda aws: inlinepolicies.inline_texts(aws, "Role", "r")),
    inlinepolicies.inline_text: ("iam", lambda aws: inlinepolicies.inline_text(aws, "User", U, "p")),
    insights.start_query: (
        "logs",
        lambda aws: insights.start_query(aws, R, "g", InsightsQuery("limit 1"), 0, 1, limit=1),
    ),
    insights.results: ("logs", lambda aws: insights.results(aws, R, "q")),
    insights.stop_query: ("logs", lambda aws: insights.stop_query(aws, R, "q")),
    lake.event_data_stores: ("cloudtrail", lambda aws: lake.event_data_stores(aws, R)),
    lake.start_query: ("cloudtrail", lambda aws: lake.start_query(aws, R, Sql("SELECT 1"))),
    lake.query_page: ("cloudtrail", lambda aws: lake.query_page(aws, R, "q" * 36)),
    lake.result_pages: (
        "cloudtrail",
        lambda aws: drained(
            lake.result_pages(aws, R, "q" * 36, lake.Page("FINISHED", body={"NextToken": "n"}))
        ),
    ),
    lake.cancel_query: ("cloudtrail", lambda aws: lake.cancel_query(aws, R, "q" * 36)),
    lastaccessed.services_last_accessed: (
        "iam",
        lambda aws: lastaccessed.services_last_accessed(
            aws, "arn:aws:iam::123456789012:user/web", sleep=no_sleep
        ),
    ),
    logs.log_group_pages: ("logs", lambda aws: drained(logs.log_group_pages(aws, R))),
    logs.find_log_group: ("logs", lambda aws: logs.find_log_group(aws, R, "g")),
    logs.has_log_stream: ("logs", lambda aws: logs.has_log_stream(aws, R, "g", "s")),
    logs.message_pages: ("logs", lambda aws: drained(logs.message_pages(aws, R, "g"))),
    organizations.list_scps: ("organizations", organizations.list_scps),
    organizations.scps_of: ("organizations", lambda aws: organizations.scps_of(aws, "r-abcd")),
    organizations.targets_of: ("organizations", lambda aws: organizations.targets_of(aws, "p-abcdefgh")),
    organizations.get_scp: ("organizations", lambda aws: organizations.get_scp(aws, "p-abcdefgh")),
    organizations.describe: ("organizations", organizations.describe),
    organizations.management_account: ("organizations", organizations.management_account),
    organizations.trusts: (
        "organizations",
        lambda aws: organizations.trusts(aws, "cloudtrail.amazonaws.com"),
    ),
    organizations.members: ("organizations", organizations.members),
    regions.enabled_regions: ("account", _sure_regions),
    s3.find_bucket: ("s3", lambda aws: s3.find_bucket(aws, "bucket", "123456789012")),
    s3.expiries: ("s3", lambda aws: s3.expiries(aws, "bucket")),
    s3.deleted_objects: ("s3", lambda aws: s3.deleted_objects(aws, "bucket", "")),
    s3.made_at: ("s3", lambda aws: s3.made_at(aws, "bucket")),
    s3.is_empty: ("s3", lambda aws: s3.is_empty(aws, s3.Bucket("bucket", R))),
    s3.object_pages: ("s3", lambda aws: drained(s3.object_pages(aws, "bucket", ""))),
    s3.list_folders: ("s3", lambda aws: s3.list_folders(aws, "bucket", "")),
    s3.get_object: ("s3", lambda aws: drained(s3.get_object(aws, "bucket", "key"))),
    s3.get_with_metadata: ("s3", lambda aws: s3.get_with_metadata(aws, "bucket", "key")),
    secretsmanager.search: ("secretsmanager", lambda aws: secretsmanager.search(aws, "name", "key")),
    secretsmanager.describe: ("secretsmanager", lambda aws: secretsmanager.describe(aws, "name", region=R)),
    secretsmanager.resource_policy: (
        "secretsmanager",
        lambda aws: secretsmanager.resource_policy(aws, "name", region=R),
    ),
    securityir.list_cases: ("security-ir", lambda aws: securityir.list_cases(aws, R)),
    securityir.comments: ("security-ir", lambda aws: securityir.comments(aws, R, "7000000001")),
    securityir.attachments: ("security-ir", lambda aws: securityir.attachments(aws, R, "7000000001")),
    simulation.simulate: (
        "iam",
        lambda aws: simulation.simulate(aws, "arn:aws:iam::123456789012:user/web", ["s3:Get"]),
    ),
    simulation.get_role_arn: ("iam", lambda aws: simulation.get_role_arn(aws, "r")),
    sts.get_access_key_account: (
        "sts",
        lambda aws: sts.get_access_key_account(aws, "AKIAY34FZKBOKMUTVV7A"),
    ),
    sts.get_caller: ("sts", sts.get_caller),
    sts.get_caller_and_time: ("sts", sts.get_caller_and_time),
}
