"""Where a new secret is to go: Secrets Manager, a new file, or this screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from services.base.folders import expanded
from services.cases.secret import Destination, ToFile, ToScreen, ToSecretsManager, parse_tag
from tui.widgets.form import TextRow, picked, typed
from tui.widgets.picker import Picker

_PLACES = ("Secrets Manager", "a new file (0600)", "this screen")


class SecretPlace(Vertical):
    """*default_name* is the secret's name in Secrets Manager where none is typed."""

    def __init__(self, now: Destination, default_name: str) -> None:
        super().__init__()
        self._now = now
        self._default_name = default_name

    def compose(self) -> ComposeResult:
        place, name, kms_key, tags, path = 0, "", "", "", ""
        match self._now:
            case ToSecretsManager(given, given_key, given_tags):
                name, kms_key = given or "", given_key or ""
                tags = " ".join(f"{key}={value}" for key, value in given_tags)
            case ToFile(given_path):
                place, path = 1, str(given_path)
            case ToScreen():
                place = 2
        yield Picker("secret to", _PLACES, place, id="place")
        yield TextRow("name", name, self._default_name, id="name")
        yield TextRow("KMS key", kms_key, "the account's own", id="kms-key")
        yield TextRow("tags", tags, "none; KEY=VALUE KEY=VALUE", id="tags")
        yield TextRow("path", path, "a path that does not exist yet", id="path")

    def on_mount(self) -> None:
        self._arrange()

    def on_picker_turned(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        place = picked(self, "place")
        for row in ("#name", "#kms-key", "#tags"):
            self.query_one(row).display = place == 0
        self.query_one("#path").display = place == 1

    @property
    def destination(self) -> Destination:
        """Raises ValueError with a sentence where what was typed is none."""
        match picked(self, "place"):
            case 0:
                tags = tuple(parse_tag(tag) for tag in typed(self, "tags").split())
                return ToSecretsManager(typed(self, "name") or None, typed(self, "kms-key") or None, tags)
            case 1:
                if not (path := typed(self, "path")):
                    raise ValueError("Name a file that does not exist yet.")
                return ToFile(expanded(path))
            case _:
                return ToScreen()
