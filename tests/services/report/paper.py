"""A report as it is printed: the words of each page and where they stand, read from Chromium's PDF."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.draw import browser

FOOT = 0.945
"""From here on is the margin: report.css leaves 18 mm of A4's 297."""

Matrix = tuple[float, float, float, float, float, float]

_UNIT: Matrix = (1, 0, 0, 1, 0, 0)
_OBJECT = re.compile(rb"(?s)(?<=\n)(\d+) 0 obj\n(.*?)\nendobj")
_TOKEN = re.compile(rb"<([0-9A-F]*)>|\((?:\\.|[^\\()])*\)|/(\w+)|([-\w.*']+)|[\[\]]")


@dataclass(frozen=True, slots=True)
class Word:
    """Glyphs drawn at once, from (x, y) on: fractions of the page, y from its top; size in points."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    words: tuple[Word, ...]

    @property
    def body(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.y <= FOOT and word.text.strip())

    @property
    def foot(self) -> str:
        """What stands below the body, without its blanks: how many there are is up to the browser."""
        return "".join(word.text.strip() for word in self.words if word.y > FOOT).replace(" ", "")

    @property
    def filled(self) -> float:
        """How far down the page its body goes."""
        return max((word.y for word in self.body), default=0.0)


def printed(page: str, folder: Path) -> list[Page]:
    """*page* printed by the browser, page by page."""
    html, pdf = folder / "report.html", folder / "report.pdf"
    html.write_text(page, encoding="utf-8")
    browser.open_page(html, folder / "profile", "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
    content = pdf.read_bytes()
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    return [Page(tuple(_words(body, objects))) for body in objects.values() if b"/Type /Page\n" in body]


def _stream(body: bytes) -> bytes:
    _, _, data = body.partition(b"stream\n")
    return zlib.decompress(data.rpartition(b"\nendstream")[0]) if b"/FlateDecode" in body else data


def _refers(body: bytes, name: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % name, body)
    assert found, name
    return int(found[1])


def _letters(font: bytes, objects: Mapping[int, bytes]) -> dict[int, str]:
    """What each glyph of *font* stands for."""
    table = _stream(objects[_refers(font, b"ToUnicode")]).decode()
    letters = {}
    for block in re.findall(r"(?s)beginbfchar\n(.*?)endbfchar", table):
        for glyph, text in re.findall(r"<(\w+)> <(\w+)>", block):
            letters[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"(?s)beginbfrange\n(.*?)endbfrange", table):
        for first, last, text in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", block):
            for n in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + n] = chr(int(text, 16) + n)
    return letters


def _words(page: bytes, objects: Mapping[int, bytes]) -> Iterator[Word]:
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page)
    assert box
    width, height = float(box[1]), float(box[2])
    fonts = {
        name: _letters(objects[int(number)], objects)
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    now, kept, text = _UNIT, list[Matrix](), _UNIT
    font, size = dict[int, str](), 0.0
    given: list[bytes] = []
    for token in _TOKEN.finditer(_stream(objects[_refers(page, b"Contents")])):
        glyphs, name, word = token.groups()
        match word:
            case b"q":
                kept.append(now)
            case b"Q":
                now = kept.pop()
            case b"cm":
                now = _times(_matrix(given), now)
            case b"Tf":
                font, size = fonts[given[-2]], float(given[-1])
            case b"Tm":
                text = _matrix(given)
            case b"Td":
                text = _times((1, 0, 0, 1, float(given[-2]), float(given[-1])), text)
            case b"Tj" | b"TJ":
                drawn = b"".join(given)
                shown = "".join(font[int(drawn[n : n + 4], 16)] for n in range(0, len(drawn), 4))
                a, _, _, _, x, y = _times(text, now)
                yield Word(x / width, 1 - y / height, size * a, shown)
            case None:
                given += [each for each in (glyphs, name) if each is not None]
                continue
            case number if number[:1] in b"-.0123456789":
                given.append(number)
                continue
        given = []


def _matrix(given: list[bytes]) -> Matrix:
    a, b, c, d, e, f = map(float, given[-6:])
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )
