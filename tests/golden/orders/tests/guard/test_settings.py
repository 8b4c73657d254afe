"""What settings.py says must mean something: nobody notices a limit that is never looked at."""

from __future__ import annotations

from orders import settings
from orders.guard import Limits

from .functions import FUNCTIONS


def test_limits_are_of_sources_that_are_here() -> None:
    names: set[str] = set()
    for function in FUNCTIONS:
        source = function.handler().source
        names.add(source.name)
        while source.within:
            source = source.within
            names.add(source.name)
    unknown = settings.LIMITS.keys() - names
    assert not unknown, f"LIMITS: no function has events of {sorted(unknown)}; there are {sorted(names)}"


def test_limits_leave_room_for_an_event() -> None:
    for name, limits in settings.LIMITS.items():
        assert limits.keys() <= set(Limits._fields), name
        assert all(limit > 0 for limit in limits.values()), name
