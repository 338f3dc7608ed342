"""From the options of one place to those of another, while the screen is open."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from services.aws.credentials.profiles import environment_signs, signing_profile
from services.aws.errors import BadSetup
from tui.settings.options import Options, Start
from tui.settings.place import Place
from tui.shell.common import Setup
from tui.shell.connecting import as_set_up, check_profile

if TYPE_CHECKING:
    from services.aws.credentials.signer import Prompt


def go_by(setup: Setup, options: Options, place: Place, prompt: Prompt) -> Options:
    """Raises an AwsError where there is no such place; what was read-only stays so."""
    if place.profile is not None:
        check_profile(place.profile)
    config = setup.config
    if place.role is not None and place.account is not None:
        try:
            config = msgspec.structs.replace(config, accounts=config.accounts.by(place.role, place.account))
        except ValueError as error:
            raise BadSetup("AssumeRole", str(error)) from None
    profile = place.profile or setup.profile
    placed = replace(
        setup,
        profile=profile,
        account=place.account or (None if place.profile else setup.account),
        role_arn=None if place.account or place.profile else setup.role_arn,
        regions=setup.regions if place.regions is None else place.regions,
        read_only=setup.read_only or config.read_only_with(profile),
        config=config,
        prompt=prompt,
        # What another profile has found signs for that one alone.
        opened=[] if place.profile else setup.opened,
    )
    return replace(
        options,
        connect=as_set_up(placed),
        connecting="connecting to AWS…",
        go=partial(go_by, placed),
        profile=placed.profile,
        signing_profile=signing_profile(placed.profile),
        regions=placed.regions,
        more_regions=placed.more_regions,
        read_only=placed.read_only,
        colour=None if environment_signs(placed.profile) else placed.profile_config.colour,
        start=Start(),
    )
