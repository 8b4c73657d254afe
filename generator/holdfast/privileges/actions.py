"""From calls of APIs to the IAM actions that they need, by data/operations.toml and a few rules that no row can say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from holdfast import iam
from holdfast.privileges import names, targets
from holdfast.privileges.findings import Call, Need, Unresolved
from holdfast.privileges.targets import Texts
from holdfast.privileges.values import EMPTY, Tree, texts

DATA = Path(__file__).parent / "data"
#: A parameter that hands a role to AWS, wherever it stands.
_ROLE = re.compile(r"\w*[rR]ole(?:Arn|ARN)|iamRoleArn")
_NO_PASSING = frozenset({"sts", "iam", "sso", "sso-admin"})
_DEEPEST = 6


@dataclass(frozen=True)
class When:
    """What an argument asks for besides; `on` is the parameter that names the resource."""

    actions: tuple[str, ...]
    parameter: tuple[str, ...]
    on: tuple[str, ...]


@cache
def _operations() -> Mapping[str, Mapping[str, list[str]]]:
    data = tomllib.loads((DATA / "operations.toml").read_text(encoding="utf-8"))
    return {service: table for service, table in data.items() if service != "when"}


@cache
def _when() -> Mapping[tuple[str, str], tuple[When, ...]]:
    data = tomllib.loads((DATA / "operations.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], tuple[When, ...]] = {}
    for row in data["when"]:
        when = When(tuple(row["actions"]), tuple(row["parameter"].split(".")), tuple(row.get("on", "").split(".")))
        for operation in row["operations"]:
            key = (row["service"], operation)
            found[key] = (*found.get(key, ()), when)
    return found


def needs(call: Call, environment: Texts) -> Iterator[Need | Unresolved]:
    """The actions that a call needs, and what about them cannot be told."""
    special = _SPECIAL.get((call.service, call.operation))
    if special:
        yield from special(call, environment)
    else:
        for action in base(call.service, call.operation):
            yield _checked(call, _need(call, action, call.arguments, environment))
    for when in _when().get((call.service, call.operation), ()):
        given = call.arguments.get(*when.parameter)
        # Of a call whose arguments are not all known, only those that are seen count.
        if given.texts or given.entries or given.others:
            on = call.arguments.get(*when.on) if when.on != ("",) else EMPTY
            for action in when.actions:
                yield _named(call, action, on, environment)
    yield from _implied(call, call.arguments, environment, 0)


def opened(call: Call, environment: Texts) -> Iterator[Need]:
    """The needs of a call with every resource that it may be for: without the index, where that may not be given."""
    for need in needs(call, environment):
        if isinstance(need, Need):
            indexes = () if "IndexName" in call.written else [one for one in need.resources if "/index/" in one]
            yield replace(need, resources=(*need.resources, *(one.partition("/index/")[0] for one in indexes)))


def base(service: str, operation: str) -> tuple[str, ...]:
    """An operation's actions, whatever it is given; with a `?` where they are not sure to be needed."""
    prefix = names.prefix(service)
    listed = _operations().get(service, {}).get(operation)
    found = [operation] if listed is None else listed
    return tuple(
        action if ":" in action else f"{'?' * action.startswith('?')}{prefix}:{action.lstrip('?')}" for action in found
    )


def _checked(call: Call, need: Need) -> Need | Unresolved:
    """The need, if IAM knows such an action."""
    prefix, _, name = need.action.partition(":")
    known = iam.actions().get(prefix, frozenset())
    if name in known or need.optional:
        return need
    what = f"no action of IAM's is known for {call.service}'s {call.operation}"
    return Unresolved(call.place, what, (prefix,))


def _need(call: Call, action: str, arguments: Tree, environment: Texts) -> Need:
    name = action.lstrip("?")
    found = targets.of(name, arguments, environment)
    return Need(name, found, call.place, optional=action.startswith("?"))


def _named(call: Call, action: str, on: Tree, environment: Texts) -> Need:
    name = action.lstrip("?")
    return Need(name, targets.named(name, on, environment), call.place, optional=action.startswith("?"))


def _implied(call: Call, tree: Tree, environment: Texts, depth: int) -> Iterator[Need]:
    """What is handed to another service: an object of S3's to read, a role to act in."""
    if depth > _DEEPEST:
        return
    for key, inner in tree.entries:
        if key == "S3Object" and call.service != "s3":
            name = inner.get("Name")
            given = Tree(entries=(("Bucket", inner.get("Bucket")), ("Key", name or inner.get("Key"))))
            yield Need("s3:GetObject", targets.of("s3:GetObject", given, environment), call.place)
        elif isinstance(key, str) and _ROLE.fullmatch(key) and call.service not in _NO_PASSING and inner:
            yield Need("iam:PassRole", targets.named("iam:PassRole", inner, environment), call.place)
        yield from _implied(call, inner, environment, depth + 1)
    for inner in tree.others:
        yield from _implied(call, inner, environment, depth + 1)


# What depends on more than the names of arguments.

_WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def _transaction(call: Call, environment: Texts) -> Iterator[Need | Unresolved]:
    """A transaction is no action: each of its items is."""
    items = call.arguments.get("TransactItems")
    seen = False
    for item in items.children():
        for key, inner in item.entries:
            if key in _WRITES:
                seen = True
                yield _need(call, f"dynamodb:{_WRITES[str(key)]}", inner, environment)
    whole = items.known and all(item.known and not item.others for item in items.children())
    if not seen or not whole:
        what = "which items the transaction has is not known"
        yield Unresolved(call.place, what, ("dynamodb",))


def _tables(call: Call, environment: Texts) -> Iterator[Need]:
    """Batches name their tables by keys."""
    action = f"dynamodb:{call.operation}"
    requests = call.arguments.get("RequestItems")
    found = [key for key, _ in requests.entries if isinstance(key, str)]
    named = call.arguments.get("TableName")
    if found and requests.known and not requests.others:
        for key in found:
            yield Need(action, (f"table/{key}",), call.place)
    elif requests.texts and not found and requests.known:
        yield Need(action, targets.named(action, Tree(texts=requests.texts), environment), call.place)
    else:
        yield Need(action, targets.named(action, named, environment), call.place)


_PARTIQL = {"select": "PartiQLSelect", "insert": "PartiQLInsert", "update": "PartiQLUpdate", "delete": "PartiQLDelete"}


def _statement(call: Call, _: Texts) -> Iterator[Need | Unresolved]:
    """PartiQL says by its first word what it does."""
    given = texts(call.arguments.get("Statement").texts)
    words = [text.split(None, 1)[0].lower() if text.split() else "" for text in given]
    if not words or any(word not in _PARTIQL for word in words):
        yield Unresolved(call.place, "what the PartiQL statement does is not known", ("dynamodb",))
    for word in words:
        if word in _PARTIQL:
            yield Need(f"dynamodb:{_PARTIQL[word]}", (), call.place)


_SPECIAL: Mapping[tuple[str, str], Callable[[Call, Texts], Iterator[Need | Unresolved]]] = {
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("dynamodb", "BatchWriteItem"): _tables,
    ("dynamodb", "BatchGetItem"): _tables,
    ("dynamodb", "ExecuteStatement"): _statement,
}
