"""Every key of the account: rows from the first page on, worst first, and what is known of the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from services.aws.errors import AwsError
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.frame.polling import Poll
from tui.look import words
from tui.look.lines import fit, width_of
from tui.routes import ToInventory, ToKey
from tui.screens.keys import keyfilter
from tui.screens.keys.commands import INVENTORY
from tui.screens.keys.glance import LEAST, Glance
from tui.screens.keys.glancereader import GlanceReader
from tui.screens.keys.glancetexts import Facts
from tui.screens.keys.keylist import ORDERS, KeyList
from tui.screens.keys.listreader import KeySweep
from tui.screens.keys.texts import columns, details, instead
from tui.settings.context import Subject
from tui.widgets.filterfield import FilterField
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.keys.inventory import Key

LOOK_SECONDS = 0.3
"""A key is examined once the cursor has rested on it: each user costs five calls."""
GLOW_SECONDS = 4.0
"""For so long stands out what a reading found changed."""
TIMES_OVER = 30
"""Between two readings passes at least so many times what the last took: a large account costs many calls."""


class InventoryScreen(StanchScreen):
    scope = INVENTORY
    BINDINGS = bindings(scope)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (160, "-wide")]  # noqa: RUF012 (Textual's own shape)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012

    def __init__(self, to: ToInventory) -> None:
        super().__init__()
        self._asked = False
        """Whether somebody asked for the reading that comes."""
        self._ended = 0
        """How many deeds had ended when the keys were read last."""
        self._examining: str | None = None
        self._rest: Timer | None = None
        self._wanted = to.key_id
        self._deactivating = False

    def body(self) -> ComposeResult:
        self.list = KeyList(self.stanch.options.now)
        self._sweep = KeySweep(
            self.stanch, self.list, on_progress=self._show_summary, on_keys=self._keys_came
        )
        self._poll = Poll(self, self.stanch.options.list_seconds, self._read, times_over=TIMES_OVER)
        self._glanced = GlanceReader(self.stanch, self._show_glance)
        self._glance_poll = Poll(self, self.stanch.options.poll_seconds, self._read_glance)
        yield Glance(self._facts, self._glanced.spark, id="glance")
        yield Lines(id="summary")
        with Horizontal(id="filter-line"):
            yield Static("/")
            yield FilterField(
                self._filtered, placeholder="words, user: status: service: risk: id: age>90", id="filter"
            )
        with Container(id="panes"):
            with Container(id="listing"):
                yield Table(
                    columns(self.list, self.stanch.options.now), lambda key: key.id, id="keys", marks=True
                )
                yield Page(id="empty")
            with Vertical(id="details"):
                yield Rule(id="details-title")
                yield Page(id="details-text", more="enter shows all")

    @property
    def table(self) -> Table[Key]:
        return self.query_one("#keys", Table)

    @property
    def subject(self) -> Subject | None:
        key = self.table.chosen if self.is_mounted else None
        return Subject(key.id, key.user, key.service) if key else None

    def choose(self, key_id: str) -> None:
        """Put the cursor on *key_id*, now or as soon as it is read; a filter that hides it is dropped."""
        if self.table.choose(key_id):
            return
        if any(key.id == key_id for key in self.list.keys):
            self._set_filter("")
            self.table.choose(key_id)
        else:
            self._wanted = key_id

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._sweep.begin(asked=False)
        self._show()
        self.watch(self.app, "context", self._context_changed, init=False)
        self.stanch.each_second(self, self._tick)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.run_worker(self.stanch.look_for_open_cases(), group="cases", exclusive=True)
        self._poll.start(when_due=self._ended == self.stanch.desk.ended and not self._sweep.trouble)
        self._glance_on()

    def on_screen_suspend(self) -> None:
        self._poll.rest()
        self._glance_poll.rest()
        # Behind a dialog it stays in sight, and its first reading may not have begun.
        self._glance_on()

    def on_resize(self) -> None:
        width, height = self.size
        plain = self.stanch.options.plain
        self.set_class(width >= LEAST[0] and height >= LEAST[1] and not plain, "-home")
        self._show_summary()

    # Reading

    def _load(self) -> None:
        self._asked = True
        self._sweep.begin(asked=True)
        self._show()
        self._poll.now()
        self._glanced.again()
        self._glance_poll.now()

    async def _read(self) -> bool:
        asked, self._asked = self._asked, False
        self._ended = self.stanch.desk.ended
        self._sweep.begin(asked=asked)
        error = await self._sweep.run(asked=asked)
        if error and asked:
            self.report("reading the keys again", error)
        elif error:
            self.stanch.keep("reading the keys again", error)
        if self.list.glowing and self.drawable:
            self.set_timer(GLOW_SECONDS, self._fade)
        self._rested()
        self._glance_on()
        return not (error or self._sweep.trouble or self._sweep.stale)

    def _glance_on(self) -> None:
        """Go on with what stands over the keys, once these are read: nothing comes before them."""
        if self.list.read and self.drawable and (self._poll.seen or self.behind_a_dialog):
            self._glance_poll.start(when_due=True)

    async def _read_glance(self) -> bool:
        if self.is_active or self.behind_a_dialog:
            return await self._glanced.read()
        self._glance_poll.rest()  # opened from a dialog over it, a screen came that it was not told of
        return True

    def _fade(self) -> None:
        self.list.glowing = frozenset()
        if self.drawable:
            self._show()

    def _tick(self) -> None:
        if self.is_current:
            self._show_summary()
            self._show_glance()

    def _context_changed(self) -> None:
        cases = {left.key_id: left.case for left in self.stanch.context.left_open}
        if cases != self.list.cases:
            self.list.cases = cases
            if self.drawable:
                self._show()

    def _keys_came(self) -> None:
        if not self.drawable:
            return
        self._show()
        if self._wanted and self.table.choose(self._wanted):
            self._wanted = None

    # Showing

    def _show(self) -> None:
        by = None if self.list.order == "risk" else self.list.order
        self.table.show(self.list.rows, sorted_by=by, descending=self.list.reversed)
        self._show_summary()
        self._show_glance()
        self._show_empty()
        self._show_details()
        self.commands_changed()

    def _show_summary(self) -> None:
        if not self.drawable:
            return
        summary = self.query_one("#summary", Lines)
        width = summary.size.width
        hint = "esc shows all " if self.list.filter else "/ to filter " if self.list.keys else ""
        if self.list.marked and not self.read_only:
            hint = "D deactivates them "
        room = width - len(hint) - 3 if self.list.marked else width - 1
        line = self.list.summary(self._sweep.waiting, self._sweep.stale, room)
        if width_of(line) + len(hint) + 2 > width:
            hint = ""
        summary.draw([(*fit(((" ", "text"), *line), max(0, width - len(hint))), (hint, "quiet"))])

    def _facts(self) -> Facts:
        return self._glanced.facts(self.list, self._sweep.trouble or self._sweep.waiting)

    def _show_glance(self) -> None:
        if self.drawable:
            self.query_one(Glance).show()

    def _show_empty(self) -> None:
        empty = self.query_one("#empty", Page)
        empty.display = not self.list.rows
        self.table.display = bool(self.list.rows)
        if not self.list.rows:
            empty.show(instead(self.list, self._sweep.trouble, self._sweep.waiting))

    def _show_details(self) -> None:
        title, text = self.query_one("#details-title", Rule), self.query_one("#details-text", Page)
        key = self.table.chosen
        if key is None:
            title.entitle("")
            text.show([])
            return
        now, held = self.stanch.options.now(), self.list.holdings.get(key.user)
        asking = f"reading what else {key.user} has…" if self._examining == key.user else None
        title.entitle(key.user, f"{key.id} · {key.short_service}")
        text.show(details(key, held, now, asking, self.list.cases.get(key.id)))

    # Looking at one key

    @on(Table.Chosen)
    def _chosen(self, event: Table.Chosen) -> None:
        self._show_details()
        self.query_one("#details-text", Page).move_to(0)
        self.commands_changed()
        self._rested()

    def _rested(self) -> None:
        """Ask what the user of the chosen key has, where that is not known, or no longer."""
        if self._rest is not None:
            self._rest.stop()
        key = self.table.chosen if self.drawable else None
        if key is not None and key.user not in self.list.holdings:
            self._rest = self.set_timer(LOOK_SECONDS, self._examine)

    def _examine(self) -> None:
        if self.subject is not None:
            self.run_worker(self._ask(self.subject.user), exclusive=True, group="examine")

    async def _ask(self, user: str) -> None:
        from services.keys.holdings import examine_user

        self._examining = user
        self._show_details()
        try:
            self.list.learn(await examine_user(await self.stanch.aws(), user))
        except AwsError as error:
            self.report(f"reading what {user} has", error)
        finally:
            self._examining = None
        if not self.drawable:
            return
        self.table.show(
            self.list.rows,
            sorted_by=None if self.list.order == "risk" else self.list.order,
            descending=self.list.reversed,
        )
        self._show_details()

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id == "back" and not (self.has_class("-filtering") or self.list.marked):
            return "this is the first screen"
        if command_id == "mark_all" and not self.list.rows:
            return "there are no keys"
        if command_id == "deactivate_marked":
            if self.read_only:
                return "started with --read-only"
            if self._deactivating:
                return "under way"
            return None if self.list.marked else "mark keys first (space)"
        return None

    def do_open(self) -> None:
        if key := self.table.chosen:
            self.stanch.open(ToKey(key, self.list.changed(key)))

    def do_back(self) -> None:
        if self.has_class("-filtering"):
            self._set_filter("")
        else:
            self.list.marked.clear()
            self._show()

    def do_mark(self) -> None:
        if key := self.table.chosen:
            self.list.toggle(key.id)
            self._show()

    def do_mark_all(self) -> None:
        self.list.mark_all()
        self._show()

    def do_group(self) -> None:
        self.list.grouped = not self.list.grouped
        self.list.arrange()
        self.say("Grouped by user." if self.list.grouped else "No longer grouped.")
        self._show()

    def do_deactivate_marked(self) -> None:
        if not self._deactivating:
            self._deactivating = True
            self.run_worker(self._deactivate(), group="deactivate")

    async def _deactivate(self) -> None:
        from tui.screens.keys.bulk import Deactivation

        keys = [key for key in self.list.keys if key.id in self.list.marked]
        deed = Deactivation(self.stanch, [Subject(key.id, key.user, key.service) for key in keys])
        try:
            self.say(f"Looking up {words.count(len(keys), 'key')}…")
            await deed.plan()
            self.hush()
            if not deed.ready:
                self.say(f"Nothing to do. {deed.left_out[0].key_id}: {deed.left_out[0].why}", "warn")
            elif await deed.confirm():
                self.list.marked.clear()
                self.say(await deed.carry_out())
                self._load()
            else:
                deed.give_up()
        finally:
            self._deactivating = False

    def do_filter(self) -> None:
        self._show_filter(True)
        self.set_focus(self.query_one("#filter", Input))

    def _show_filter(self, shown: bool) -> None:
        self.set_class(shown, "-filtering")
        # At once, so that it can have the focus: what is typed next must not be taken for commands.
        self.query_one("#filter-line").display = shown

    def do_sort(self) -> None:
        self.say(f"Sorted by {self.list.sort_by_next().lower()}.")
        self._show()
        self.table.move_to(0)

    def do_reverse(self) -> None:
        self.list.reversed = not self.list.reversed
        self.list.arrange()
        self._show()

    @on(Table.HeaderClicked)
    def _header_clicked(self, event: Table.HeaderClicked) -> None:
        if event.name in ORDERS:
            self.list.sort_by(event.name)
            self._show()

    def do_refresh(self) -> None:
        self.stanch.reintroduce()
        self._load()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        self.list.filter = keyfilter.parse(event.value)
        if self.list.filter.trouble:
            self.say(self.list.filter.trouble, "warn")
        else:
            self.hush()
        self.list.arrange()
        self._show()

    def _filtered(self) -> None:
        self.set_focus(self.table)
        self._show_filter(bool(self.query_one("#filter", Input).value.strip()))

    def _set_filter(self, text: str) -> None:
        self.query_one("#filter", Input).value = text
        self.list.filter = keyfilter.parse(text)
        self._show_filter(bool(text))
        self.list.arrange()
        self.set_focus(self.table)
        self._show()
