"""What each key means, on whatever screen: as in vim and k9s where those have a word for it.

A key that several commands have stands here with all of them, so that no screen gives it another meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.commands.command import shown
from tui.commands.table import BY_ID, SCOPES, Kind, within


@dataclass(frozen=True, slots=True)
class Convention:
    """*keys* have this *meaning*, and only the commands *ids* may have them."""

    keys: tuple[str, ...]
    meaning: str
    ids: frozenset[str]


def _one(keys: str, meaning: str, ids: str) -> Convention:
    return Convention(tuple(keys.split()), meaning, frozenset(ids.split()))


_DOWN = "down step_down next_flow next_choice next next_found more"
_UP = "up step_up previous_flow previous_choice previous previous_found less"

CONVENTIONS = (
    _one("j down", "down: the next row, line or choice", _DOWN),
    _one("k up", "up: the previous row, line or choice", _UP),
    _one("h left", "left: the value before, the previous choice, the other button", "point_left other"),
    _one("l right", "right: the value after, the next choice, the other button", "point_right other"),
    _one("g home", "to the top", "top"),
    _one("G end", "to the bottom, or to the newest", "bottom latest"),
    _one("ctrl+d", "half a page down", "half_down text_down plan_down more"),
    _one("ctrl+u", "half a page up", "half_up text_up plan_up less"),
    _one("pagedown", "a page down", "page_down text_down plan_down more"),
    _one("pageup", "a page up", "page_up text_up plan_up less"),
    _one("slash", "find words in what is shown: a filter where there is one, else a search",
         "filter filter_calls filter_events filter_groups search"),
    _one("n", "on to the next place found", "search_next"),
    _one("N", "back to the previous place found", "search_previous"),
    _one("left_square_bracket escape", "back", "back"),
    _one("right_square_bracket", "forth: the screen that was left last", "forward"),
    _one("question_mark f1", "help for what is in sight", "help"),
    _one("colon ctrl+p", "a command by its name", "palette"),
    _one("enter", "open what is in focus, or do what it says",
         "act attach bring_about change choose done follow go_on go_to_account graph next_stage open"
         " open_finding"
         " open_found press record respond_found sign_in switch_off take try use zoom"),
    _one("space", "turn it on or off: a mark, a pause, a choice", "mark pause"),
    _one("tab", "the next of several: a field, a button, a key, a graph",
         "next next_choice next_graph next_group next_handed other"),
    _one("shift+tab", "the previous of several", "previous previous_choice"),
    _one("y", "copy what is in focus; where yes or no is asked, yes", "copy yes"),
    _one("1 2 3 4 5 6", "the numbered one: a step, or a column to group by",
         "group by_address by_agent by_region by_resource by_error"
         " step_1 step_2 step_3 step_4 step_5 step_6"),
    _one("a", "all of them", "all_groups every_flow"),
    _one("i", "identify a leaked key", "identify again try"),
    _one("o", "override, with a reason", "override delete_anyway"),
    _one("r", "respond to a key", "respond respond_found"),
    _one("s", "sort by the next column", "sort sort_accounts sort_groups"),
    _one("u", "undo", "undo detach end_rotation put_back switch_on"),
    _one("v", "view it another way", "reveal graph_style whole_head"),
    _one("x", "change a choice", "change options rotation_options whom look_elsewhere"),
)  # fmt: skip

RESERVED: Mapping[str, Convention] = {key: each for each in CONVENTIONS for key in each.keys}


def broken() -> tuple[str, ...]:
    """A sentence for each key that means something else somewhere than the conventions say."""
    commands_of: dict[str, set[str]] = {}
    for scope in SCOPES:
        for command in within(scope):
            for key in command.keys:
                commands_of.setdefault(key, set()).add(command.id)
    return tuple(
        f"{shown(key)} means several things: {', '.join(sorted(ids))}"
        for key, ids in sorted(commands_of.items())
        if not (ids <= RESERVED[key].ids if key in RESERVED else len(ids) == 1)
    )


def nothing_here(key: str, scope: str) -> str:
    """Why *key* does nothing on the screen *scope*, and where it would do something."""
    dialog = SCOPES[scope].kind is Kind.DIALOG
    elsewhere = _first(
        f"{command.label} on the {name.replace('_', ' ')} screen"
        for name, of in SCOPES.items()
        if of.kind is Kind.SCREEN and not dialog
        for command in within(name)
        if key in command.keys
    )
    why = f" (it is: {elsewhere})" if elsewhere else ""
    return f"{shown(key)} does nothing here{why}. {_help_key()} shows what you can do."


def table() -> tuple[tuple[tuple[str, ...], str], ...]:
    """All keys of the screens with what they mean, for the documentation; the conventions first."""
    rows = [(each.keys, each.meaning) for each in CONVENTIONS]
    for command in dict.fromkeys(command for scope in SCOPES for command in within(scope)):
        if own := tuple(key for key in command.keys if key not in RESERVED):
            meaning = command.help.partition(".")[0]
            rows.append((own, meaning if _is_name(meaning) else meaning[:1].lower() + meaning[1:]))
    return tuple((tuple(map(shown, keys)), meaning) for keys, meaning in rows)


def _is_name(words: str) -> bool:
    """Whether it begins with a name of AWS's, as IncomingBytes is one."""
    first = words.partition(" ")[0]
    return first[1:] != first[1:].lower()


def _help_key() -> str:
    return BY_ID["help"].shown_key


def _first(found: Iterable[str]) -> str | None:
    return next(iter(found), None)
