"""docs/report.png: the head of the report of an incident in the demo's account."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from docs.draw import browser
from docs.draw.incident import Incident, incident

TARGET = Path(__file__).parent.parent / "report.png"
WIDTH, TALLEST = 1000, 3600
COLOURS = 255
MARGIN = 24


def draw() -> None:
    asyncio.run(_draw())


async def respond(to: Incident, state_dir: Path) -> str:
    """Take the leaked key through the runbook as a responder would; the report, as HTML."""
    # Only now: these take the clock as it is when they are imported.
    from services.aws.session import AwsSession
    from services.cases.book import CaseBook
    from services.cases.errors import Refused
    from services.cases.plan import LeverName, StepName
    from services.incident import opening
    from services.report import flow
    from services.report.build import build
    from services.report.html import to_html

    book = CaseBook(state_dir)
    await to.passes(2)
    async with AwsSession(regions=("us-east-1",)) as aws:
        runbook = await opening.look_up(aws, book, to.key_id, user=to.user)
        with opening.begin(runbook, book) as case:
            await to.passes(0.3)
            await runbook.apply(StepName.DEACTIVATE)
            await to.passes(1)
            await runbook.apply(StepName.DENY)
            await to.passes(1)
            await runbook.sweep()
            await runbook.apply(LeverName.ACCESS_KEYS)
            await to.passes(5)
            await runbook.review()
            await runbook.note("Owner of my-application called: they agree to a new key today.")
            await runbook.undo(StepName.DENY)
            await to.passes(0.5)
            await runbook.apply(StepName.REPLACE)
            for _ in range(20):
                await to.passes(1)
                try:
                    await runbook.apply(StepName.DELETE)
                    break
                except Refused:
                    # Not seen working yet.
                    continue
            await to.passes(7)
            await runbook.review()
            reading = await flow.read(aws, build(case))
            return to_html(build(case, flow.keep(case, reading)))


async def _draw() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        async with incident() as leaked:
            html = await respond(leaked, here / "state")
        page, shot = here / "report.html", here / "report.png"
        head, _, _ = html.partition('<section id="actions">')
        page.write_text(head, encoding="utf-8")
        browser.picture(page, shot, here / "profile", width=WIDTH, height=TALLEST)
        with Image.open(shot) as image:
            # Rare colours are kept as they are: the red of an attack is on few points.
            method = Image.Quantize.MAXCOVERAGE
            trimmed(image.convert("RGB")).quantize(COLOURS, method).save(TARGET, optimize=True)


def trimmed(image: Image.Image) -> Image.Image:
    """*image* without what is empty below."""
    empty = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, empty).getbbox()
    return image.crop((0, 0, image.width, min(image.height, box[3] + MARGIN))) if box else image
