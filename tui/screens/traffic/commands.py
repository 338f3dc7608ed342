"""What can be done with the graphs of all log groups."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

TRAFFIC = screen(
    "traffic",
    Command("next_flow", ("j", "down"), "next", "Choose the next log group."),
    Command("previous_flow", ("k", "up"), "previous", "Choose the log group before."),
    Command(
        "zoom",
        ("enter",),
        "zoom",
        "Show the chosen log group alone, with its IncomingLogEvents; again for all.",
        rank=10,
    ),
    Command(
        "pause", ("space",), "pause", "Hold the graphs still and ask AWS nothing; again to go on.", rank=11
    ),
    Command("earlier", ("left", "h"), "earlier", "Look at what was before, by half a window."),
    Command("later", ("right",), "later", "Look at what came after, by half a window."),
    Command("latest", ("0", "end"), "now", "Look at the newest again."),
    Command("wider", ("minus",), "longer", "Show more time: up to 15 days."),
    Command("narrower", ("plus", "equals_sign"), "shorter", "Show less time, more finely."),
    Command("window", ("w",), "window", "Show ever more time, and then the least again.", rank=12),
    Command(
        "all_groups",
        ("a",),
        "all groups",
        "Show log groups without bearer authentication too; again to hide them.",
        rank=13,
    ),
    Command("total", ("s",), "sum", "Show all groups as one graph, their sum; again for each.", rank=14),
    Command(
        "baseline",
        ("b",),
        "compare",
        "Compare with the same hours of a day before, of a week before, or with nothing.",
        rank=15,
    ),
    Command(
        "graph_style",
        ("v",),
        "glyphs",
        "Draw with blocks, with braille (twice as fine; needs its font), with ASCII, or as numbers.",
    ),
    lacks=("traffic",),
)
