"""What a function's role grants: its statements, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from holdfast.privileges import targets, template
from holdfast.privileges.intrinsics import Resolver

DATA = Path(__file__).parent / "data"
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


@dataclass(frozen=True)
class Statement:
    """One statement: its actions (with wildcards as they stand) and what of its ARNs stands behind the account.

    `everything_but` turns the actions round (NotAction); `source` says where it stands; `managed`: it is AWS's own.
    `opened` has the same ARNs in the same order, as they are whatever the template is deployed with; empty where that
    makes no difference.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[tuple[str, str], ...]
    source: str
    allows: bool = True
    everything_but: bool = False
    conditioned: bool = False
    managed: bool = False
    opened: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """What is known of a role: statements, and what could not be looked into."""

    name: str
    statements: tuple[Statement, ...] = ()
    unknown: tuple[str, ...] = ()


@cache
def _managed() -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads((DATA / "managed.json").read_text(encoding="utf-8"))
    return found


def read(logical: str, resolver: Resolver) -> Role:
    """The role of this logical id: its own policies, those that are attached to it, AWS's managed ones."""
    properties = template.properties(resolver.resources[logical])
    statements: list[Statement] = []
    unknown: list[str] = []
    for own in _each(properties.get("Policies")):
        statements += _statements(own.get("PolicyDocument"), resolver, resolver.text(own.get("PolicyName", logical)))
    for arn in resolver.texts(properties.get("ManagedPolicyArns")):
        found = _of_managed(arn)
        statements += found
        if not found:
            unknown.append(arn)
    for name, policy in resolver.of(*_POLICIES).items():
        said = template.properties(policy)
        attached = [*_each_value(said.get("Roles")), said.get("RoleName")]
        if _refers(attached, logical, resolver):
            statements += _statements(said.get("PolicyDocument"), resolver, name)
    for arn in _each_value(properties.get("ManagedPolicyArns")):
        if isinstance(arn, dict) and arn.get("Ref") in resolver.of("AWS::IAM::ManagedPolicy"):
            said = template.properties(resolver.resources[arn["Ref"]])
            statements += _statements(said.get("PolicyDocument"), resolver, str(arn["Ref"]))
            unknown = [one for one in unknown if one != resolver.text(arn)]
    return Role(logical, tuple(statements), tuple(unknown))


def _refers(values: list[Any], logical: str, resolver: Resolver) -> bool:
    own = resolver.reference(logical)
    return any(value == {"Ref": logical} or (value is not None and own in resolver.texts(value)) for value in values)


def _of_managed(arn: str) -> list[Statement]:
    name = arn.partition("policy/")[2] or arn
    known = _managed()
    documents = known.get(name) or next(
        (document for full, document in known.items() if full.rpartition("/")[2] == name and "arn:" not in arn), None
    )
    return [statement for one in documents or () for statement in _statement(one, Resolver({}), name, managed=True)]


def _statements(document: object, resolver: Resolver, source: str) -> list[Statement]:
    if not isinstance(document, dict):
        return []
    return [
        statement
        for one in _each(document.get("Statement"))
        for statement in _statement(one, resolver, source, managed=False)
    ]


def _statement(one: Mapping[str, Any], resolver: Resolver, source: str, *, managed: bool) -> Iterator[Statement]:
    actions = [action for action in resolver.texts(one.get("Action", one.get("NotAction"))) if action]
    resources = {
        targets.split(text) if text != "*" else ("", "*"): targets.split(resolver.opened.text(arn))[1]
        for arn in _each_value(one.get("Resource", "*"))
        for text in resolver.texts(arn)
    }
    pairs = tuple(resources)
    if not actions or not pairs:
        return
    yield Statement(
        sid=str(one.get("Sid", "")),
        actions=tuple(dict.fromkeys(actions)),
        resources=pairs,
        source=source,
        allows=one.get("Effect", "Allow") == "Allow",
        everything_but="NotAction" in one,
        conditioned=bool(one.get("Condition")),
        managed=managed,
        opened=tuple(resources.values()),
    )


def _each(value: object) -> Iterator[dict[str, Any]]:
    """The dictionaries of a list, with both branches of every `!If` in it."""
    for one in _each_value(value):
        if isinstance(one, dict) and set(one) == {"Fn::If"}:
            branches = one["Fn::If"]
            yield from _each(branches[1:] if isinstance(branches, list) else [])
        elif isinstance(one, dict) and one != {"Ref": "AWS::NoValue"}:
            yield one
        elif isinstance(one, list):
            yield from _each(one)


def _each_value(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
