"""Hands a case to AWS Security Incident Response: a case of AWS's, the report attached, and a word on it."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Unpack

from services.aws import securityir
from services.aws.call import Call
from services.aws.errors import AwsError, ReadOnly, Rejected
from services.aws.securityir import NOT_ACTIVE, SERVICE, UPLOAD
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.base import clock
from services.cases.case import Case
from services.cases.engine import CaseEngine, Tools
from services.cases.errors import CaseError, Changed, Refused
from services.cases.plan import Plan, State, Telling
from services.cases.sender import Sending
from services.cases.state import CaseState, StepState

NEW_CASE = "(the new case)"
"""Stands for the id that AWS gives, in calls that come after it."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What AWS is told; *since* is when the incident began, as far as that is known."""

    title: str
    words: str
    since: datetime
    report: bytes
    comment: str = ""
    resolver: Literal["AWS", "Self"] = "AWS"
    watchers: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.report).hexdigest()


class Handing(CaseEngine):
    """One case, handed over once; the next time its report is attached to the same case of AWS's."""

    def __init__(
        self, aws: AwsSession, caller: Caller, case: Case, handed: Handed, **tools: Unpack[Tools]
    ) -> None:
        super().__init__(aws, caller, case, **tools)
        self.handed = handed
        self._of = case

    @property
    def step(self) -> StepState:
        return self.state.step(Telling.SECURITY_IR)

    async def plan(self) -> Plan:
        """What would be sent; asks AWS for its own case where there is one, and changes nothing."""
        state, region = self.state, await self._region()
        known = await self._known(state, region)
        name, cut = self._file, [each.call.operation for each in state.unsettled.values()]
        warnings = ["All that the report says is read by whoever works on the case at AWS."]
        if cut:
            warnings.insert(
                0,
                f"A run was interrupted at {cut[0]}: AWS is asked first what happened; this plan may change.",
            )
        return Plan(
            step=Telling.SECURITY_IR,
            title=f"Add the report to AWS case {known}"
            if known
            else "Open a case with AWS, and attach the report",
            stops="nothing: it asks for help",
            leaves="the key, and whatever was made with it",
            reversible=False,
            undo="none here: close the case in the console of AWS Security Incident Response",
            calls=self._calls(known, name, region),
            warnings=tuple(warnings),
            where=self.aws.where,
        )

    def _calls(self, known: str | None, name: str, region: str) -> tuple[Call, ...]:
        handed, case = self.handed, known or NEW_CASE
        attach = {"caseId": case, "fileName": name, "contentLength": len(handed.report)}
        told = f"The report of stanch's case {self._of.id} is attached as {name}, SHA-256 {handed.digest}."
        body = f"{told} {handed.comment}".strip()
        later = (
            self._call(UPLOAD, attach, region),
            self._call("CreateCaseComment", {"caseId": case, "body": body}, region),
        )
        return later if known else (self._call("CreateCase", self._opening(), region), *later)

    def _opening(self) -> dict[str, object]:
        handed = self.handed
        return {
            "resolverType": handed.resolver,
            "title": handed.title,
            "description": handed.words,
            "engagementType": "Security Incident",
            "reportedIncidentStartDate": clock.rfc3339(handed.since),
            "impactedAccounts": [self.caller.account],
            "watchers": [{"email": each} for each in handed.watchers],
        }

    def _call(self, operation: str, params: Mapping[str, object], region: str) -> Call:
        # AWS does what has the same token once, however often it is sent: one case, and each report once.
        what = "" if operation == "CreateCase" else self.handed.digest
        about = f"{self.caller.account} {self._of.id} {self._of.first()[0].hash} {operation} {what}"
        token = str(uuid.uuid5(uuid.NAMESPACE_OID, about))
        return Call(SERVICE, operation, {**params, "clientToken": token}, region)

    async def apply(self, shown: Plan) -> StepState:
        """Do what *shown* says; raises Refused, Changed, ReadOnly, AwsError or CaseError."""
        self.guard()
        return await self._unbroken(self._apply(shown))

    async def _apply(self, shown: Plan) -> StepState:
        async with self._one_at_a_time:
            plan = await self.plan()
            if doubt := self.state.doubt(Telling.SECURITY_IR, undo=False):
                raise Refused(doubt.words)
            if difference := plan.difference(shown):
                raise Changed(f"Nothing was sent: the case changed since you saw this plan. {difference}")
            if self.aws.read_only:
                raise ReadOnly(plan.calls[0].operation)
            evidence = await asyncio.to_thread(self._of.keep_evidence, "handed.html", self.handed.report)
            await self._journal("handed", to=SERVICE, evidence=evidence)
            case, done = str(plan.calls[-1].params["caseId"]), list[str]()
            for call in plan.calls:
                case = await self._one(call, case, done)
                done.append(call.operation)
            await self._verified(case)
            self._check_recorded()
        return self.step

    async def _one(self, call: Call, case: str, done: list[str]) -> str:
        """Send *call* of *case*; answers with the case's id, which the first of them gives."""
        if "caseId" in call.params:
            call = replace(call, params={**call.params, "caseId": case})
        try:
            facts = {"sha256": self.handed.digest}
            upload = self.handed.report if call.operation == UPLOAD else None
            answer = await self._send(Sending(Telling.SECURITY_IR, call, facts=facts, upload=upload))
            if call.operation == "CreateCase":
                case = answer.body.get("caseId") or await self._known(self.state, str(call.region)) or ""
        except (AwsError, CaseError) as error:
            if isinstance(error, AwsError):
                error.done = tuple(done)
                if error.code == NOT_ACTIVE:
                    raise _not_active(error, str(call.region)) from None
                if done:
                    words = f"AWS case {case} is open, but without the report: {error.said}"
                    await self._record("verified", step=Telling.SECURITY_IR, state=State.FAILED, words=words)
            raise
        return case

    async def _verified(self, case: str) -> None:
        """Read back what AWS has of it, for as long as it is looking at the report."""
        for pause in (0.25, 0.5, 1.0, 2.0, 4.0, None):
            state, words = await self._read_back(case)
            if state is State.CONFIRMED or pause is None:
                break
            await self._sleep(pause)
        await self._record("verified", step=Telling.SECURITY_IR, state=state, words=words)

    async def _read_back(self, case: str) -> tuple[State, str]:
        try:
            status = (await securityir.attachments(self.aws, await self._region(), case)).get(self._file)
        except AwsError as error:
            return State.REQUESTED, f"sent to AWS case {case}, and could not be read back: {error.said}"
        if status == "Verified":
            return State.CONFIRMED, f"AWS case {case} has the report {self._file} (confirmed by AWS)"
        said = f"says {status} of" if status else "does not list"
        return State.REQUESTED, f"sent to AWS case {case}, but AWS {said} the report {self._file}"

    @property
    def _file(self) -> str:
        return f"stanch-{self._of.id}-{self.handed.digest[:8]}.html"

    async def _region(self) -> str:
        """Where AWS's case is, once there is one."""
        done = self.state.done_by.get(Telling.SECURITY_IR, ())
        return next((str(call.region) for call in done if call.region), None) or await self.aws.home()

    async def _known(self, state: CaseState, region: str) -> str | None:
        """The case of AWS's that this one made; asked for by its title where its answer was lost."""
        made = [call for call in state.done_by.get(Telling.SECURITY_IR, ()) if call.operation == "CreateCase"]
        if not made:
            return None
        for entry in reversed(self._of.journal.entries()):
            if entry.kind == "outcome" and (found := entry.data.get("case_id")):
                return str(found)
        listed = await securityir.list_cases(self.aws, region)
        named = [each.id for each in listed if each.title == made[-1].params["title"]]
        if len(named) != 1:
            raise Refused(
                f"AWS lists {len(named)} cases called {made[-1].params['title']}: attach the report by hand."
            )
        return named[0]


def _not_active(error: AwsError, region: str) -> AwsError:
    told = Rejected(
        error.operation,
        f"AWS Security Incident Response has no membership of this account in {region}",
        code=error.code,
        request_id=error.request_id,
    )
    told.found = "Name the Region that has it with --region, or take out a membership in AWS's console first."
    return told
