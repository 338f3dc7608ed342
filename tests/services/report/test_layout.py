"""How a report lies on the page, measured in a real browser: on a telephone and on a desk, light and dark."""

from __future__ import annotations

from itertools import product

import pytest

from docs.draw import browser
from services.report.html import to_html
from tests.services.report.kinds import KINDS, every
from tests.services.report.measured import Look, measure

pytestmark = [
    pytest.mark.skipif(browser.find() is None, reason=browser.MISSING),
    # What is measured once is asked many things.
    pytest.mark.xdist_group("layout of a report"),
]

PHONE, DESK, PAPER = 360, 900, 680
"""CSS pixels; those of the last are what A4 has between its margins."""
LOOKS = [*product(KINDS, (PHONE, DESK), (False, True)), *product(KINDS, (PAPER,), (False,))]
NAMES = [f"{name}-{width}-{'dark' if dark else 'light'}" for name, width, dark in LOOKS]

FAULTY = """<!doctype html><html><head><meta name="color-scheme" content="light dark"><style>
body { margin: 0 }
p { position: absolute; margin: 0 }
.far { left: 2000px }
.lower { top: 8px }
.pale { top: 60px; color: #888 }
.thin { top: 90px; width: 2em; overflow-wrap: anywhere }
</style></head><body>
<p>one text</p><p class="lower">over another</p><p class="pale">pale</p><p class="thin">broken</p>
<p class="far">far</p>
<svg width="300" height="300" style="margin-top: 200px">
<text y="20">a label</text><text y="24" x="20">on another</text><text y="60" x="280">cut off</text>
<rect y="80" width="90" height="20"/><text y="95">dark on dark</text>
</svg></body></html>"""


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int, bool], Look]:
    folder = tmp_path_factory.mktemp("layout")
    pages = {name: to_html(report) for name, report in every(folder).items()}
    paper = {name: page.replace("@media print", "@media all") for name, page in pages.items()}
    found = (*measure(pages, (PHONE, DESK), folder), *measure(paper, (PAPER,), folder))
    return {(look.name, look.width, look.dark): look for look in found}


@pytest.fixture
def look(looks: dict[tuple[str, int, bool], Look], request: pytest.FixtureRequest) -> Look:
    found = looks[request.param]
    assert found.texts > 30
    return found


each_look = pytest.mark.parametrize("look", LOOKS, ids=NAMES, indirect=True)


def test_faults_are_found_where_there_are_some(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = measure({"faulty": FAULTY}, (PHONE,), tmp_path_factory.mktemp("faulty"))
    # Either may be laid out first.
    light, dark = sorted(found, key=lambda look: look.dark)
    for each in (light, dark):
        assert (each.width, each.outside) == (PHONE, ["cut off", "far"])
        assert each.scrolls > 2000
        assert each.broken == ["broken"]
        assert each.overlaps == ["one text / over another", "a label / on another"]
    assert set(light.faint) == {"p.pale: pale", "text.: dark on dark"}
    assert not light.dark
    assert dark.dark


@each_look
def test_nothing_is_wider_than_the_window(look: Look) -> None:
    assert look.outside == []
    assert look.scrolls <= look.width


@each_look
def test_no_text_lies_over_another_or_on_a_sign(look: Look) -> None:
    assert look.overlaps == []


@each_look
def test_every_text_stands_out_from_what_is_under_it(look: Look) -> None:
    assert look.faint == {}


@each_look
def test_no_word_is_broken_that_fits_into_a_line(look: Look) -> None:
    assert [word for word in look.broken if look.name != "hostile"] == []
