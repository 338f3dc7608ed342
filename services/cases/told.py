"""What became of what a case of AWS's responders was told: its title, texts and files no other has."""

from __future__ import annotations

from services.aws import securityir
from services.aws.call import Call
from services.aws.session import AwsSession


async def at_aws(aws: AwsSession, call: Call) -> tuple[bool | None, str]:
    """Whether it took place, and in words; raises an AwsError."""
    params, region = call.params, call.region or await aws.home()
    if call.operation == "CreateCase":
        named = [each for each in await securityir.list_cases(aws, region) if each.title == params["title"]]
        return bool(named), f"{'the' if named else 'no'} AWS case was opened (confirmed by AWS)"
    case = str(params["caseId"])
    if call.operation == "CreateCaseComment":
        there = params["body"] in await securityir.comments(aws, region, case)
        return there, f"the comment is {'there' if there else 'not there'} (confirmed by AWS)"
    name = str(params["fileName"])
    status = (await securityir.attachments(aws, region, case)).get(name)
    if status == "Pending":
        return None, f"whether {name} was uploaded is unknown: AWS says Pending"
    attached = status == "Verified"
    return attached, f"{name} {'was' if attached else 'was not'} attached (confirmed by AWS)"
