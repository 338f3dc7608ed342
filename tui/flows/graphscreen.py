"""A screen with a strip of IncomingBytes, whose values its keys read one by one."""

from __future__ import annotations

from tui.flows.graph import FlowGraph
from tui.frame.base import StanchScreen


class GraphScreen(StanchScreen):
    def do_point_left(self) -> None:
        self.query_one(FlowGraph).move(-1)

    def do_point_right(self) -> None:
        self.query_one(FlowGraph).move(1)
