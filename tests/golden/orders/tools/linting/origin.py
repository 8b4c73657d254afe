"""Where a value comes from: linting's own docstring says what the words mean."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from .code import Module
from .models import classes, has_type
from .scope import Bound, Scope


class Origin(IntEnum):
    """A value made of several is of the worst origin among theirs."""

    FIXED = 0
    UNKNOWN = 1
    EVENT = 2


#: What the owner of the service sets, and nobody who sends events.
_CONFIGURED = frozenset({"os.getenv", "os.environ.get"})
_CONFIGURED_BY = ("aws_lambda_powertools.utilities.parameters.",)
_CONFIGURED_CALLS = frozenset({"get_parameter", "get_secret_value"})
#: Objects that keep values apart from text: SQL with parameters.
_BUILDERS = ("sqlalchemy.", "psycopg.sql.", "psycopg2.sql.", "boto3.dynamodb.conditions.")
#: Their results are numbers that nobody chooses.
_COUNTS = frozenset({"len", "range"})
_NUMBERS = frozenset({"abs", "bool", "float", "int", "round", "decimal.Decimal", "uuid.UUID"})
#: Their results hold what they were given.
_PASSING = frozenset(
    {
        "bytes", "dict", "enumerate", "filter", "format", "frozenset", "iter", "list", "map", "max", "min", "next",
        "repr", "reversed", "set", "sorted", "str", "tuple", "zip", "html.escape", "json.dumps", "json.loads",
        "os.fspath", "shlex.join", "shlex.quote", "textwrap.dedent",
    }
)  # fmt: skip
_PASSING_BY = ("base64.", "os.path.", "pathlib.", "urllib.parse.")


@dataclass(frozen=True)
class Values:
    """Judges the values of a module. A field of an event with a type in `harmless` counts as fixed; so does what the
    owner configured, unless `configured` is false.
    """

    module: Module
    harmless: frozenset[str] = frozenset()
    configured: bool = True

    def origin(self, node: ast.expr, scope: Scope) -> Origin:
        return self._of(node, scope, frozenset())

    def is_fixed(self, node: ast.expr, scope: Scope) -> bool:
        return self.origin(node, scope) == Origin.FIXED

    def is_event(self, node: ast.expr, scope: Scope) -> bool:
        return self.origin(node, scope) == Origin.EVENT

    def _of(self, node: ast.expr, scope: Scope, seen: frozenset[Bound]) -> Origin:
        match node:
            case ast.Constant() | ast.Compare() | ast.Slice():
                return Origin.FIXED
            case ast.Name(id=name):
                return self._name(name, scope, seen)
            case ast.Attribute():
                return self._attribute(node, scope, seen)
            case ast.Call():
                return self._call(node, scope, seen)
            case ast.Subscript(value=value) | ast.NamedExpr(value=value) | ast.Await(value=value):
                if self._is_harmless(node, scope):
                    return Origin.FIXED
                return self._of(value, scope, seen)
            case ast.FormattedValue(value=value) | ast.Starred(value=value) | ast.UnaryOp(operand=value):
                return self._of(value, scope, seen)
            case ast.IfExp(body=left, orelse=right) | ast.BinOp(left=left, right=right):
                return self._worst((left, right), scope, seen)
            case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts):
                return self._worst(parts, scope, seen)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._worst(parts, scope, seen)
            case ast.Dict(keys=keys, values=values):
                return self._worst([*filter(None, keys), *values], scope, seen)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                return self._of(part, self.module.names.inner[node], seen)
            case ast.DictComp(key=key, value=value):
                return self._worst((key, value), self.module.names.inner[node], seen)
        return Origin.UNKNOWN

    def _worst(self, nodes: Iterable[ast.expr], scope: Scope, seen: frozenset[Bound]) -> Origin:
        return max((self._of(node, scope, seen) for node in nodes), default=Origin.FIXED)

    def _name(self, name: str, scope: Scope, seen: frozenset[Bound]) -> Origin:
        bounds = scope.find(name)
        if not bounds:
            return self._imported(self.module.dotted(ast.Name(name), scope), seen)
        return self._any(bounds, seen)

    def _any(self, bounds: Iterable[Bound], seen: frozenset[Bound]) -> Origin:
        new = frozenset(bounds) - seen
        return max((self._bound(each, seen | new) for each in new), default=Origin.FIXED)

    def _bound(self, bound: Bound, seen: frozenset[Bound]) -> Origin:
        if bound.role == "event":
            return Origin.EVENT
        if bound.role == "unknown" or bound.node is None:
            return Origin.UNKNOWN
        return self._of(bound.node, bound.scope, seen)

    def _imported(self, dotted: str, seen: frozenset[Bound]) -> Origin:
        """A name of another module: a constant of it or of its classes, or a setting; UNKNOWN where neither."""
        if self.configured and "settings" in dotted.split(".")[:-1]:
            return Origin.FIXED
        if "." not in dotted:
            return Origin.FIXED if dotted else Origin.UNKNOWN
        owner, _, name = dotted.rpartition(".")
        bounds: list[Bound] = []
        if there := self.module.project.modules.get(owner):
            bounds = there.names.top.find(name)
        elif found := self.module.project.find(owner):
            there = found[0]
            bounds = there.names.attributes.get(name, []) if classes(*found) else []
        if not there or not bounds:
            return Origin.UNKNOWN
        return Values(there, self.harmless, self.configured)._any(bounds, seen)

    def _attribute(self, node: ast.Attribute, scope: Scope, seen: frozenset[Bound]) -> Origin:
        if self._is_harmless(node, scope):
            return Origin.FIXED
        dotted = self.module.dotted(node, scope)
        if dotted:
            known = self._imported(dotted, seen)
            return self._of(node.value, scope, seen) if known and isinstance(node.value, ast.Attribute) else known
        held = self.module.names.attributes.get(node.attr)
        if held and isinstance(node.value, ast.Name) and self._holds(node.value.id):
            return self._any(held, seen)
        return self._of(node.value, scope, seen)

    def _call(self, node: ast.Call, scope: Scope, seen: frozenset[Bound]) -> Origin:
        given = [*node.args, *(each.value for each in node.keywords)]
        dotted = self.module.dotted(node.func, scope)
        root = self.module.dotted(_root(node), scope)
        if dotted in _COUNTS or root.startswith(_BUILDERS) or self._is_harmless(node, scope):
            return Origin.FIXED
        if self._is_configured(node, dotted):
            return Origin.FIXED if self.configured else Origin.UNKNOWN
        if dotted in _NUMBERS:
            return Origin.FIXED if "int" in self.harmless else self._worst(given, scope, seen)
        if dotted in _PASSING or dotted.startswith(_PASSING_BY):
            return self._worst(given, scope, seen)
        # A method of a constant of another module is known by that; a function of one is not.
        module, _, _ = dotted.rpartition(".")
        if not isinstance(node.func, ast.Attribute) or (dotted and "." not in module):
            return Origin.UNKNOWN
        owner = self._imported(module, seen) if dotted else self._of(node.func.value, scope, seen)
        if owner != Origin.FIXED:
            return owner
        return self._worst(given[1:] if node.func.attr in ("get", "pop") else given, scope, seen)

    def _is_configured(self, node: ast.Call, dotted: str) -> bool:
        if dotted in _CONFIGURED or dotted.startswith(_CONFIGURED_BY):
            return True
        return isinstance(node.func, ast.Attribute) and node.func.attr in _CONFIGURED_CALLS

    def _is_harmless(self, node: ast.expr, scope: Scope) -> bool:
        return bool(self.harmless) and has_type(self.module, node, scope, self.harmless)

    def _holds(self, name: str) -> bool:
        """Whether `name` is an object or a class of this module: `self`, `cls`, `Queries`."""
        return name in ("self", "cls") or bool(classes(self.module, name))


def _root(node: ast.expr) -> ast.expr:
    """What a chain of calls and attributes starts with: `select` in `select(x).where(y).limit(1)`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        node = node.func.value
    return node.func if isinstance(node, ast.Call) else node
