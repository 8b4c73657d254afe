"""The code's needs against the role's statements: what is missing, what is unused, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from holdfast import iam
from holdfast.privileges import apart, names, targets
from holdfast.privileges.findings import Missing, Need, Place, Unresolved, Unused
from holdfast.privileges.roles import Statement

#: Actions that stand and fall together: those of one grant of holdfast's.
Units = frozenset[frozenset[str]]
MOST_SHOWN = 12


def missing(needs: Iterable[Need], statements: Sequence[Statement]) -> tuple[Missing, ...]:
    """What the code is sure to need and no statement grants."""
    found: dict[tuple[str, tuple[str, ...]], tuple[list[Place], tuple[str, ...]]] = {}
    for need in needs:
        if need.optional or _granted(need, statements):
            continue
        others = (
            resource
            for statement in statements
            if statement.allows and _covers(statement, need.action)
            for _, resource in statement.resources
        )
        places, _ = found.setdefault((need.action, need.resources), ([], tuple(dict.fromkeys(others))))
        places.append(need.place)
    return tuple(
        Missing(action, resources, tuple(sorted(set(places))), elsewhere)
        for (action, resources), (places, elsewhere) in sorted(found.items())
    )


def _granted(need: Need, statements: Sequence[Statement]) -> bool:
    if any(_denies(statement, need) for statement in statements if not statement.allows):
        return False
    return any(
        statement.allows and _covers(statement, need.action) and _is_for(statement, need) for statement in statements
    )


def _denies(statement: Statement, need: Need) -> bool:
    """Only what is denied without a condition, and for certain, counts as denied."""
    if statement.conditioned or not _covers(statement, need.action):
        return False
    if any(resource == "*" for _, resource in statement.resources):
        return True
    return bool(need.resources) and all(
        any(resource == text for _, resource in statement.resources) for text in need.resources
    )


def _covers(statement: Statement, action: str) -> bool:
    return any(names.covers(pattern, action) for pattern in statement.actions) != statement.everything_but


def _is_for(statement: Statement, need: Need) -> bool:
    """Whether a statement's resources may be what the call is for; where one side is unknown, they may."""
    if not need.resources:
        return True
    prefix = apart.owner(need.action)
    for service, resource in statement.resources:
        if resource == "*" or not service or service != prefix:
            # An ARN of another service's grants nothing here, but one whose service is not known may.
            if resource == "*" or not service or "$" in service or service not in iam.actions():
                return True
            continue
        if any(targets.may_match(resource, text) for text in need.resources):
            return True
    return False


def unused(
    needs: Sequence[Need],
    statements: Sequence[Statement],
    doubts: Sequence[Unresolved],
    units: Units,
    opened: Sequence[Need] | None = None,
) -> tuple[Unused, ...]:
    """What is granted and never called; of AWS's own policies as a whole, of others by statement and by ARN.

    `opened` are the needs as they are whatever the template is deployed with, where that makes a difference.
    """
    anyhow = needs if opened is None else opened
    found: list[Unused] = []
    managed: dict[str, list[Statement]] = {}
    for statement in statements:
        if not statement.allows:
            continue
        if statement.managed:
            managed.setdefault(statement.source, []).append(statement)
        else:
            found += _of_statement(statement, needs, anyhow, doubts, units)
    for source, held in managed.items():
        found += _of_managed(source, held, needs, doubts)
    return tuple(found)


def _users(statement: Statement, pattern: str, needs: Sequence[Need]) -> set[str]:
    """The actions that are called of what a pattern grants in this statement."""
    return {need.action for need in needs if names.covers(pattern, need.action) and _is_for(statement, need)}


def _of_statement(
    statement: Statement, needs: Sequence[Need], opened: Sequence[Need], doubts: Sequence[Unresolved], units: Units
) -> Iterator[Unused]:
    if statement.everything_but:
        called = {need.action for need in needs if _covers(statement, need.action) and not need.optional}
        yield _finding(statement, (), doubts, broad=True, used=called, grant="NotAction")
        return
    exact = tuple(action for action in statement.actions if not _is_pattern(action))
    used = {action for action in exact if _users(statement, action, needs)}
    if used and any(frozenset(exact) <= unit for unit in units):
        used = set(exact)
    idle = tuple(action for action in exact if action not in used)
    if idle:
        yield _finding(statement, idle, doubts)
    for pattern in statement.actions:
        if _is_pattern(pattern):
            called = _users(statement, pattern, needs)
            used |= {pattern} if called else set()
            granted = names.matching(pattern)
            if not called or granted - called:
                yield _finding(statement, (pattern,), doubts, broad=bool(called), used=called, grant=pattern)
    active = tuple(action for action in statement.actions if action in used)
    without = apart.idle(statement, active, opened)
    if without:
        yield replace(_finding(statement, active, doubts), resources=without, partial=True)


def _of_managed(
    source: str, statements: Sequence[Statement], needs: Sequence[Need], doubts: Sequence[Unresolved]
) -> Iterator[Unused]:
    called: set[str] = set()
    idle: list[str] = []
    for statement in statements:
        for pattern in statement.actions:
            users = _users(statement, pattern, needs)
            called |= users
            whole = names.matching(pattern) <= users if _is_pattern(pattern) else bool(users)
            idle += [] if whole else [pattern]
    if idle:
        merged = Statement("", tuple(dict.fromkeys(idle)), statements[0].resources, source)
        yield _finding(merged, merged.actions, doubts, broad=bool(called), used=called, grant=source)


def _finding(
    statement: Statement,
    actions: tuple[str, ...],
    doubts: Sequence[Unresolved],
    *,
    broad: bool = False,
    used: Iterable[str] = (),
    grant: str = "",
) -> Unused:
    prefixes = {action.partition(":")[0].lower() for action in actions or ("*",)}
    unless = sorted({doubt.place for doubt in doubts if _may_use(doubt, prefixes)})
    return Unused(
        grant=grant or statement.sid or ", ".join(actions[:MOST_SHOWN]),
        actions=actions,
        resources=tuple(resource for _, resource in statement.resources),
        source=statement.source,
        unless=tuple(unless),
        broad=broad,
        used=tuple(sorted(used)),
    )


def _may_use(doubt: Unresolved, prefixes: set[str]) -> bool:
    """Whether what cannot be told may be a call of one of these services; `*` is every service."""
    patterns = [prefix for prefix in prefixes if "*" in prefix]
    return not doubt.services or bool(patterns) or bool({names.prefix(one) for one in doubt.services} & prefixes)


def _is_pattern(action: str) -> bool:
    return "*" in action or "?" in action
