"""Every route leads to one screen, which takes it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from tui import routes
from tui.app.table import SCREENS, load_commands, screen_class
from tui.commands import table as commands
from tui.frame.base import Commands
from tui.routes import Route
from tui.settings.context import Subject

ROUTES = [found for found in vars(routes).values() if isinstance(found, type) and issubclass(found, Route)]


class Scene:
    subject = Subject("ACCAEXAMPLE", "web", "logs.amazonaws.com")
    read_only = False
    alerted = False
    hook_values: Mapping[str, str | None] = MappingProxyType({})


def test_every_route_is_in_the_table() -> None:
    assert set(SCREENS) == set(ROUTES) - {Route}


@pytest.mark.parametrize("route", SCREENS, ids=lambda route: route.__name__)
def test_the_screen_takes_its_route(route: type[Route]) -> None:
    screen = screen_class(route)
    assert issubclass(screen, Commands)
    parameters = inspect.signature(screen).parameters.values()
    asked = [each.annotation for each in parameters if each.default is each.empty]
    assert asked == ([route.__name__] if route.__struct_fields__ else [])


def test_every_command_that_leads_somewhere_makes_a_route() -> None:
    load_commands()
    led = {command.id: command.to(Scene()) for command in commands.every() if command.to}
    assert len(led) > 10
    assert all(type(route) in SCREENS for route in led.values())
