"""A report as it is printed, read from the PDF that a real browser makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.draw import browser
from services.report.html import to_html
from tests.services.report.conftest import Written
from tests.services.report.kinds import KINDS
from tests.services.report.paper import Page, printed

pytestmark = [
    pytest.mark.skipif(browser.find() is None, reason=browser.MISSING),
    # What is measured once is asked many things.
    pytest.mark.xdist_group("paper of a report"),
]

SMALLEST = 6.4
"""Points: the labels of a picture that is as wide as the page."""

FAULTY = """<!doctype html><html><head><style>@page { size: A4; margin: 16mm 15mm 18mm }</style></head>
<body style="font-size: 10pt"><p>ends here</p><div style="break-before: page; width: 1000px">wide</div>
</body></html>"""


@pytest.fixture(scope="module", params=["whole", "brief", "back_and_forth", "policies", "crowded", "hostile"])
def pages(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[Page]:
    folder = tmp_path_factory.mktemp("paper")
    return printed(to_html(KINDS[request.param](Written(folder / "cases" / "1123-K5E"))), folder)


def test_faults_are_found_where_there_are_some(tmp_path: Path) -> None:
    first, second = printed(FAULTY, tmp_path)
    assert "".join(word.text for word in first.body) == "endshere"
    assert first.filled < 0.1
    assert max(word.size for word in second.body) < 8
    assert first.foot == ""


def test_each_page_says_its_case_its_clock_and_its_number(pages: list[Page]) -> None:
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "Case1123-K5E·alltimesUTC" in page.foot
        assert "Written2026-11-23" in page.foot
        assert f"Page{number}of{len(pages)}" in page.foot


def test_no_page_but_the_last_is_half_empty(pages: list[Page]) -> None:
    assert [page.filled for page in pages[:-1] if page.filled < 0.5] == []


def test_the_last_page_has_more_than_who_wrote_it(pages: list[Page]) -> None:
    assert len(pages[-1].body) > 20


def test_nothing_is_shrunk_to_fit_the_page(pages: list[Page]) -> None:
    assert 10.0 in {round(word.size, 1) for page in pages for word in page.body}
    small = {word.text for page in pages for word in page.body if word.size < SMALLEST}
    assert small <= {"?"}, "the sign of an unknown outcome"
