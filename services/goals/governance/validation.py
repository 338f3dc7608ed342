"""What Access Analyzer says of a document, where it may be asked."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws import accessanalyzer
from services.aws.accessanalyzer import PolicyType, Remark
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.goals.governance.documents import Document
from services.goals.governance.targets import Target


@dataclass(frozen=True, slots=True)
class Validation:
    """*trouble* says why it could not be asked, which stops nothing."""

    remarks: tuple[Remark, ...] = ()
    trouble: str | None = None

    @property
    def errors(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if remark.kind == "ERROR")

    def as_json(self) -> dict[str, object]:
        return {"remarks": [remark.as_json() for remark in self.remarks], "trouble": self.trouble}


async def validate(aws: AwsSession, made: Document, target: Target | None = None) -> Validation:
    """Raises nothing of AWS's."""
    kind: PolicyType = "IDENTITY_POLICY" if target is None or target.iam else "SERVICE_CONTROL_POLICY"
    try:
        return Validation(await accessanalyzer.validate_policy(aws, made, kind))
    except AwsError as error:
        return Validation(trouble=str(error))
