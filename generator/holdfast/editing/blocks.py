"""The text of a new table of holdfast.toml, as `spec.dump` writes one."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast import spec
from holdfast.text import quote


def block(group: str, name: str, table: Mapping[str, object]) -> str:
    """The table `[GROUP.NAME]` with what `table` (TOML data) holds, its event on one line."""
    lines = [f"[{group}.{name}]"]
    for key, value in table.items():
        if value not in ({}, []):
            lines.append(f"{key} = {_shown(value)}")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_shown(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return spec.written(value) if isinstance(value, str | int | bool) else quote(value)


def _key(key: str) -> str:
    return key if all(c.isascii() and (c.isalnum() or c in "-_") for c in key) and key else quote(key)
