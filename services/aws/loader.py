"""Reads the services' models, each once in the process, for all sessions of it."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any


@cache
def loader(data_path: str | None) -> Any:
    from botocore.loaders import create_loader

    return create_loader(data_path)


def read_model(loader: Any, service: str) -> None:
    for kind in ("service-2", "endpoint-rule-set-1"):
        # What is wrong with a model create_client will say, in the right place.
        with suppress(Exception):
            loader.load_service_model(service, kind)
