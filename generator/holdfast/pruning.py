"""Grants taken out of holdfast.toml, its comments and its order as they were."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping, MutableSequence

from holdfast.errors import HoldfastError


def without_grants(text: str, removed: Mapping[str, tuple[str, ...]], *, name: str) -> str:
    """`text`, a holdfast.toml, without these grants of these functions.

    What comes out is read again and compared: where it is not the same but for the grants, nothing is changed.
    """
    import tomlkit
    import tomlkit.exceptions

    try:
        document = tomlkit.parse(text)
        _remove(document, removed)
        edited, expected = tomlkit.dumps(document), tomllib.loads(text)
        _remove(expected, removed)
        same = tomllib.loads(edited) == expected
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise HoldfastError(f"not TOML: {error}", where=name, todo="mend the line") from None
    if not same:
        raise HoldfastError("the grants cannot be taken out as it is written", where=name, todo="edit it by hand")
    return edited


def _remove(document: MutableMapping[str, object], removed: Mapping[str, tuple[str, ...]]) -> None:
    """Take them out, in place; `document` is plain or tomlkit's own."""
    functions = document["functions"]
    for function, grants in removed.items():
        table = functions[function] if isinstance(functions, MutableMapping) else None
        listed = table["grants"] if isinstance(table, MutableMapping) else None
        if isinstance(listed, MutableSequence):
            for index in reversed(range(len(listed))):
                if listed[index] in grants:
                    del listed[index]
