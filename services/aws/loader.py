"""Reads the services' models, each once in the process, for all sessions of it."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def loader(data_path: str | None) -> Any:
    from botocore.loaders import create_loader

    return create_loader(data_path)
