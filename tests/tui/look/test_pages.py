"""Text that is wrapped is there with the first paint."""

from __future__ import annotations

from pathlib import Path

from textual.strip import Strip

from sandbox.wire.server import Sandbox
from tests.tui.piloting import driven
from tui.settings.options import Start
from tui.widgets.page import Page


class Watched(Page):
    """Keeps what its first line was, at each painting."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[str] = []

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if y == 0:
            self.painted.append(strip.text.strip())
        return strip


async def test_no_frame_is_seen_without_its_text(sandbox: Sandbox, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("has no service-specific credentials")
        page = Watched()
        page.show([(("what is said", "text"),)])
        await driver.app.screen.mount(page)
        await driver.until(lambda: page.painted, "it is not painted")
        assert set(page.painted) == {"what is said"}
