"""IAM roles where moto's differ from AWS's: their inline quota, and those that AWS alone may change."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException, LimitExceededException
from moto.iam.models import Role

from sandbox.iam.iam_request import IamRequest

INLINE_POLICY_QUOTA = 10_240
PROTECTED = ("/aws-service-role/", "/aws-reserved/")


class RoleOperations(IamRequest):
    def put_role_policy(self) -> ActionResult:
        role = self._changeable()
        documents = role.policies | {self._get_param("PolicyName"): self._get_param("PolicyDocument")}
        if sum(len("".join(each.split())) for each in documents.values()) > INLINE_POLICY_QUOTA:
            raise LimitExceededException(
                f"Maximum policy size of {INLINE_POLICY_QUOTA} bytes exceeded for role {role.name}"
            )
        return super().put_role_policy()

    def delete_role_policy(self) -> ActionResult:
        self._changeable()
        return super().delete_role_policy()

    def _changeable(self) -> Role:
        role: Role = self.backend.get_role(self._get_param("RoleName"))
        if role.path.startswith(PROTECTED):
            raise IAMException(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{role.name}' - this role is only "
                "modifiable by AWS",
            )
        return role
