"""The one file that `make dist` makes, against the installed program."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.account import account, leaked
from bench.measure import Row, process, ratio
from release.__main__ import build


def rows() -> Iterator[Row]:
    installed = str(Path(sys.executable).with_name("stanch"))
    with account(leaked), tempfile.TemporaryDirectory() as place:
        file = str(build(Path(place)))
        environment = {**os.environ, "STANCH_STATE_DIR": place, "SHIV_ROOT": place}
        for words, limit in ((["--version"], 2.0), (["keys", "--json"], 1.25)):
            one = process([sys.executable, "-I", file, *words], environment)
            value, note = ratio(one, process([installed, *words], environment))
            yield Row(
                f"the one file's {' '.join(words)}, against the installed program", value, limit, note=note
            )
