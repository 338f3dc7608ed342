"""Commands of the traffic screen."""

from __future__ import annotations

from tui.commands.command import Command

_HERE = ("traffic",)

COMMANDS = (
    Command("next_flow", ("j", "down"), "next", "Choose the next log group.", _HERE),
    Command("previous_flow", ("k", "up"), "previous", "Choose the log group before.", _HERE),
    Command(
        "zoom",
        ("enter",),
        "zoom",
        "Show the chosen log group alone, with its IncomingLogEvents; again for all.",
        _HERE,
        rank=10,
    ),
    Command(
        "pause",
        ("space",),
        "pause",
        "Hold the graphs still and ask AWS nothing; again to go on.",
        _HERE,
        rank=11,
    ),
    Command("earlier", ("left", "h"), "earlier", "Look at what was before, by half a window.", _HERE),
    Command("later", ("right",), "later", "Look at what came after, by half a window.", _HERE),
    Command("latest", ("0", "end"), "now", "Look at the newest again.", _HERE),
    Command("wider", ("minus",), "longer", "Show more time: up to 15 days.", _HERE),
    Command("narrower", ("plus", "equals_sign"), "shorter", "Show less time, more finely.", _HERE),
    Command(
        "window",
        ("w",),
        "window",
        "Show ever more time, and then the least again.",
        _HERE,
        rank=12,
    ),
    Command(
        "all_groups",
        ("a",),
        "all groups",
        "Show log groups without bearer authentication too; again to hide them.",
        _HERE,
        rank=13,
    ),
    Command(
        "total", ("s",), "sum", "Show all groups as one graph, their sum; again for each.", _HERE, rank=14
    ),
    Command(
        "baseline",
        ("b",),
        "compare",
        "Compare with the same hours of a day before, of a week before, or with nothing.",
        _HERE,
        rank=15,
    ),
    Command(
        "graph_style",
        ("v",),
        "glyphs",
        "Draw with blocks, with braille (twice as fine; needs its font), with ASCII, or as numbers.",
        _HERE,
    ),
)
