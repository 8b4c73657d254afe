"""What `add`, `remove` and `rename` do to the text of a holdfast.toml, each read again and compared."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, MutableMapping, MutableSequence

from holdfast import sets
from holdfast.editing import tables
from holdfast.errors import HoldfastError, shown
from holdfast.model import ProjectSpec
from holdfast.spec import FILE, load_toml, written
from holdfast.text import quote

Data = MutableMapping[str, object]


def put(text: str, group: str, name: str, block: str) -> str:
    """`text` with the table of a new function or resource, as `block` writes it."""
    data = load_toml(text)
    if name in _table(data, group):
        raise HoldfastError(f"{name!r} is there already", where=f"{FILE} {group}.{name}", todo="choose another name")
    expected = load_toml(text)
    added = load_toml(block)
    _table(expected, group)[name] = _table(_table(added, group), name)

    def with_tomlkit(document: Data) -> None:
        _table(document, group)[name] = _table(_table(added, group), name)

    return _first(expected, [lambda: tables.insert(text, group, block), lambda: _edited(text, with_tomlkit)])


def drop(text: str, group: str, name: str) -> str:
    """`text` without a function or resource. What else names it is left for the spec's own check to say."""
    _known(load_toml(text), group, name)
    expected = load_toml(text)
    del _table(expected, group)[name]
    if not _table(expected, group):
        del expected[group]

    def with_tomlkit(document: Data) -> None:
        del _table(document, group)[name]

    def without_group() -> str:
        return _edited(text, lambda document: document.pop(group))

    ways = [lambda: tables.remove(text, group, name), lambda: _edited(text, with_tomlkit), without_group]
    return _first(expected, ways, empty=group)


def grant(text: str, function: str, given: tuple[str, ...]) -> str:
    """`text` with grants for a function behind those that it has."""
    data = load_toml(text)
    _known(data, "functions", function)
    there = _table(_table(data, "functions"), function).get("grants", [])
    new = [each for each in dict.fromkeys(given) if isinstance(there, list) and each not in there]
    if not new:
        what = f"{function} has {'all of these' if len(given) > 1 else 'that'} already"
        raise HoldfastError(what, where=f"{FILE} functions.{function}.grants", todo="nothing is to be done")

    def change(document: Data) -> None:
        table = _table(_table(document, "functions"), function)
        listed = table.get("grants")
        if isinstance(listed, MutableSequence):
            for each in new:
                listed.append(each)
        else:
            table["grants"] = list(new)

    line = f"grants = [{', '.join(map(quote, new))}]"
    ways = [lambda: _edited(text, change), lambda: tables.append(text, ("functions", function), line)]
    return _changed(text, change, ways if there else ways[::-1])


def revoke(text: str, function: str, taken: tuple[str, ...]) -> str:
    """`text` without grants of a function."""
    data = load_toml(text)
    _known(data, "functions", function)
    there = _table(_table(data, "functions"), function).get("grants", [])
    for each in taken:
        if not isinstance(there, list) or each not in there:
            held = ", ".join(map(str, there)) if isinstance(there, list) and there else "none"
            raise HoldfastError(
                f"{function} has no grant {shown(each)}",
                where=f"{FILE} functions.{function}.grants",
                todo=f"it has {held}",
            )

    def change(document: Data) -> None:
        listed = _table(_table(document, "functions"), function)["grants"]
        assert isinstance(listed, MutableSequence)  # noqa: S101 - it was seen to be one above
        for index in reversed(range(len(listed))):
            if listed[index] in taken:
                del listed[index]

    return _changed(text, change)


def answers(text: str, assignments: Iterable[sets.Assignment]) -> str:
    """`text` with these keys set: a new one of the whole service stands at the end of its table."""
    for each in assignments:
        text = _answered(text, each)
    return text


def _answered(text: str, each: sets.Assignment) -> str:
    table, *keys = each.path
    expected = load_toml(text)
    there = expected.get(table, {})
    known = isinstance(there, Mapping) and keys[:1] and keys[0] in there
    ways = [lambda: sets.edit(text, [each], name=FILE)]
    if len(keys) == 1 and not known and isinstance(each.value, str | int | bool):
        line = f"{keys[0]} = {written(each.value)}"
        ways.insert(0, lambda: tables.append(text, (table,), line))
    sets.apply(expected, [each])
    return _first(expected, ways)


def renamed(
    text: str, spec: ProjectSpec, group: str, old: str, new: str, named: Iterable[tuple[tuple[str, ...], str]]
) -> str:
    """`text` with a function or resource called otherwise, and all that names it.

    `named` are the options that name it, each by its table and its key. A resource keeps its logical id and its
    physical name, written down from then on.
    """
    data = load_toml(text)
    _known(data, group, old)
    if new in _table(data, group):
        raise HoldfastError(f"{new!r} is there already", where=f"{FILE} {group}.{new}", todo="choose another name")
    kept = _kept(spec, old) if group == "resources" else {}
    places = list(named)

    def follow(document: Data) -> None:
        _named(document, places, new)
        if group == "resources":
            _granted(document, old, new)

    def keep(document: Data) -> None:
        follow(document)
        _table(_table(document, group), old).update(kept)

    def by_line() -> str:
        found = _edited(text, follow)
        for key, value in kept.items():
            if key not in _table(_table(data, group), old):
                found = tables.append(found, (group, old), f"{key} = {quote(value)}")
        return tables.renamed(found, group, old, new)

    expected = load_toml(text)
    keep(expected)
    expected[group] = {new if name == old else name: value for name, value in _table(expected, group).items()}
    ways = [by_line, lambda: tables.renamed(_edited(text, keep), group, old, new)]
    return _first(expected, ways, todo=f"write a table [{group}.{old}] of it first, and apply that with holdfast sync")


def _named(document: Data, places: Iterable[tuple[tuple[str, ...], str]], new: str) -> None:
    for place, key in places:
        table = document
        for step in place:
            table = _table(table, step)
        table[key] = new


def _granted(document: Data, old: str, new: str) -> None:
    functions = _table(document, "functions")
    for function in list(functions):
        listed = _table(functions, function).get("grants")
        if not isinstance(listed, MutableSequence):
            continue
        for index, each in enumerate(list(listed)):
            if str(each).partition(":")[0] == old:
                listed[index] = new + str(each)[len(old) :]


def _kept(spec: ProjectSpec, name: str) -> dict[str, str]:
    """What must be said of a resource from now on, because its name no longer says it."""
    resource = next(each for each in spec.resources if each.name == name)
    found = {"id": resource.id}
    if not resource.external:
        found["physical_name"] = resource.physical_name
    return found


def _changed(text: str, change: Callable[[Data], None], ways: list[Callable[[], str]] | None = None) -> str:
    expected = load_toml(text)
    change(expected)
    return _first(expected, ways or [lambda: _edited(text, change)])


def _edited(text: str, change: Callable[[Data], object]) -> str:
    import tomlkit
    import tomlkit.exceptions

    try:
        document = tomlkit.parse(text)
        change(document)
        return tomlkit.dumps(document)
    except (tomlkit.exceptions.TOMLKitError, KeyError):
        return ""


def _first(
    expected: Mapping[str, object],
    ways: list[Callable[[], str]],
    *,
    empty: str = "",
    todo: str = "edit it by hand, then holdfast sync",
) -> str:
    """What the first way gives that says what is `expected`; order of keys included."""
    for way in ways:
        edited = way()
        try:
            found = tomllib.loads(edited)
        except tomllib.TOMLDecodeError:
            continue
        if empty and not found.get(empty, True):
            del found[empty]
        if found == expected:
            return edited if edited.endswith("\n") else f"{edited}\n"
    raise HoldfastError("that cannot be changed as it is written", where=FILE, todo=todo)


def _known(data: Mapping[str, object], group: str, name: str) -> None:
    found = data.get(group, {})
    known = ", ".join(found) if isinstance(found, Mapping) else ""
    if not isinstance(found, Mapping) or name not in found:
        what = f"there is no {group[:-1]} {shown(name)}"
        raise HoldfastError(what, where=FILE, todo=f"there are {known}" if known else "add one")


def _table(data: Data, key: str) -> Data:
    found = data.setdefault(key, {})
    if not isinstance(found, MutableMapping):
        raise HoldfastError("it must be a table", where=f"{FILE} {key}", todo="mend the file")
    return found
