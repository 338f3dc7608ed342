"""A key's copies in Secrets Manager that AWS keeps: a reset writes the new secret into them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.aws import secretsmanager
from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.iam import Credential
from services.aws.regions import enabled_regions
from services.aws.secretsmanager import SecretEntry
from services.aws.session import AwsSession

OWN = "stanch/"
"""With what the names of this program's own secrets begin: AWS doesn't touch those."""
FEW = 3
_AROUND = r"[\w+=,.@-]"


@dataclass(frozen=True, slots=True)
class Twins:
    """*found* as ``NAME (REGION)``; *unread* is why it could not be looked everywhere."""

    found: tuple[str, ...] = ()
    unread: str | None = None

    def warnings(self, comes: str) -> tuple[str, ...]:
        """What to mind before the key is changed, where *comes* says what AWS does to its copy."""
        said = []
        if self.found:
            more = f" and {len(self.found) - FEW:,} more" if len(self.found) > FEW else ""
            named = ", ".join(self.found[:FEW]) + more
            said.append(f"Secrets Manager may hold a copy of this key that AWS keeps: {named}. {comes}")
        if self.unread:
            said.append(f"Whether Secrets Manager holds a copy of this key is not known: {self.unread}")
        return tuple(said)


async def twins(aws: AwsSession, key: Credential) -> Twins:
    """Whatever names the key, its alias or its user, in every Region that is enabled."""
    try:
        regions = await enabled_regions(aws)
    except Expired:
        raise
    except AwsError as error:
        return Twins(unread=str(error))
    texts = [text for text in (key.id, key.alias, key.user) if text]
    answers = await asyncio.gather(*(_of_region(aws, region, key.user) for region in regions.names))
    found: list[str] = []
    unread: str | None = None
    for region, answer in zip(regions.names, answers, strict=True):
        if isinstance(answer, NoCredentials) and not regions.sure:
            continue
        if isinstance(answer, AwsError):
            unread = unread or str(answer)
            continue
        found += [f"{each.name} ({region})" for each in answer if _names(each, texts)]
    return Twins(tuple(found), unread)


async def _of_region(aws: AwsSession, region: str, user: str) -> tuple[SecretEntry, ...] | AwsError:
    # The alias has the user's name in it, and so has what a console calls a secret by default.
    try:
        return await secretsmanager.search(aws, "all", user, region=region)
    except Expired:
        raise
    except AwsError as error:
        return error


def _names(entry: SecretEntry, texts: Iterable[str]) -> bool:
    if entry.name.startswith(OWN):
        return False
    return any(
        re.search(rf"(?<!{_AROUND}){re.escape(text)}(?!{_AROUND})", told)
        for text in texts
        for told in (entry.name, *entry.told)
    )
