"""IAM users and their policies where moto's differ from AWS's."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import (
    DeleteConflictException,
    EntityAlreadyExists,
    LimitExceededException,
    NoSuchEntity,
)

from sandbox.iam.iam_request import IamRequest

INLINE_POLICY_QUOTA = 2048
ATTACHED_POLICY_QUOTA = 10


class UserOperations(IamRequest):
    def list_users(self) -> ActionResult:
        prefix, after = self._get_param("PathPrefix", "/"), self.marker()
        found = [user for user in self.backend.users.values() if user.path.startswith(prefix)]
        found = sorted((user for user in found if user.name > after), key=lambda user: user.name)
        shown, more = self.page(found, lambda user: user.name)
        return ActionResult({"Users": shown, **more})

    def update_user(self) -> ActionResult:
        old, new = self._get_param("UserName"), self._get_param("NewUserName")
        user = self.backend.get_user(old)
        if new and new != old:
            if new in self.backend.users:
                raise EntityAlreadyExists(f"User with name {new} already exists.")
            for key in user.access_keys:
                key.user_name = new
            self.credentials.rename_user(old, new)
        return super().update_user()

    def delete_user(self) -> ActionResult:
        name = self._get_param("UserName")
        user = self.backend.get_user(name)
        in_the_way = {
            "delete login profile": user.password,
            "delete access keys": user.access_keys,
            "delete SSH public keys": user.ssh_public_keys,
            "delete signing certificates": user.signing_certificates,
            "delete MFA devices": user.mfa_devices,
            "remove users from group": self.backend.get_groups_for_user(name),
            "remove referenced objects": self.credentials.of_user(name),
        }
        for what, there in in_the_way.items():
            if there:
                raise DeleteConflictException(f"Cannot delete entity, must {what} first.")
        return super().delete_user()

    def put_user_policy(self) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        documents = user.policies | {self._get_param("PolicyName"): self._get_param("PolicyDocument")}
        if sum(len("".join(each.split())) for each in documents.values()) > INLINE_POLICY_QUOTA:
            raise LimitExceededException(
                f"Maximum policy size of {INLINE_POLICY_QUOTA} bytes exceeded for user {user.name}"
            )
        return super().put_user_policy()

    def attach_user_policy(self) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        attached = user.managed_policies
        if self._get_param("PolicyArn") in attached:
            return EmptyResult()
        if len(attached) >= ATTACHED_POLICY_QUOTA:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPerUser: {ATTACHED_POLICY_QUOTA}")
        return super().attach_user_policy()

    def create_user(self) -> ActionResult:
        made = super().create_user()
        if self._get_param("PermissionsBoundary"):
            self.put_user_permissions_boundary()
        return made

    def put_user_permissions_boundary(self) -> ActionResult:
        user, arn = self.backend.get_user(self._get_param("UserName")), self._get_param("PermissionsBoundary")
        if arn not in self.backend.managed_policies:
            raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
        user.boundary_arn = arn
        user.permissions_boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        user.boundary_arn = user.permissions_boundary = None
        return EmptyResult()
