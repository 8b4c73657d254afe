"""The shapes that a template's own TOML and JSON must have: tables, and lists of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from holdfast.errors import HoldfastError, shown


def known(data: Mapping[str, object], keys: frozenset[str], where: str) -> None:
    """Refuse a key that means nothing: it would be a misspelt one."""
    for key in data:
        if key not in keys:
            raise HoldfastError(
                f"the key {shown(key)} is unknown", where=where, todo=f"known here: {', '.join(sorted(keys))}"
            )


def table(data: Mapping[str, object], key: str, where: str) -> Mapping[str, object]:
    """The table under `key`, empty where there is none."""
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise HoldfastError(f"{key} must be a table", where=where, todo="mend the template's file")
    return found


def subtables(data: Mapping[str, object], where: str) -> Iterable[tuple[str, Mapping[str, object]]]:
    """Every key of `data`, each a table."""
    for key in data:
        yield key, table(data, key, where)


def texts(data: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    """The list of texts under `key`, empty where there is none."""
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise HoldfastError(f"{key} must be a list of texts", where=where, todo="mend the template's file")
    return tuple(found)


def pattern(text: str, key: str, where: str) -> None:
    """Refuse what is no regular expression."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise HoldfastError(f"{key} is no regular expression: {error}", where=where, todo="mend it") from None
