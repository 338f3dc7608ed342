"""The trail of the leaked-key scenario, which began to record after the week did."""

from __future__ import annotations

import json
from datetime import datetime

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.s3.models import s3_backends

from sandbox.account.world import ACCOUNT, HOME_REGION, World
from sandbox.cloudtrail.records import DATA_RESOURCE
from sandbox.cloudtrail.status import TrailStatus

TRAIL = "api-key-audit"
BUCKET = f"{TRAIL}-{ACCOUNT}"

SELECTORS = [
    {
        "Name": "Management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    },
    {
        "Name": "CloudWatch Logs API key authorization events",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": [DATA_RESOURCE]},
        ],
    },
]


def make_trail(world: World, since: datetime) -> Trail:
    """A multi-Region trail of management and API key events that has been logging since then."""
    s3 = s3_backends[ACCOUNT]["aws"]
    s3.create_bucket(BUCKET, HOME_REGION)
    s3.put_bucket_policy(BUCKET, bucket_policy())
    trail = cloudtrail_backends[ACCOUNT][HOME_REGION].create_trail(
        name=TRAIL,
        bucket_name=BUCKET,
        s3_key_prefix=None,
        sns_topic_name=None,
        is_global=True,
        is_multi_region=True,
        log_validation=True,
        is_org_trail=False,
        cw_log_group_arn=None,
        cw_role_arn=None,
        kms_key_id=None,
        tags_list=[],
    )
    trail.advanced_event_selectors = SELECTORS
    trail.status = TrailStatus(world.clock, is_logging=True, started=since)
    return trail


def bucket_policy() -> bytes:
    """The policy AWS documents for a trail's bucket."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    trail = f"arn:aws:cloudtrail:{HOME_REGION}:{ACCOUNT}:trail/{TRAIL}"
    arn = f"arn:aws:s3:::{BUCKET}"
    statements = [
        {
            "Sid": "AWSCloudTrailAclCheck",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetBucketAcl",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail}},
        },
        {
            "Sid": "AWSCloudTrailWrite",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"{arn}/AWSLogs/{ACCOUNT}/*",
            "Condition": {
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trail}
            },
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}).encode()
