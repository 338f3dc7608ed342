"""The `stanch` command: options, commands, and one exit code for each way a command can end."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from services.base.memory import forbid_core_dumps
from services.base.text import clean
from services.base.version import VERSION
from tui.exits import Exit
from tui.settings import librarylog
from tui.shell import completing, given, streams
from tui.shell.guessing import Guessing
from tui.shell.rolearn import role_arn

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from tui.settings.config import Config

COMMANDS = {
    "keys": ("tui.shell.keys", "List every API key of the account, with its risks."),
    "identify": ("tui.shell.identify", "Find whose key a leaked token or id is; read from standard input."),
    "respond": ("tui.shell.respond", "Respond to a leaked key: open its runbook."),
    "review": ("tui.shell.review", "Show what was done with a key, from CloudTrail."),
    "watch": ("tui.shell.watch", "Watch bytes coming into log groups, live or once."),
    "case": ("tui.shell.case", "List, show, verify, anchor, report, export and close cases."),
    "scan": ("tui.shell.scan", "Find leaked keys in files, git histories and standard input."),
    "intake": ("tui.shell.intake", "Take in a scanner's report, an alert or a notice: whose keys are in it?"),
    "audit": ("tui.shell.audit", "Check all keys against best practices; each finding comes with its fix."),
    "setup": ("tui.shell.setup", "Create an API key for CloudWatch Logs, with all it needs."),
    "issue": ("tui.shell.issue", "Create an API key for an existing user."),
    "policy": ("tui.shell.policy", "Print or attach policies that govern keys."),
    "rotate": (
        "tui.shell.rotate",
        "Replace a key without downtime: second key, import, old key off, watch, delete.",
    ),
    "harden": ("tui.shell.harden", "Record key use with CloudTrail, before you need it."),
    "doctor": (
        "tui.shell.doctor",
        "Check your credentials and permissions, and whether key use is recorded.",
    ),
    "config": ("tui.shell.config", "Where the configuration is, and the settings in effect."),
    "demo": ("tui.shell.demo", "Practise on a simulated account with a leaked key in use."),
    "drill": ("tui.shell.drill", "A scored exercise on a simulated account, with an attacker who goes on."),
    "sandbox": ("tui.shell.sandbox", "Serve a simulated AWS account on 127.0.0.1."),
    "completion": ("tui.shell.completion", "Print a shell's completion script."),
}
"""By name, where it is and what it does: a command is imported when it runs, and not to be listed."""


PRETEND = ("demo", "drill", "sandbox")
"""Nobody is told of cases that aren't real."""


class Stanch(Guessing):
    """A group that imports a command's module only when that command is asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # `head` has read enough. Left to click it would end with 1, as a defect does.
            return Exit.DONE

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, command_help = COMMANDS[cmd_name]
        command = import_module(module).command
        assert isinstance(command, click.Command)
        command.short_help = command_help
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command_help) for name, (_, command_help) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        named = [
            CompletionItem(name, help=command_help)
            for name, (_, command_help) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=Stanch,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command, opens the inventory. Have a leaked token? `stanch identify`. "
    "To practise: `stanch demo`.",
)
@click.option(
    "--profile", metavar="P", shell_complete=completing.profiles, help="Use this profile from ~/.aws/config."
)
@click.option(
    "--account",
    metavar="ID",
    callback=lambda ctx, param, value: given.account(value),
    help="Act in this account: with credentials of it, else by the role in [accounts], else not at all.",
)
@click.option(
    "--role-arn",
    metavar="ARN",
    callback=role_arn,
    help="Assume this role with the profile's credentials.",
)
@click.option(
    "--endpoint-url",
    "endpoint_urls",
    metavar="[SERVICE=]URL",
    multiple=True,
    callback=lambda ctx, param, value: given.endpoint_urls(value),
    help="Send requests here instead of to AWS, for all services or one. May be repeated.",
)
@click.option(
    "--region",
    "regions",
    metavar="R",
    multiple=True,
    callback=lambda ctx, param, value: given.regions(value),
    help="Look in this Region; may be repeated.",
)
@click.option(
    "--read-only/--no-read-only",
    default=None,
    help="Refuse to change anything.",
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="STANCH_STATE_DIR",
    metavar="D",
    help="Where cases and evidence are kept (default: the XDG state directory).",
)
@click.option(
    "--mouse/--no-mouse", default=None, help="With --no-mouse the terminal keeps the mouse, to select text."
)
@click.option(
    "--theme",
    metavar="NAME",
    shell_complete=completing.themes,
    help="Colour theme: dark, midnight, light, high-contrast, terminal or your own name (default: dark, or "
    "terminal where it has only 16 colours).",
)
@click.option(
    "--plain/--no-plain", default=None, help="For screen readers: no lines and boxes, graphs as numbers."
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="STANCH_CONFIG",
    metavar="FILE",
    help="Configuration file (default: see `stanch config`).",
)
@click.option("--no-config", is_flag=True, help="Ignore the configuration file.")
@click.version_option(VERSION, prog_name="stanch")
@click.pass_context
def stanch(
    ctx: click.Context,
    profile: str | None,
    account: str | None,
    role_arn: str | None,
    endpoint_urls: Mapping[str, str],
    regions: tuple[str, ...],
    read_only: bool | None,
    state_dir: Path | None,
    mouse: bool | None,
    theme: str | None,
    plain: bool | None,
    config_file: Path | None,
    no_config: bool,
) -> None:
    """Stop the flow from a leaked AWS API key, see what was done with it, replace it, prove every step."""
    from services.aws.credentials.profiles import named_profile
    from tui.settings.config import default_path, default_state_dir
    from tui.shell.common import Setup

    named = config_file is not None
    config_file = config_file or default_path()
    config = _config(config_file, no_config, named)
    _check_theme(theme, config)
    if read_only is None:
        # On a simulated account there is nothing to be careful with. A profile that AWS_PROFILE names counts
        # even where keys in the environment sign instead of it.
        read_only = config.read_only_with(named_profile(profile)) and ctx.invoked_subcommand not in (
            "demo",
            "drill",
        )
    ctx.obj = Setup(
        profile or None,
        regions,
        read_only,
        state_dir or default_state_dir(),
        mouse=config.mouse if mouse is None else mouse,
        theme=theme or config.theme,
        plain=config.plain if plain is None else plain,
        config=config,
        config_file=config_file,
        no_config=no_config,
        account=account,
        role_arn=role_arn,
        endpoint_urls=endpoint_urls,
        state_dir_named=ctx.get_parameter_source("state_dir") is ParameterSource.COMMANDLINE,
    )
    if config.webhook.url and ctx.invoked_subcommand not in PRETEND:
        from tui.shell.webhook import switch_on

        switch_on(config.webhook)
    if ctx.invoked_subcommand is None:
        from tui.shell.screen import open_screen

        ctx.exit(open_screen(ctx.obj))


def _check_theme(name: str | None, config: Config) -> None:
    from tui.settings.config import ConfigError, require_theme

    try:
        require_theme(name, config)
    except ConfigError as error:
        raise click.BadParameter(f"{error}", param_hint="'--theme'") from None


def _config(file: Path, none: bool, named: bool) -> Config:
    """What is configured; a file that cannot be used ends the program, as it may ask for --read-only."""
    from tui.settings import config

    if none:
        return config.Config()
    try:
        return config.load(file, named=named)
    except config.ConfigError as error:
        raise click.UsageError(f"{error} {error.advice}, or run with --no-config.") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code; a mistake is one line, never a traceback."""
    forbid_core_dumps()
    if not streams.open_closed_ones():
        _say("Standard output is closed: redirect it to a file or to /dev/null.")
        sys.exit(Exit.USAGE)
    streams.fit_to_locale()
    # AWS's models are many small objects: looking for cycles among them took a sixth of `stanch keys`.
    gc.set_threshold(100_000, 50, 50)
    librarylog.keep()
    from tui.shell.terminal import trust_window

    trust_window()
    code = run(arguments)
    if why := streams.finish():
        _say(why)
        code = code or Exit.INCOMPLETE
    if code == Exit.INTERRUPTED:
        # Python would wait for its threads, and one that looks up a name can take minutes.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """The command's exit code."""
    try:
        return _run(arguments)
    finally:
        _finish_telling()


def _finish_telling() -> None:
    """What was told to others, and what became of it, after the command said all it had to say."""
    if "services.cases.webhook" in sys.modules:
        from services.cases import webhook

        with suppress(KeyboardInterrupt):
            for words in webhook.finish():
                _say(words)
        webhook.configure(None)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result: Any = stanch.main(arguments, prog_name="stanch", standalone_mode=False)
    except click.exceptions.Abort:
        return Exit.INTERRUPTED
    except click.ClickException as error:
        with suppress(OSError):
            _explain_use(error)
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where a defect can become a sentence
        return _explain(error)
    return int(result or 0)


def _explain_use(error: click.ClickException) -> None:
    """Two lines: what is wrong, and where it says how to do it."""
    from services.base.text import clean

    context = error.ctx if isinstance(error, click.UsageError) else None
    said = " ".join(error.format_message().split())
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and isinstance(error.ctx.command, click.Group):
        # click would print all of the help.
        said = f"Name a command: {', '.join(error.ctx.command.list_commands(error.ctx))}."
    click.echo(f"stanch: {clean(said)}", err=True)
    if context is not None:
        click.echo(f"For help: {context.command_path} --help", err=True)


def _explain(error: Exception) -> int:
    from services.aws.credentials.failures import NoSuchProfile
    from services.aws.credentials.regions import UnknownRegion
    from services.aws.errors import AwsError, NoSuchName, ReadOnly, WrongAccount
    from services.cases.errors import NoSuch, NotStored, Refused, RunbookError, Unrecorded
    from services.keys.token import TokenError

    match error:
        case NoSuch() | NoSuchName() | NoSuchProfile() | TokenError() | UnknownRegion():
            code = Exit.USAGE
        case NotStored() | Unrecorded():
            # Something was done, and not all of it.
            code = Exit.INCOMPLETE
        case Refused() | ReadOnly() | WrongAccount() | RunbookError():
            code = Exit.REFUSED
        case AwsError():
            code = Exit.AWS
        case streams.NoOutput():
            code = Exit.REFUSED
        case OSError() if error.errno is not None:
            return _machine(error)
        case _:
            return _defect(error)
    _say(str(error))
    if isinstance(error, Unrecorded):
        for line in error.lines:
            click.echo(line, err=True)
    return code


def _machine(error: OSError) -> int:
    """A disk that is full, or a file that may not be used: no defect of ours."""
    if error.filename is None:
        _say(f"The output could not be written ({error.strerror}), so it is incomplete.")
        return Exit.INCOMPLETE
    _say(f"{clean(error.filename)}: {error.strerror}.")
    return Exit.REFUSED


def _say(text: str) -> None:
    # Standard error may be full or closed too, and then there is nobody to tell.
    with suppress(OSError):
        click.echo(f"stanch: {text}", err=True)


def _defect(error: Exception) -> int:
    if os.environ.get("STANCH_DEBUG"):
        import traceback

        # Without locals: a secret may be among them.
        traceback.print_exception(error)
    click.echo(
        f"stanch: internal error ({type(error).__name__}); please report it. STANCH_DEBUG=1 shows where.",
        err=True,
    )
    return Exit.DEFECT
