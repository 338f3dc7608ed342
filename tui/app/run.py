"""Runs the app on the terminal, and turns how it ended into an exit code."""

from __future__ import annotations

import errno
import os

from tui.exits import Exit
from tui.settings.options import Options


def run(options: Options) -> int:
    """0 when left by the user, 130 when interrupted by ctrl+c or a signal, 1 on a defect."""
    # Read when textual is imported: left from somebody's development they press keys, keep what is pasted in
    # a log, write the screen to a file that all can read, and end the program.
    for name in [each for each in os.environ if each.startswith("TEXTUAL")]:
        del os.environ[name]
    # A line that drops would leave the local shell in the kitty protocol.
    os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
    from tui.app.app import StanchApp

    app = StanchApp(options)
    try:
        app.run(mouse=options.mouse)
    except OSError as error:
        if error.errno != errno.EIO or error.filename is not None:
            raise
        # The terminal went while it was being put in order.
        return Exit.INTERRUPTED
    return app.return_code if app.return_code is not None else Exit.INTERRUPTED
