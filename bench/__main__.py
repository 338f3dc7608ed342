"""`make bench`: each figure beside its limit, measured against a peer in the same run."""

from __future__ import annotations

import argparse
from importlib import import_module

PARTS = (
    "shell",
    "file",
    "screen",
    "line",
    "inventory",
    "organization",
    "journal",
    "review",
    "manycalls",
    "bucket",
    "history",
    "scan",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all of them")
    for part in parser.parse_args().parts or PARTS:
        for row in import_module(f"bench.{part}").rows():
            print(row, flush=True)


if __name__ == "__main__":
    main()
