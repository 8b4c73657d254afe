"""The abstract domain: what a variable may hold, as far as it matters for which AWS calls are made.

A variable holds a set of these (`Values`). The empty set is "nothing that matters": a number that nobody asks for, a
value that no path has set yet. What is not followed is `Foreign`, by the dotted path of the library it came from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Values: TypeAlias = "frozenset[Value]"
NOTHING: Values = frozenset()
#: A variable that may hold more texts than these holds any text.
MOST = 24


class Value:
    """One thing that a variable may hold; each is a frozen dataclass, equal where it is the same for the analysis."""

    __slots__ = ()


@dataclass(frozen=True)
class Foreign(Value):
    """Something of a library's, or of nobody knows where (an empty path): `boto3.client`, `json.loads()`."""

    path: str = ""


@dataclass(frozen=True)
class Literal(Value):
    """A constant of the code's."""

    value: str | bytes | int | float | bool | None


@dataclass(frozen=True)
class Variable(Value):
    """The text in an environment variable."""

    name: str


@dataclass(frozen=True)
class Joined(Value):
    """A text of which parts are known: an f-string."""

    parts: tuple[Literal | Variable | Foreign, ...]


class Scope:
    """Where names are bound: a module, one call of a function, a class. Compared by identity; its values are stored."""

    __slots__ = ("kind", "module", "parent")

    def __init__(self, kind: str, module: str, parent: Scope | None) -> None:
        self.kind = kind
        self.module = module
        self.parent = parent


@dataclass(frozen=True)
class OwnModule(Value):
    """A module of the service's."""

    name: str


@dataclass(frozen=True)
class Function(Value):
    """A function or lambda of the service's, where it was defined; `owner` is the class that it is a method of."""

    node: FunctionNode
    scope: Scope
    owner: Class | None = None

    @property
    def name(self) -> str:
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(frozen=True)
class Class(Value):
    """A class of the service's."""

    node: ast.ClassDef
    scope: Scope


@dataclass(frozen=True)
class Object(Value):
    """Instances of a class, one for each place and context that makes them."""

    of: Class
    node: ast.AST | None
    scope: Scope | None


@dataclass(frozen=True)
class Container(Value):
    """A list, tuple, set, dictionary or generator, one for each place and context that makes it."""

    node: ast.AST
    scope: Scope
    label: str = ""


@dataclass(frozen=True)
class Bound(Value):
    """A method of the service's with its receiver."""

    function: Function
    receiver: Value


@dataclass(frozen=True)
class Method(Value):
    """A method of anything modelled here, not yet called."""

    receiver: Value
    name: str


@dataclass(frozen=True)
class Partial(Value):
    """`functools.partial` of something, with the arguments that it has already."""

    function: Value
    arguments: Arguments


@dataclass(frozen=True)
class Session(Value):
    """A session of boto3 or botocore. `foreign`: its credentials are not the function's own role's."""

    foreign: bool = False


@dataclass(frozen=True)
class Client(Value):
    """A client of one AWS service, by botocore's name of it."""

    service: str
    foreign: bool = False


@dataclass(frozen=True)
class Meta(Value):
    """`client.meta` and `resource.meta`."""

    client: Client


@dataclass(frozen=True)
class Thing(Value):
    """A resource of boto3's: the service's own (no kind), a Table, a Bucket; `loaded`: its attributes cost no call."""

    client: Client
    kind: str = ""
    identifiers: tuple[tuple[str, Values], ...] = ()
    loaded: bool = False


@dataclass(frozen=True)
class Collection(Value):
    """`bucket.objects`: what a resource has many of."""

    parent: Thing
    name: str


@dataclass(frozen=True)
class Paged(Value):
    """A paginator or waiter: an operation that is called again and again."""

    client: Client
    operation: str


@dataclass(frozen=True)
class Arguments:
    """What a call is given. `rest` are values behind a star; `open`: there are keywords that nobody can tell."""

    positional: tuple[Values, ...] = ()
    keywords: tuple[tuple[str, Values], ...] = ()
    rest: Values = NOTHING
    open: bool = False

    def at(self, index: int | None, *names: str) -> Values:
        """The argument that stands there or has one of these names; nothing where it is not given."""
        for name, values in self.keywords:
            if name in names:
                return values
        if index is not None and index < len(self.positional):
            return self.positional[index]
        return self.rest

    def everything(self) -> Values:
        """All values that are handed over."""
        return join(*self.positional, *(values for _, values in self.keywords), self.rest)

    def behind(self, count: int) -> Arguments:
        """The arguments without the first `count` positional ones."""
        return Arguments(self.positional[count:], self.keywords, self.rest, self.open)


@dataclass(frozen=True)
class Tree:
    """A value as an AWS call is given it: the texts that it may be, what it holds by key or position, and the rest."""

    texts: Values = NOTHING
    entries: tuple[tuple[str | int, Tree], ...] = ()
    others: tuple[Tree, ...] = ()
    known: bool = field(default=True)

    def get(self, *path: str) -> Tree:
        """What is under a path of keys; `[]` goes into every element. An unknown tree where it cannot be told."""
        if not path:
            return self
        if path[0] == "[]":
            return union(child.get(*path[1:]) for child in self.children())
        found = [child.get(*path[1:]) for key, child in self.entries if key == path[0]]
        if found:
            return union(found)
        return EMPTY if self.known else UNKNOWN

    def children(self) -> tuple[Tree, ...]:
        return (*(child for _, child in self.entries), *self.others)

    def __bool__(self) -> bool:
        return bool(self.texts or self.entries or self.others or not self.known)


EMPTY = Tree()
UNKNOWN = Tree(known=False)
OPAQUE: Values = frozenset({Foreign()})


def union(trees: Iterable[Tree]) -> Tree:
    """One tree that may be any of these."""
    found = [tree for tree in trees if tree]
    if len(found) == 1:
        return found[0]
    return Tree(
        join(*(tree.texts for tree in found)),
        tuple(entry for tree in found for entry in tree.entries),
        tuple(other for tree in found for other in tree.others),
        all(tree.known for tree in found),
    )


def join(*sets: Values) -> Values:
    """The union; too many texts become any text."""
    found = frozenset[Value]().union(*sets)
    if len(found) > MOST:
        texts = {value for value in found if isinstance(value, (Literal, Joined))}
        if len(texts) > MOST:
            found = (found - texts) | OPAQUE
    return found


def only(value: Value) -> Values:
    return frozenset((value,))


def texts(values: Values) -> list[str]:
    """The texts among them that are known."""
    return sorted(value.value for value in values if isinstance(value, Literal) and isinstance(value.value, str))


def is_text(value: Value) -> bool:
    """Whether it is a text, or may be one that nobody knows."""
    return isinstance(value, (Variable, Joined, Foreign)) or (
        isinstance(value, Literal) and isinstance(value.value, str)
    )
