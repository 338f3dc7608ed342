"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.aws.session import AwsSession
from services.aws.skew import date_of
from services.base.arn import partition_in
from services.base.text import clean


@dataclass(frozen=True, slots=True)
class Caller:
    account: str
    arn: str

    @property
    def partition(self) -> str:
        return partition_in(self.arn)

    @property
    def user(self) -> str | None:
        """The IAM user's name, or None for a role session, the root user or anything else."""
        _, _, rest = self.arn.partition(":user/")
        return rest.rsplit("/", 1)[-1] or None

    @property
    def role(self) -> str | None:
        """The name of the role behind a session, without its path; None for anybody else."""
        _, _, rest = self.arn.partition(":assumed-role/")
        return rest.partition("/")[0] or None

    @property
    def name(self) -> str:
        """The shortest name a person would know this caller by."""
        return self.arn.rsplit(":", 1)[-1].removeprefix("user/").removeprefix("assumed-role/")


async def get_caller(aws: AwsSession) -> Caller:
    return (await get_caller_and_time(aws))[0]


async def get_caller_and_time(aws: AwsSession) -> tuple[Caller, datetime | None]:
    """Who is asking, and AWS's own time: the Date of its answer, in whole seconds."""
    body = await aws.read("sts", "GetCallerIdentity")
    caller = Caller(clean(body["Account"]), clean(body["Arn"]))
    return caller, date_of(body["ResponseMetadata"]["HTTPHeaders"])


async def get_access_key_account(aws: AwsSession, key_id: str) -> str:
    """The account that an access key or a session belongs to; says nothing of whether it still works."""
    return clean((await aws.read("sts", "GetAccessKeyInfo", AccessKeyId=key_id))["Account"])
