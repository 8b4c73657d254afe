"""Rendered files must be what their names say: YAML, TOML or JSON that parses, and no key that stands twice."""

from __future__ import annotations

import json
import tomllib
from functools import partial

import yaml

from holdfast.errors import HoldfastError, shown

BROKEN = "the rendered file is broken: "
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def check(path: str, content: bytes) -> None:
    """Refuse a file whose content its format's readers would not take."""
    suffix = path.rpartition(".")[2]
    try:
        if suffix in ("yaml", "yml"):
            _yaml(path, content.decode("utf-8"))
        elif suffix == "toml":
            tomllib.loads(content.decode("utf-8"))
        elif suffix == "json":
            json.loads(content, object_pairs_hook=partial(_once, path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else path
        raise _broken(where, str(getattr(error, "problem", None) or error)) from None
    except (ValueError, RecursionError) as error:
        raise _broken(path, str(error)) from None


def load(text: str) -> object:
    """A CloudFormation template as plain data: every value a text, `!Sub` and its like taken off."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - the base loader makes texts, lists and tables alone


def _once(path: str, pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _broken(path, f"the key {shown(key)} stands twice")
        found[key] = value
    return found


def _yaml(path: str, text: str) -> None:
    """Walk the events: a mapping's keys are told from its values by their position, and kept per open mapping."""
    open_maps: list[tuple[set[str], list[bool]] | None] = []
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            open_maps.pop()
            continue
        if not isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            continue
        inside = open_maps[-1] if open_maps else None
        if inside is not None:
            keys, is_key = inside
            if is_key[0] and isinstance(event, yaml.ScalarEvent):
                if event.value in keys:
                    line = event.start_mark.line + 1 if event.start_mark else "?"
                    raise _broken(f"{path}:{line}", f"the key {shown(event.value)} stands twice")
                keys.add(event.value)
            is_key[0] = not is_key[0]
        if isinstance(event, yaml.MappingStartEvent):
            open_maps.append((set(), [True]))
        elif isinstance(event, yaml.SequenceStartEvent):
            open_maps.append(None)


def _broken(where: str, what: str) -> HoldfastError:
    return HoldfastError(f"{BROKEN}{what}", where=where, todo="mend the template or rename a thing")
