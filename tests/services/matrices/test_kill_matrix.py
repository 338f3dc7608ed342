"""SIGKILL at every boundary of every route; gone on with, the account ends as if nothing had happened.

Where boundaries are alike, it is killed at one of them: on every way before and after each change, and while
a secret is in hand, and on those with *lines* after every line of the journal. With STANCH_FULL_MATRICES=1 it
is killed at all.
"""

from __future__ import annotations

import sys
from functools import partial

import pytest

from tests.services.matrices.families import EVERY_KILL, FAMILIES
from tests.services.matrices.family import Desk
from tests.services.matrices.killing import Victim, Way, points, survive, whole


@pytest.mark.parametrize(("name", "route"), EVERY_KILL)
@pytest.mark.long
async def test_killed_wherever_it_makes_a_difference(
    desk: Desk, victim: Victim, name: str, route: str, capsys: pytest.CaptureFixture[str]
) -> None:
    family = FAMILIES[name]
    killing = family.kills[route]

    def begin(number: int) -> Way:
        return family.begin(desk, route)

    known = [whole(victim, family.regions, family.begin(desk, other)) for other in killing.known]
    choose = partial(points, known=known, lines=killing.lines, torn=killing.torn, anew=killing.anew)
    told = await survive(victim, family.regions, begin, choose)
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, {name}, {route}: {told}\n")
