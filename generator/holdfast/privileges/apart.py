"""The ARNs of one statement, told apart: which of them nothing is called on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from holdfast import iam
from holdfast.privileges import names, targets
from holdfast.privileges.findings import Need
from holdfast.privileges.roles import Statement

#: Actions on what is another service's.
_OWNERS = {"sts": "iam"}
#: What turns a resource's ARN into that of all that is in it: policies list both as one.
_INSIDE = re.compile(r"[/:-]?(?:(?:index|stream|log-stream)[/:])?(?:[*?]+|\$\{\?\})")


def owner(action: str) -> str:
    """The service in the ARNs that an action is for."""
    prefix = action.partition(":")[0]
    return _OWNERS.get(prefix, prefix)


def idle(statement: Statement, actions: Sequence[str], needs: Sequence[Need]) -> tuple[str, ...]:
    """The ARNs for which none of these actions is called; none where it is not known what one of the calls is for.

    An ARN of a service that is not called at all is not among them: its actions are what is unused.
    """
    callers = [need for need in needs if any(names.covers(action, need.action) for action in actions)]
    if len(statement.resources) < 2 or not callers or not all(need.resources for need in callers):
        return ()
    texts: dict[str, set[str]] = {}
    for need in callers:
        texts.setdefault(owner(need.action), set()).update(need.resources)
    patterns = statement.opened or tuple(resource for _, resource in statement.resources)
    judged = {
        pattern: any(targets.may_match(pattern, text) for text in texts[service])
        for (service, _), pattern in zip(statement.resources, patterns, strict=True)
        if service in texts and service in iam.actions()
    }
    called = [pattern for pattern, matched in judged.items() if matched]
    if not called:
        return ()
    return tuple(
        resource
        for (_, resource), pattern in zip(statement.resources, patterns, strict=True)
        if not judged.get(pattern, True) and not any(_are_one(pattern, other) for other in called)
    )


def _are_one(one: str, other: str) -> bool:
    """Whether one is a resource and the other all that is in it."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and _INSIDE.fullmatch(long, len(short)) is not None
