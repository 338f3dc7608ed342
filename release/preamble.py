# Run by the one file before anything else of it: what it was made for, in a sentence and no traceback.
import sys

from _stanch_made_for import PLATFORM, VERSION  # type: ignore[import-not-found]

if (sys.version_info[:2], sys.platform) != (VERSION, PLATFORM):
    wanted, found = (f"{major}.{minor}" for major, minor in (VERSION, sys.version_info[:2]))
    sys.stderr.write(
        f"stanch: This file was made for Python {wanted} on {PLATFORM}, and this is Python {found} on "
        f"{sys.platform}: start it with python{wanted}, or build one with make dist.\n"
    )
    sys.exit(2)
