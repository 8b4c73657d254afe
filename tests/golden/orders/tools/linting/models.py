"""What types the fields of event models have, as far as their annotations say it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from .code import Module, annotated
from .scope import Bound, Scope

#: Types of one of a few known values, or without text of the caller's choice.
NUMBERS = frozenset(
    {"AwareDatetime", "Decimal", "Literal", "UUID", "bool", "date", "datetime", "float", "int", "time", "timedelta"}
    | {"FutureDate", "NonNegativeFloat", "NonNegativeInt", "PastDate", "PositiveFloat", "PositiveInt", "UUID4", "UUID7"}
)
#: Also text of a few ASCII characters that leads nowhere and starts with no hyphen.
NAMES = NUMBERS | {"BucketName", "Ident", "S3Key"}

#: What makes a type of its own beside a plain one: `Annotated[str, HttpsUrl("example.com")]`.
_NOTES = frozenset({"HttpsUrl"})
_AROUND = frozenset({"Optional", "Sequence", "Union", "dict", "frozenset", "list", "set", "tuple"})
_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum"})

#: A class, or a name from outside the service, and the module that says it.
Type = tuple[Module, str]


class Unknown(Exception):
    """No annotation says it."""


def has_type(module: Module, node: ast.expr, scope: Scope, allowed: frozenset[str]) -> bool:
    """Whether `node` is a field of an event, or out of one, and the model gives it none but the `allowed` types."""
    try:
        found = _types(module, node, scope, frozenset())
    except Unknown:
        return False
    return bool(found) and all(name in allowed and not classes(there, name) for there, name in found)


def _types(module: Module, node: ast.expr, scope: Scope, seen: frozenset[Bound]) -> set[Type]:
    match node:
        case ast.Name(id=name):
            bounds = set(scope.find(name)) - seen
            if not bounds:
                raise Unknown
            return set().union(*(_bound(module, each, seen | bounds) for each in bounds))
        case ast.Attribute(value=value, attr=attr):
            owners = _types(module, value, scope, seen)
            return set().union(*(_leaves(*_field(owner, attr)) for owner in owners))
        case ast.Subscript(value=value) | ast.NamedExpr(value=value):
            return _types(module, value, scope, seen)
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return _types(module, value, scope, seen)
        case ast.IfExp(body=left, orelse=right):
            return _types(module, left, scope, seen) | _types(module, right, scope, seen)
    raise Unknown


def _bound(module: Module, bound: Bound, seen: frozenset[Bound]) -> set[Type]:
    if bound.node is None or bound.role == "unknown":
        raise Unknown
    if bound.role == "event":
        return set(_leaves(module, bound.node))
    return _types(module, bound.node, bound.scope, seen)


def _field(owner: Type, name: str) -> tuple[Module, ast.expr]:
    """The annotation of a field of a class or of what it inherits from, and the module that it stands in."""
    module, kind = owner
    for node in classes(module, kind):
        for inside in node.body:
            if isinstance(inside, ast.AnnAssign) and isinstance(inside.target, ast.Name) and inside.target.id == name:
                return module, inside.annotation
        for base in node.bases:
            for above in _leaves(module, base):
                try:
                    return _field(above, name)
                except Unknown:
                    continue
    raise Unknown


def _leaves(module: Module, node: ast.expr, seen: frozenset[Type] = frozenset()) -> Iterator[Type]:
    """The types that an annotation is made of; `Annotated`, `| None` and containers are looked through."""
    inside = partial(_leaves, seen=seen)
    match annotated(node):
        case ast.Constant():
            pass  # None, or the dots of a tuple.
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from chain(inside(module, left), inside(module, right))
        case ast.Subscript(value=outer, slice=inner):
            name, parts = _last(module, outer), inner.elts if isinstance(inner, ast.Tuple) else [inner]
            if name == "Annotated":
                notes = {_last(module, part.func) for part in parts if isinstance(part, ast.Call)} & _NOTES
                yield from ((module, note) for note in notes) if notes else inside(module, parts[0])
            elif name in _AROUND:
                yield from chain.from_iterable(inside(module, part) for part in parts)
            else:
                yield module, name
        case ast.Name(id=name) if (module, name) in seen:
            pass  # A type that holds itself.
        case ast.Name(id=name) if aliases := module.names.top.find(name):
            for each in aliases:
                yield from _leaves(module, each.node or ast.Name(""), seen | {(module, name)})
        case ast.Name(id=name) if found := classes(module, name):
            yield (module, "Literal") if _is_enum(module, found) else (module, name)
        case other:
            full = module.dotted(other, module.names.top)
            there = module.project.find(full)
            if there:
                yield from _leaves(there[0], ast.Name(there[1]), seen | {(module, ast.unparse(other))})
            else:
                yield module, full.rpartition(".")[2]


def _last(module: Module, node: ast.expr) -> str:
    return module.dotted(node, module.names.top).rpartition(".")[2]


def classes(module: Module, name: str) -> list[ast.ClassDef]:
    """The classes of that name in a module."""
    return [node for node in module.tree.body if isinstance(node, ast.ClassDef) and node.name == name]


def _is_enum(module: Module, found: Iterable[ast.ClassDef]) -> bool:
    return any(_last(module, base) in _ENUMS for node in found for base in node.bases)
