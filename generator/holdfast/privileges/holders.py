"""Methods of what holds or is a value of the code's own: lists, dictionaries, texts."""

from __future__ import annotations

import ast
import string
from collections.abc import Callable, Mapping
from typing import TypeAlias

from holdfast.privileges.core import Core, Frame
from holdfast.privileges.values import NOTHING, OPAQUE, Arguments, Container, Literal, Value, Values, join, only

#: Texts that are longer are not computed with.
LONGEST = 2_000
_Method: TypeAlias = Callable[[Core, Container, Arguments, ast.AST, Frame], Values]


def container_method(
    machine: Core, container: Container, name: str, given: Arguments, node: ast.AST, frame: Frame
) -> Values:
    """A method of a list, set or dictionary."""
    found = _METHODS.get(name)
    return found(machine, container, given, node, frame) if found else NOTHING


def _append(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    machine.add_element(container, given.at(0))
    return NOTHING


def _insert(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    machine.add_element(container, given.at(1))
    return NOTHING


def _extend(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    machine.add_element(container, machine.elements(given.at(0), node, frame))
    return NOTHING


def _update(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    machine.update(container, given.at(0))
    for key, values in given.keywords:
        machine.put(container, key, values)
    return NOTHING


def _get(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return join(machine.entry(container, given.at(0)), given.at(1))


def _setdefault(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    machine.put_entry(container, given.at(0), given.at(1))
    return machine.entry(container, given.at(0))


def _pop_any(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return machine.elements(only(container), node, frame)


def _values(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    held = Container(container.node, container.scope, f"{container.label}.values")
    for key in machine.names(container):
        if key != "?":
            machine.add_element(held, machine.get(container, key))
    return only(held)


def _itself(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    return only(container)


def _items(machine: Core, container: Container, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """A pair for each key that is known, so that comprehensions keep together what belongs together."""
    held = Container(container.node, container.scope, f"{container.label}.items")
    for number, key in enumerate(machine.names(container)):
        if key == "?":
            continue
        pair = Container(container.node, container.scope, f"{container.label}.item{number}")
        machine.put(pair, 0, only(Literal(key)) if key not in ("*", "**") else OPAQUE)
        machine.put(pair, 1, machine.get(container, key))
        machine.add_element(held, only(pair))
    return only(held)


_METHODS: Mapping[str, _Method] = {
    **dict.fromkeys(("append", "add", "appendleft", "put", "put_nowait"), _append),
    "insert": _insert,
    **dict.fromkeys(("extend", "extendleft"), _extend),
    "update": _update,
    **dict.fromkeys(("get", "pop", "__getitem__"), _get),
    "setdefault": _setdefault,
    **dict.fromkeys(("popleft", "popitem"), _pop_any),
    "values": _values,
    "items": _items,
    **dict.fromkeys(("copy", "keys", "union"), _itself),
}
_PURE = frozenset({
    *("lower", "upper", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "title", "capitalize"),
    *("partition", "rpartition", "split", "rsplit", "splitlines", "casefold", "swapcase"),
})  # fmt: skip


def text_method(machine: Core, receiver: Value, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """A method of a text: the text itself where everything about it is known, its known parts otherwise."""
    if name == "format" and isinstance(receiver, Literal):
        return _format(machine, str(receiver.value), given)
    if name == "join" and isinstance(receiver, Literal):
        return _join(machine, receiver, given, node, frame)
    if name in _PURE and isinstance(receiver, Literal) and isinstance(receiver.value, str):
        return _computed(machine, receiver.value, name, given, node, frame)
    if name in ("strip", "lower", "rstrip", "lstrip", "encode", "decode"):
        return only(receiver)
    return OPAQUE


def _computed(machine: Core, text: str, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    """What a method gives for constants, all of them short: nothing here may cost what a hostile text asks for."""
    constants = [value for values in given.positional for value in values if isinstance(value, Literal)]
    short = all(len(value.value) < LONGEST for value in constants if isinstance(value.value, (str, bytes)))
    if len(constants) != sum(len(values) for values in given.positional) or len(text) > LONGEST or not short:
        return OPAQUE
    if len(constants) != len(given.positional):
        return OPAQUE
    try:
        result = getattr(text, name)(*(value.value for value in constants))
    except (TypeError, ValueError):
        return OPAQUE
    if isinstance(result, str):
        return only(Literal(result)) if len(result) <= LONGEST else OPAQUE
    made = Container(node, frame.scope, f"text.{text}")
    for index, piece in enumerate(result[:50]):
        machine.put(made, index, only(Literal(piece)))
    return only(made)


def _format(machine: Core, template: str, given: Arguments) -> Values:
    pieces: list[Values] = []
    count = 0
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError:
        return OPAQUE
    for text, field, _, _ in parsed:
        pieces.append(only(Literal(text)))
        if field is not None:
            position = int(field) if field.isdigit() and len(field) < 4 else count
            pieces.append((given.at(None, field) if field and not field.isdigit() else given.at(position)) or OPAQUE)
            count += 1
    return machine.glued(pieces)


def _join(machine: Core, glue: Literal, given: Arguments, node: ast.AST, frame: Frame) -> Values:
    pieces: list[Values] = []
    for value in given.at(0):
        if not isinstance(value, Container) or any(isinstance(key, str) for key in machine.names(value)):
            return OPAQUE
        for number, position in enumerate(machine.names(value)):
            pieces += [only(glue)] if number else []
            pieces.append(machine.get(value, position))
    return machine.glued(pieces)
