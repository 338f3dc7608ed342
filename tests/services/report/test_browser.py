"""The page as a browser takes it, the only judge of what runs and what does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.draw import browser
from services.report.html import to_html
from services.report.model import Report
from tests.services.report.conftest import Written
from tests.services.report.test_hostile import Inert, hostile, parsed

__all__ = ["hostile"]

pytestmark = pytest.mark.skipif(browser.find() is None, reason=browser.MISSING)


def opened(page: str, tmp_path: Path, *options: str) -> tuple[str, str]:
    """The DOM as the browser has it in the end, and what it said on its console."""
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    done = browser.open_page(path, tmp_path / "profile", "--dump-dom", *options)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def test_the_console_is_heard(tmp_path: Path) -> None:
    page = "<!doctype html><meta charset=utf-8><script>throw new Error('heard')</script>"
    assert "heard" in opened(page, tmp_path)[1]


def test_a_report_opens_without_a_word_on_the_console(whole: Written, tmp_path: Path) -> None:
    dom, console = opened(to_html(whole.report()), tmp_path)
    assert console == ""
    assert "Deactivation: requested 14:02:10" in dom


def test_hostile_strings_are_inert(hostile: Report, tmp_path: Path) -> None:
    dom, console = opened(to_html(hostile), tmp_path)
    assert console == ""
    inert = parsed(dom)
    assert inert.tags <= Inert.ALLOWED
    assert not {name for name in inert.attributes if name.startswith("on")}


def test_the_policy_stops_a_script_that_got_in_all_the_same(whole: Written, tmp_path: Path) -> None:
    script = "<script>document.body.textContent = 'it ran'</script></body>"
    dom, console = opened(to_html(whole.report()).replace("</body>", script), tmp_path)
    assert "it ran" not in re.sub(r"(?s)<script>.*?</script>", "", dom)
    assert "Content Security Policy" in console


def test_the_style_is_let_in_by_the_policy(whole: Written, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(to_html(whole.report()), encoding="utf-8")
    pdf = tmp_path / "report.pdf"
    done = browser.open_page(page, tmp_path / "profile", f"--print-to-pdf={pdf}")
    assert "CONSOLE" not in done.stderr
    assert pdf.read_bytes().startswith(b"%PDF")
