"""The debrief of one drill as a page to hand on, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from services.base.spans import spoken
from services.base.text import clean
from services.drill.results import Result, headline, team_of
from services.report.htmlparts import page, section, table
from services.report.markup import Child, Safe, el

_COLUMNS = 78
_STYLE = ".side { color: var(--quiet); } .drill { color: var(--alarm); font-weight: 650; }\n"
_ENDED = {"responder": "ended by the responder", "time": "ended as the time was over"}


def how(result: Result) -> str:
    """Which drill it was, and how it ended."""
    ended = _ENDED.get(result.ended_by or "", "never ended: this is how it stood")
    return (
        f"{result.scenario}, {result.difficulty}, seed {result.seed}; {ended} after "
        f"{spoken(result.seconds) if result.seconds else '0 s'}"
    )


def to_html(result: Result) -> str:
    """One file that loads nothing and runs nothing."""
    facts = (
        ("Drill", how(result)),
        ("Team", team_of(result)),
        ("Began", result.began),
        ("Result", result.drill),
    )
    header = el(
        "header",
        el("p", el("span", "A DRILL on a simulated account: nothing of this happened", class_="drill")),
        el("h1", f"{result.title}: {headline(result)}"),
        el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in facts), class_="facts"),
    )
    main = el("main", _points(result), _missed(result), _claims(result), _timeline(result))
    footer = el("footer", f"Written by stanch {result.version}. All times are UTC.")
    return page(f"Drill {result.drill}: {headline(result)}", _STYLE, header, main, footer)


def _points(result: Result) -> Safe:
    rows = ((each.title, f"{each.points} of {each.of}", each.why) for each in result.parts)
    return section("points", "Points", table(("For", "#Points", "Why"), rows))


def _missed(result: Result) -> Safe:
    missed = _list(result.missed) if result.missed else el("p", "Nothing was left.")
    better = (el("h3", "How to do better"), _list(result.advice)) if result.advice else ()
    return section("missed", "What was missed", missed, *better)


def _list(items: Iterable[str]) -> Safe:
    return el("ul", *(el("li", each) for each in items))


def _claims(result: Result) -> Safe | None:
    if not result.claims:
        return None
    rows = ((each.question, each.said or "not said", each.why) for each in result.claims)
    return section("claims", "What the report claims", table(("Question", "Said", "Evidence"), rows))


def _timeline(result: Result) -> Safe:
    rows: Iterable[Iterable[Child]] = (
        (after(each.seconds), el("span", each.side, class_="side"), each.words) for each in result.timeline
    )
    return section("timeline", "What both sides did", table(("When", "Who", "What"), rows))


def after(seconds: int) -> str:
    """``+3:10`` since the drill began, ``-4:00:00`` before it."""
    minutes, left = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    told = f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
    return f"{'-' if seconds < 0 else '+'}{told}"


def to_text(result: Result) -> Iterator[str]:
    """The debrief in lines that fit a terminal, without the timeline."""
    yield from _wrapped(f"Drill: {result.title}: {headline(result)}")
    yield from _wrapped(how(result), "  ")
    width = max((len(each.title) for each in result.parts), default=0)
    for each in result.parts:
        yield f"  {clean(each.title):{width}}  {each.points:>3} of {each.of}"
        yield from _wrapped(each.why, "      ")
    for title, lines in (("Missed:", result.missed), ("How to do better:", result.advice)):
        if lines:
            yield title
            for line in lines:
                yield from _wrapped(line, "  - ", "    ")


def _wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    after = first if later is None else later
    return wrap(clean(text), _COLUMNS, initial_indent=first, subsequent_indent=after, break_on_hyphens=False)
