"""The signs of the pictures: a shape for each degree of certainty, so that none is told by colour alone."""

from __future__ import annotations

from services.report.markup import Safe, el, join
from services.report.model import Action
from services.report.words import AWS_SAYS, IN_FORCE, REQUESTED

R = 5.0

LEGEND = (
    ("requested", REQUESTED),
    ("aws", AWS_SAYS),
    ("force", IN_FORCE),
    ("failed", "failed"),
    ("unknown", "no answer"),
    ("review", "review"),
    ("attack", "from a new address"),
)


def glyph(kind: str, x: float, y: float, title: str | None = None) -> Safe:
    """The sign *kind* round (x, y); *title* is shown where a pointer rests on it."""
    return el("g", el("title", title) if title else None, *_shapes(kind, x, y), class_=f"sign {kind}")


def _shapes(kind: str, x: float, y: float) -> tuple[Safe, ...]:
    ring = el("circle", cx=x, cy=y, r=R, class_="ring")
    match kind:
        case "requested":
            return (ring,)
        case "aws":
            return ring, el("path", d=f"M{x:.2f} {y - R:.2f}a{R} {R} 0 0 0 0 {2 * R}z", class_="solid")
        case "force":
            return (el("circle", cx=x, cy=y, r=R, class_="ring solid"),)
        case "failed":
            a, b = R - 1, 2 * (R - 1)
            return (el("path", d=f"M{x - a:.2f} {y - a:.2f}l{b} {b}m0 -{b}l-{b} {b}", class_="cross"),)
        case "unknown":
            return ring, el("text", "?", x=x, y=y + 3.5, text_anchor="middle", class_="query")
        case "review":
            d = R + 0.5
            return (el("path", d=f"M{x:.2f} {y - d:.2f}l{d} {d}l-{d} {d}l-{d} -{d}z", class_="diamond"),)
        case "attack":
            return (el("path", d=f"M{x:.2f} {y - R:.2f}l{R} {2 * R}l-{2 * R} 0z", class_="wedge"),)
        case _:
            return (el("circle", cx=x, cy=y, r=2.5, class_="solid"),)


def inline(kind: str) -> Safe:
    """The sign by itself, for a line of text."""
    size = 2 * R + 4
    return el(
        "svg",
        glyph(kind, size / 2, size / 2),
        class_="inline",
        width=size,
        height=size,
        viewBox=f"0 0 {size:g} {size:g}",
        aria_hidden="true",
    )


def legend() -> Safe:
    return join(el("span", inline(kind), word) for kind, word in LEGEND)


def trouble(action: Action) -> str | None:
    """The sign of an action that came to nothing, or to nobody knows what."""
    return {"failed": "failed", "todo": "failed", "unknown": "unknown"}.get(action.state)
