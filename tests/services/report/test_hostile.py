"""Whatever the strings of a case are, a report of it stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from services.report.document import to_json
from services.report.files import FORMATS
from services.report.html import to_html
from services.report.markdown import code, text, to_markdown
from services.report.model import Flow, Report
from tests.services.report.conftest import NEW, USER, Written, event, reading_of, review_of

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></svg><iframe src=https://evil.example/>",
    "]]><!--",
    "javascript:alert(1)",
    "[x](https://evil.example) ![y](//evil.example/p.png) `c` |a| **b** # h www.evil.example",
    "\x1b]52;c;b3duZWQ=\x07\x1b[2J\u202egnp.exe\x9b31m\u0000\u2028",
    "&lt;b&gt;&#x3c;script&#x3e;",
)
EVERYTHING = " ".join(EVIL)


@pytest.fixture
def hostile(written: Written) -> Report:
    return hostile_to(written)


def hostile_to(written: Written) -> Report:
    """A case with all that in every place a string can come from."""
    written.opened(
        user=EVERYTHING,
        alias=EVERYTHING,
        responder=EVERYTHING,
        login=EVERYTHING,
        host=EVERYTHING,
        key_id=EVERYTHING,
        account=EVERYTHING,
        service=EVERYTHING,
        status=EVERYTHING,
    )
    for step in ("deactivate", "groups", EVERYTHING):
        params = {"UserName": EVERYTHING, EVERYTHING: [EVERYTHING, {"a": EVERYTHING}]}
        intent = written.intent("14:02:10", step, EVERYTHING, params, service=EVERYTHING)
        written.line("14:02:11", "outcome", intent=intent, ok=False, error=EVERYTHING, request_id=EVERYTHING)
    unsettled = written.intent("14:02:20", "deny", "PutUserPolicy", {"UserName": USER})
    written.line("14:02:30", "settled", intent=unsettled, done=None, words=EVERYTHING)
    made = written.intent("14:03:00", "replace", "CreateServiceSpecificCredential", {"UserName": EVERYTHING})
    written.ok("14:03:01", made, key_id=EVERYTHING)
    written.line("14:03:02", "delivered", key_id=EVERYTHING, where=f"file:{EVERYTHING[:9]}")
    written.line("14:03:03", "override", step="delete", reason=EVERYTHING)
    written.line("14:03:03", "metadata", **{EVERYTHING: EVERYTHING})
    written.intent("14:03:04", "delete", "DeleteServiceSpecificCredential", {"UserName": EVERYTHING})
    written.verified("14:03:05", "deactivate", EVERYTHING, EVERYTHING)
    written.line("14:03:06", "note", text=EVERYTHING)
    held = {"kind": EVERYTHING, "name": EVERYTHING, "words": EVERYTHING, "elsewhere": EVERYTHING}
    unread = {"what": EVERYTHING, "error": EVERYTHING}
    written.line("14:03:07", "sweep", held=[held], unreadable=[unread])
    other = dict.fromkeys(("kind", "id", "user", "name", "why", "state", "read_at", "lever"), EVERYTHING)
    written.line("14:03:08", "compromised", credentials=[other, other | {"ended": True, "made_from": ["x"]}])
    used = event(
        "14:01:00",
        user=EVERYTHING,
        user_agent=EVERYTHING,
        source_ip=EVERYTHING,
        region=EVERYTHING,
        log_group=EVERYTHING,
    )
    finding = {
        "kind": EVERYTHING,
        "severity": "high",
        "title": EVERYTHING,
        "newness": EVERYTHING,
        "by": EVERYTHING,
        "event_ids": [used["event_id"]],
        "technique": EVERYTHING,
    }
    things = dict.fromkeys(("text", "proof", "event_id", "state", "lever"), EVERYTHING)
    written.line("14:03:09", "made", things=[things])
    # Another version's, of which only what the journal says can be shown.
    written.reviewed("14:04:00", review_of(used, verdict=EVERYTHING, verdict_words=EVERYTHING))
    read = dict.fromkeys(("name", "region"), EVERYTHING) | {"kind": "secret"}
    times = {"times": 1, "first": "2026-11-23T14:01:00Z", "last": "2026-11-23T14:01:00Z"}
    session = dict.fromkeys(("access_key_id", "principal", "role", "opened_by", "event_id"), EVERYTHING)
    written.reviewed(
        "14:05:00",
        review_of(
            used,
            to_rotate=[read | times | {"by": [EVERYTHING], "event_ids": [EVERYTHING]}],
            sessions=[session | {"opened": "2026-11-23T14:01:00Z"}],
            verdict_words=EVERYTHING,
            attribution_words=EVERYTHING,
            findings=[finding],
            headline={"words": EVERYTHING, "suspected": True, "new": {"addresses": [EVERYTHING]}},
            baseline={"words": EVERYTHING},
            sources=[{"name": EVERYTHING, "used": True, "why": EVERYTHING}],
            unreadable=[unread],
            coverage=[
                {
                    "source": EVERYTHING,
                    "region": EVERYTHING,
                    "covers": "yes",
                    "from": "2026-11-16T14:00:00Z",
                    "to": "2026-11-23T14:00:00Z",
                    "note": EVERYTHING,
                }
            ],
        ),
    )
    written.altered('"login"', '"Login"')
    reading = reading_of(1.0, 2.0, None, group=EVERYTHING)
    group = replace(reading.groups[0], region=EVERYTHING, state=EVERYTHING, words=EVERYTHING)
    return replace(written.report(), flow=Flow(replace(reading, groups=(group,)), EVERYTHING))


class Inert(HTMLParser):
    """Collects what a page is made of, and whatever of it could act or reach out."""

    ALLOWED = frozenset({"html", "head", "meta", "title", "style", "body", "header", "main", "footer"}) | {
        *("section", "article", "figure", "figcaption", "h1", "h2", "h3", "h4", "p", "dl", "dt", "dd", "div"),
        *("span", "ul", "li", "q", "code", "pre", "strong", "time", "table", "thead", "tbody"),
        *("tr", "th", "td", "svg", "g", "path", "circle", "rect", "line", "text"),
    }

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            assert "url(" not in (value or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def parsed(page: str) -> Inert:
    inert = Inert()
    inert.feed(page)
    inert.close()
    return inert


def test_the_page_has_nothing_that_runs_or_reaches_out(hostile: Report) -> None:
    inert = parsed(to_html(hostile))
    assert inert.tags <= Inert.ALLOWED
    assert not {name for name in inert.attributes if name.startswith("on")}
    assert not inert.attributes & {"href", "src", "style", "srcset", "action", "xlink:href"}
    shown = "".join(inert.text)
    assert shown.count("<script>alert(1)</script>") > 40, "it is shown as the text it is, everywhere"


def test_the_style_sheet_reaches_out_nowhere(whole: Written) -> None:
    page = to_html(whole.report())
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert len(style) > 1000
    assert not re.search(r"url\(|@import|@font-face|expression", style)


def test_the_policy_forbids_all_but_this_style(whole: Written) -> None:
    page = to_html(whole.report())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src &#x27;none&#x27;; style-src &#x27;sha256-")
    assert "unsafe" not in policy[1]


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_has_a_control_character(hostile: Report, form: str) -> None:
    written = FORMATS[form](hostile)
    unsafe = set(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", written))
    assert unsafe == set()
    if form == "json":
        # Not hidden in an escape of JSON's either.
        again = json.dumps(json.loads(written), ensure_ascii=False, indent=2)
        assert again == written.rstrip("\n")
        assert not re.search(r"(?<!\\)(\\\\)*\\u", written)


def test_json_is_json(hostile: Report) -> None:
    assert json.loads(to_json(hostile))["header"]["user"].startswith("<script>")


def _plain(markdown: str) -> Iterator[str]:
    """*markdown* without its code spans and without what is escaped."""
    for line in markdown.splitlines():
        without = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", re.sub(r"\\[\\`*_\[\]<>|~$]", "", line))
        yield without


def test_markdown_has_no_link_image_or_html_of_theirs(hostile: Report) -> None:
    for line in _plain(to_markdown(hostile)):
        assert "<" not in line
        assert not re.search(r"!?\[[^ x\]]*\]\(", line)
        assert not re.search(r"(?i)https?:|www\.", line)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("plain, (with) 1.5 % of words.", "plain, (with) 1.5 % of words."),
        ("a_b*c", r"a\_b\*c"),
        ("# h", r"\# h"),
        ("- x", r"\- x"),
        ("1. x", r"1\. x"),
        ("<b>&amp;", r"\<b\>&amp;amp;"),
        ("https://x.example", "https&colon;//x.example"),
        ("www.x.example", "www&period;x.example"),
    ],
)
def test_text_stays_text(given: str, made: str) -> None:
    assert text(given) == made


@pytest.mark.parametrize(("given", "made"), [("a", "`a`"), ("`a", "`` `a ``"), ("a``b", "```a``b```")])
def test_code_has_a_fence_that_holds(given: str, made: str) -> None:
    assert code(given) == made


def test_a_secret_placeholder_is_all_there_is_of_a_secret(whole: Written) -> None:
    for render in FORMATS.values():
        assert "(the new secret)" in render(whole.report())
    assert NEW in to_markdown(whole.report())
