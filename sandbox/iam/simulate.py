"""IAM's SimulatePrincipalPolicy: what may a user, group or role do, without doing it?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from moto.core.responses import ActionResult
from moto.iam.exceptions import InvalidInput, NoSuchEntity
from moto.iam.models import IAMBackend

from sandbox.iam.grants import grants_of_group, grants_of_role, grants_of_signer
from sandbox.iam.iam_request import IamRequest
from sandbox.iam.policy import Access, Decision, Grants, evaluate, missing_keys

ENTITY = re.compile(r"arn:aws:iam::(\d{12}):(user|group|role)/(?:[^/]+/)*([^/]+)")
# The harshest decision on any of the resources stands for the action.
_HARSH = (Decision.EXPLICITLY_DENIED, Decision.IMPLICITLY_DENIED, Decision.ALLOWED)


class SimulationOperations(IamRequest):
    def simulate_principal_policy(self) -> ActionResult:
        arn = self._get_param("PolicySourceArn")
        grants = _grants(self.backend, arn)
        context = {
            entry["ContextKeyName"].lower(): entry["ContextKeyValues"][0]
            for entry in self._get_param("ContextEntries") or ()
            if entry.get("ContextKeyValues")
        }
        resources = self._get_param("ResourceArns") or []
        results = [
            _result(
                grants, [Access(action, each, context) for each in resources or ("*",)], named=bool(resources)
            )
            for action in self._get_param("ActionNames")
        ]
        after = int(self.marker() or 0)
        shown, more = self.page(list(enumerate(results, 1))[after:], lambda numbered: str(numbered[0]))
        return ActionResult({"EvaluationResults": [result for _, result in shown], **more})


def _grants(iam: IAMBackend, arn: str) -> Grants:
    found = ENTITY.fullmatch(arn)
    if found is None or found[1] != iam.account_id:
        raise InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    kind, name = found[2], found[3]
    match kind:
        case "user" if (user := iam.users.get(name)) and user.arn == arn:
            return grants_of_signer(user)
        case "group" if (group := iam.groups.get(name)) and group.arn == arn:
            return grants_of_group(group)
        case "role":
            for role in iam.get_roles():
                if role.arn == arn:
                    return grants_of_role(role)
    raise NoSuchEntity(f"The {kind} with name {name} cannot be found.")


def _result(grants: Grants, asked: Sequence[Access], *, named: bool) -> dict[str, object]:
    """One action's outcome; where resources were named, that of each besides."""
    decisions = [evaluate(grants, each) for each in asked]
    result: dict[str, object] = {
        "EvalActionName": asked[0].action,
        "EvalResourceName": "*",
        "EvalDecision": min(decisions, key=_HARSH.index).value,
        "MatchedStatements": [],
        "MissingContextValues": sorted(set().union(*(missing_keys(grants, each) for each in asked))),
    }
    if grants.boundary is not None:
        bounds = Grants((grants.boundary,))
        within = all(evaluate(bounds, each) is Decision.ALLOWED for each in asked)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    if named:
        result["ResourceSpecificResults"] = [
            {
                "EvalResourceName": each.resource,
                "EvalResourceDecision": decision.value,
                "MatchedStatements": [],
                "MissingContextValues": sorted(missing_keys(grants, each)),
            }
            for each, decision in zip(asked, decisions, strict=True)
        ]
    return result
