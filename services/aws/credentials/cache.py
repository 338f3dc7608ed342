"""The AWS CLI's own cache of role sessions, so that a code typed for one of the two serves both."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any

from botocore.utils import JSONFileCache

_log = logging.getLogger(__name__)


def cache_dir() -> Path:
    try:
        return Path("~/.aws/cli/cache").expanduser()
    except RuntimeError:
        # Nobody's home is no place for it: there it can be neither read nor written.
        return Path("/dev/null/.aws/cli/cache")


class RoleCache(JSONFileCache):  # type: ignore[misc]
    """Files of mode 0600, under the CLI's names; hides the sessions that AWS has *refused*."""

    def __init__(self, refused: Collection[str] = ()) -> None:
        super().__init__(str(cache_dir()))
        self._refused = refused
        self.served: frozenset[str] = frozenset()
        """The access key ids of the sessions that were taken from it."""

    def __contains__(self, cache_key: str) -> bool:
        try:
            self[cache_key]
        except KeyError:
            return False
        return True

    def __getitem__(self, cache_key: str) -> Any:
        kept = super().__getitem__(cache_key)
        try:
            credentials = kept["Credentials"]
            if credentials["AccessKeyId"] in self._refused or not credentials["Expiration"]:
                raise KeyError(cache_key)
        except (TypeError, KeyError):
            # Cut short by a full disk, or by hand.
            raise KeyError(cache_key) from None
        self.served |= {credentials["AccessKeyId"]}
        return kept

    def __setitem__(self, cache_key: str, value: Any) -> None:
        try:
            super().__setitem__(cache_key, value)
        except OSError as error:
            _log.warning("The role session cannot be kept in %s: %s", cache_dir(), error)
