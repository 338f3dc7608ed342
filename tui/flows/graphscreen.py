"""A screen with a strip of IncomingBytes, whose values its keys read one by one."""

from __future__ import annotations

from services.base.keyservices import KeyService
from tui.flows.graph import FlowGraph
from tui.frame.base import StanchScreen


class GraphScreen(StanchScreen):
    @property
    def of_logs(self) -> bool | None:
        """Whether its key writes to log groups; None until that is read."""
        service = self.subject.service if self.subject else None
        return None if service is None else service == KeyService.LOGS

    def do_point_left(self) -> None:
        self.query_one(FlowGraph).move(-1)

    def do_point_right(self) -> None:
        self.query_one(FlowGraph).move(1)
