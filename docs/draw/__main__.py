"""`python -m docs.draw [NAME]...`: draw the README's pictures again, from the program as it is."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

PICTURES = ("screens", "report", "cast")

if __name__ == "__main__":
    match sys.argv[1:]:
        case [name]:
            import_module(f"docs.draw.{name}").draw()
        case names:
            # Each in a process of its own: one of them sets the clock.
            for name in names or PICTURES:
                subprocess.run([sys.executable, "-m", "docs.draw", name], check=True)
