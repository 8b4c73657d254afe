"""IAM's names: of services, and of the actions that there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from holdfast.iam import actions
from holdfast.privileges import models

DATA = Path(__file__).parent / "data"
#: Services in which an operation is looked for by its name alone.
MOST_GUESSES = 6


@cache
def _prefixes() -> Mapping[str, str]:
    lines = (DATA / "services.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ") for line in lines if line)


def prefix(service: str) -> str:
    """IAM's prefix of a service that botocore names so: `stepfunctions` is `states`."""
    return _prefixes().get(service, service)


def services(iam: str) -> list[str]:
    """The services of botocore that have this prefix."""
    named = [service for service, name in _prefixes().items() if name == iam]
    return [*named, *([iam] if iam in models.services() and iam not in _prefixes() else [])]


@cache
def matching(pattern: str) -> frozenset[str]:
    """The actions that there are of a pattern such as `s3:Get*`."""
    service, _, name = pattern.partition(":")
    wanted = compiled(name)
    chosen = {p: known for p, known in actions().items() if compiled(service).fullmatch(p)}
    return frozenset(f"{p}:{action}" for p, known in chosen.items() for action in known if wanted.fullmatch(action))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """IAM's wildcards: `*` for anything, `?` for one character; letters of any case."""
    text = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile(re.sub(r"(?:\.\*)+", ".*", text), re.IGNORECASE | re.DOTALL)


@cache
def covers(pattern: str, action: str) -> bool:
    """Whether an action of a policy grants this action."""
    return pattern.lower() == action.lower() or (
        ("*" in pattern or "?" in pattern) and compiled(pattern).fullmatch(action) is not None
    )


@cache
def _by_word() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for service, names in actions().items():
        for name in names:
            found.setdefault(name.lower(), set()).add(service)
    return {name: frozenset(of) for name, of in found.items()}


#: Operations that have another name as actions, and that are often called on what cannot be followed.
_MORE = {
    "transactwriteitems": "dynamodb",
    "transactgetitems": "dynamodb",
    "executestatement": "dynamodb",
} | dict.fromkeys(("headobject", "listobjects", "listobjectsv2", "copyobject", "deleteobjects"), "s3")


@cache
def guess(method: str, keywords: frozenset[str], *, open_: bool) -> tuple[tuple[str, str], ...]:
    """The (service, operation) that a method's name and the names of its arguments may stand for, if anything."""
    named = frozenset(key for key in keywords if key[:1].isupper() or key.endswith("Arn"))
    if not named and not (open_ and "_" in method):
        return ()
    word = method.replace("_", "")
    candidates = _by_word().get(word, frozenset()) | ({_MORE[word]} if word in _MORE else set())
    if not candidates or len(candidates) > MOST_GUESSES:
        return ()
    found = []
    for service in sorted(service for iam in candidates for service in services(iam)):
        operation = models.operations(service).get(method)
        if operation and keywords <= models.members(service, operation):
            found.append((service, operation))
    return tuple(found)
