"""Which screen each route leads to; it is imported when somebody first goes there.

Beside each screen, in its folder's ``commands.py``, stands what can be done there.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tui import routes
from tui.routes import Route

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.settings.options import Options

SCREENS: Mapping[type[Route], str] = {
    routes.ToInventory: "tui.screens.keys.inventory:InventoryScreen",
    routes.ToOrganization: "tui.screens.keys.organization:OrganizationScreen",
    routes.ToKey: "tui.screens.keys.key:KeyScreen",
    routes.ToRunbook: "tui.screens.runbook.screen:RunbookScreen",
    routes.ToSweep: "tui.screens.runbook.sweep:SweepScreen",
    routes.ToEvents: "tui.screens.events.screen:EventsScreen",
    routes.ToRotation: "tui.screens.rotation.screen:RotationScreen",
    routes.ToCases: "tui.screens.cases.screen:CasesScreen",
    routes.ToTraffic: "tui.screens.traffic.screen:TrafficScreen",
    routes.ToLogGroups: "tui.screens.loggroups.screen:LogGroupsScreen",
    routes.ToIdentify: "tui.screens.identify.dialog:IdentifyDialog",
    routes.ToScan: "tui.screens.scan.screen:ScanScreen",
    routes.ToAudit: "tui.screens.audit.screen:AuditScreen",
    routes.ToPolicy: "tui.screens.goals.policy:PolicyScreen",
    routes.ToSetup: "tui.screens.goals.setup:SetupScreen",
    routes.ToIssue: "tui.screens.goals.issue:IssueScreen",
    routes.ToHarden: "tui.screens.goals.harden:HardenScreen",
    routes.ToErrors: "tui.screens.errors.screen:ErrorsScreen",
    routes.ToCalls: "tui.screens.calls.screen:CallsScreen",
    routes.ToHook: "tui.screens.hook.screen:HookScreen",
    routes.ToSettings: "tui.screens.settings.screen:SettingsScreen",
    routes.ToHelp: "tui.screens.help.screen:HelpScreen",
    routes.ToPalette: "tui.screens.help.palette:PaletteDialog",
}


def screen_class(route: type[Route]) -> type[Screen[Any]]:
    module, _, name = SCREENS[route].partition(":")
    found: type[Screen[Any]] = getattr(import_module(module), name)
    return found


def screen_of(route: Route) -> Screen[Any]:
    """The screen there; it takes its route where that says more than where it is."""
    screen: Any = screen_class(type(route))
    made: Screen[Any] = screen(route) if route.__struct_fields__ else screen()
    return made


def load_commands() -> None:
    """Make every command there is known to the table of commands, without importing a screen."""
    folders = {path.partition(":")[0].rpartition(".")[0] for path in SCREENS.values()}
    for folder in ("tui.dialogs", *sorted(folders)):
        import_module(f"{folder}.commands")
    import_module("tui.commands.lists")


def configured_commands(options: Options) -> tuple[str, ...]:
    """Load the commands with the keys and hooks that are configured; a sentence for each wish not met.

    To be called before any screen is imported: screens take their keys from the table of commands.
    """
    load_commands()
    from tui.commands import hooks, table

    return (*table.remap(options.keys), *hooks.add(options.hooks))
