"""What can be done with the graphs of all log groups."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.several import POINT
from tui.commands.table import screen

TRAFFIC = screen(
    "traffic",
    Command("next_flow", ("j", "down"), "next", "Select the next log group."),
    Command("previous_flow", ("k", "up"), "previous", "Select the previous log group."),
    Command(
        "zoom",
        ("enter",),
        "zoom",
        "Show the selected log group alone, with its IncomingLogEvents. Press again for all.",
        rank=10,
    ),
    Command(
        "pause", ("space",), "pause", "Pause the graphs and ask AWS nothing. Press again to resume.", rank=11
    ),
    *POINT,
    Command("earlier", ("less_than_sign", "comma"), "earlier", "Go back by half a window."),
    Command("later", ("greater_than_sign", "full_stop"), "later", "Go forward by half a window."),
    Command("latest", ("0", "end", "G"), "now", "Return to the newest data."),
    Command("wider", ("minus",), "longer", "Zoom out, up to 15 days."),
    Command("narrower", ("plus", "equals_sign"), "shorter", "Zoom in."),
    Command("window", ("M",), "window", "Cycle the time range.", rank=12),
    Command(
        "all_groups",
        ("a",),
        "all groups",
        "Also show log groups without bearer authentication. Press again to hide them.",
        rank=13,
    ),
    Command(
        "total",
        ("Z",),
        "stacked",
        "Stack all groups in one graph, their sum. Press again for one each.",
        rank=14,
    ),
    Command("log_scale", ("Y",), "log scale", "Make the scale logarithmic, or begin it at zero again."),
    Command(
        "baseline",
        ("d",),
        "compare",
        "Compare with the same hours a day earlier, a week earlier, or nothing.",
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
