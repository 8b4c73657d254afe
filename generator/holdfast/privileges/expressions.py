"""Expressions: what each kind of them may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from holdfast.privileges.core import Core, Frame
from holdfast.privileges.values import (
    NOTHING,
    OPAQUE,
    Arguments,
    Class,
    Container,
    Foreign,
    Function,
    Joined,
    Literal,
    Object,
    Scope,
    Value,
    Values,
    Variable,
    is_text,
    join,
    only,
)

#: Elements that a comprehension is evaluated for one by one; of more, all at once.
MOST_EACH = 16
#: Paths of library values end somewhere, also in loops.
LONGEST_PATH = 120
#: Longer texts than these name no resource.
LONGEST_TEXT = 4_000
_COMPARING: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "__eq__",
    ast.NotEq: "__ne__",
    ast.Lt: "__lt__",
    ast.LtE: "__le__",
    ast.Gt: "__gt__",
    ast.GtE: "__ge__",
}
_COMPUTING: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}


class Expressions(Core):
    """Evaluates expressions."""

    def evaluate(self, node: ast.expr, frame: Frame) -> Values:
        self.step()
        found: Callable[[ast.expr, Frame], Values] | None = getattr(self, f"_{type(node).__name__}", None)
        if found:
            return found(node, frame)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child, frame)
        return NOTHING

    # Names and constants.

    def _Constant(self, node: ast.Constant, frame: Frame) -> Values:
        value = node.value
        return only(Literal(value)) if isinstance(value, (str, bytes, int, float)) or value is None else NOTHING

    def _Name(self, node: ast.Name, frame: Frame) -> Values:
        return self.lookup(node.id, frame)

    def lookup(self, name: str, frame: Frame) -> Values:
        """A name as Python finds it: here, around here, in the module, among the builtins."""
        scope: Scope | None = frame.scope
        while scope is not None:
            if (scope.kind != "class" or scope is frame.scope) and self.has(scope, name):
                return self.get(scope, name)
            scope = scope.parent
        return only(Foreign(f"builtins.{name}"))

    def _NamedExpr(self, node: ast.NamedExpr, frame: Frame) -> Values:
        values = self.evaluate(node.value, frame)
        self.put(frame.scope, node.target.id, values)
        return values

    def _Attribute(self, node: ast.Attribute, frame: Frame) -> Values:
        return join(*(self.attribute(value, node.attr, node, frame) for value in self.evaluate(node.value, frame)))

    # Texts.

    def _JoinedStr(self, node: ast.JoinedStr, frame: Frame) -> Values:
        pieces = [
            self.evaluate(part.value if isinstance(part, ast.FormattedValue) else part, frame) for part in node.values
        ]
        return self.glued(pieces)

    def glued(self, pieces: list[Values]) -> Values:
        """The texts that the pieces make when each is what it may be, as far as these are few."""
        results: list[tuple[Literal | Variable | Foreign, ...]] = [()]
        for piece in pieces:
            options = [_text_parts(value) for value in piece if is_text(value) or isinstance(value, Literal)]
            if not options or len(results) * len(options) > MOST_EACH:
                options = [(Foreign(),)]
            results = [(*result, *option) for result in results for option in options]
        return frozenset(_compact(result) for result in results)

    def _BinOp(self, node: ast.BinOp, frame: Frame) -> Values:
        left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
        name = _COMPUTING.get(type(node.op), "")
        own = self.special(left, f"__{name}__", Arguments((right,)), node, frame)
        own = join(own, self.special(right, f"__r{name}__", Arguments((left,)), node, frame))
        return join(own, self._computed(node, left, right, frame))

    def _computed(self, node: ast.BinOp, left: Values, right: Values, frame: Frame) -> Values:
        if isinstance(node.op, ast.Add):
            texts = any(isinstance(v, (Joined, Variable)) or _is_str(v) for v in (*left, *right))
            if texts:
                return self.glued([left, right])
            holding = [value for value in (*left, *right) if isinstance(value, Container)]
            return self._merged(node, frame, holding) if holding else OPAQUE if left | right else NOTHING
        if isinstance(node.op, ast.BitOr):
            holding = [value for value in (*left, *right) if isinstance(value, Container)]
            return self._merged(node, frame, holding) if holding else left | right
        if isinstance(node.op, ast.Mod) and any(_is_str(value) for value in left):
            return join(*(self.formatted(str(v.value), right, node, frame) for v in left if isinstance(v, Literal)))
        return OPAQUE

    def formatted(self, template: str, right: Values, node: ast.AST, frame: Frame) -> Values:
        """`"…%s…" % right`."""
        given = self.elements(right, node, frame) if any(isinstance(v, Container) for v in right) else right
        pieces: list[Values] = []
        for number, piece in enumerate(re.split(r"%[-#0 +\d.]*[a-zA-Z]", template)):
            pieces += [given] if number else []
            pieces.append(only(Literal(piece)))
        return self.glued(pieces)

    def _merged(self, node: ast.AST, frame: Frame, containers: list[Container]) -> Values:
        result = Container(node, frame.scope)
        for container in containers:
            self.copy_entries(container, result)
        return only(result)

    def copy_entries(self, source: Container, target: Container) -> None:
        for key in self.names(source):
            self.put(target, key, self.get(source, key))

    # Choices.

    def _Compare(self, node: ast.Compare, frame: Frame) -> Values:
        left = self.evaluate(node.left, frame)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(comparator, frame)
            if isinstance(operator, (ast.In, ast.NotIn)):
                self.special(right, "__contains__", Arguments((left,)), node, frame)
            else:
                self.special(left, _COMPARING.get(type(operator), ""), Arguments((right,)), node, frame)
            left = right
        return NOTHING

    def _BoolOp(self, node: ast.BoolOp, frame: Frame) -> Values:
        return join(*(self.evaluate(value, frame) for value in node.values))

    def _IfExp(self, node: ast.IfExp, frame: Frame) -> Values:
        told = self._told(node.test, self.evaluate(node.test, frame), frame)
        body, otherwise = self.evaluate(node.body, frame), self.evaluate(node.orelse, frame)
        return join(body if told is not False else NOTHING, otherwise if told is not True else NOTHING)

    def _told(self, test: ast.expr, values: Values, frame: Frame) -> bool | None:
        """Whether a parameter is given a text that is not empty, where every call of this kind says so."""
        if not isinstance(test, ast.Name) or frame.function is None:
            return None
        spec = frame.function.node.args
        if test.id not in {each.arg for each in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}:
            return None
        found = {bool(v.value) if isinstance(v, Literal) and isinstance(v.value, str) else None for v in values}
        return found.pop() if len(found) == 1 else None

    def _Await(self, node: ast.Await, frame: Frame) -> Values:
        return self.evaluate(node.value, frame)

    def _Yield(self, node: ast.Yield, frame: Frame) -> Values:
        if node.value:
            frame.yielded = join(frame.yielded, self.evaluate(node.value, frame))
        return OPAQUE

    def _YieldFrom(self, node: ast.YieldFrom, frame: Frame) -> Values:
        values = self.evaluate(node.value, frame)
        frame.yielded = join(frame.yielded, self.elements(values, node, frame))
        return OPAQUE

    def _Lambda(self, node: ast.Lambda, frame: Frame) -> Values:
        return only(self.defined(node, frame))

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, frame: Frame) -> Function:
        """A function at its definition, its defaults evaluated."""
        function = Function(node, frame.scope, frame.owner if frame.scope.kind == "class" else None)
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args]
        pairs: list[tuple[ast.arg, ast.expr | None]] = [
            *zip(named[len(named) - len(arguments.defaults) :], arguments.defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if default is not None:
                self.put(function, argument.arg, self.evaluate(default, frame))
        return function

    # Containers.

    def _List(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Values:
        result = Container(node, frame.scope)
        starred = False
        for index, item in enumerate(node.elts):
            if isinstance(item, ast.Starred):
                starred = True
                self.add_element(result, self.elements(self.evaluate(item.value, frame), node, frame))
            else:
                self.put(result, "*" if starred else index, self.evaluate(item, frame))
        return only(result)

    _Tuple = _Set = _List

    def _Dict(self, node: ast.Dict, frame: Frame) -> Values:
        result = Container(node, frame.scope)
        for key, item in zip(node.keys, node.values, strict=True):
            values = self.evaluate(item, frame)
            if key is None:
                self.update(result, values)
            else:
                self.put_entry(result, self.evaluate(key, frame), values)
        return only(result)

    def update(self, target: Container, values: Values) -> None:
        """`{**values}`: its entries, and anything else where it cannot be told."""
        for value in values:
            if isinstance(value, Container):
                self.copy_entries(value, target)
            elif isinstance(value, Foreign):
                self.put(target, "**", OPAQUE)

    def put_entry(self, target: Container, keys: Values, values: Values) -> None:
        known = [key.value for key in keys if isinstance(key, Literal) and isinstance(key.value, (str, int))]
        for key in known:
            self.put(target, key, values)
        for unknown in keys:
            if isinstance(unknown, (Variable, Joined)):
                self.put(target, "?", only(unknown))
        if len(known) < len(keys) or not keys:
            self.put(target, "*", values)

    def _ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Values:
        result = Container(node, frame.scope)
        for _ in self._each(node.generators, frame):
            self.add_element(result, self.evaluate(node.elt, frame))
        return only(result)

    _SetComp = _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp, frame: Frame) -> Values:
        result = Container(node, frame.scope)
        for _ in self._each(node.generators, frame):
            self.put_entry(result, self.evaluate(node.key, frame), self.evaluate(node.value, frame))
        return only(result)

    def _each(self, generators: list[ast.comprehension], frame: Frame) -> Iterator[None]:
        """Bind the targets: of one generator element by element, so that what belongs together stays together."""
        first, *others = generators
        elements = self.elements(self.evaluate(first.iter, frame), first.iter, frame)
        alone = [only(value) for value in sorted(elements, key=repr)] if 0 < len(elements) <= MOST_EACH else [elements]
        for values in alone:
            self.bind(first.target, values, frame, anew=True)
            for other in others:
                inner = self.elements(self.evaluate(other.iter, frame), other.iter, frame)
                self.bind(other.target, inner, frame, anew=True)
            for test in (test for generator in generators for test in generator.ifs):
                self.evaluate(test, frame)
            yield

    def _Starred(self, node: ast.Starred, frame: Frame) -> Values:
        return self.elements(self.evaluate(node.value, frame), node, frame)

    def _Subscript(self, node: ast.Subscript, frame: Frame) -> Values:
        values = self.evaluate(node.value, frame)
        keys = NOTHING if isinstance(node.slice, ast.Slice) else self.evaluate(node.slice, frame)
        return join(*(self.item(value, keys, node, frame) for value in values))

    def item(self, value: Value, keys: Values, node: ast.AST, frame: Frame) -> Values:
        """`value[key]` for each key that it may be."""
        if isinstance(value, Container):
            return (
                only(value)
                if not keys and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
                else self.entry(value, keys)
            )
        if isinstance(value, Foreign) and value.path == "os.environ":
            return self.variables(keys)
        if isinstance(value, Object):
            return join(
                *(
                    self.call(method, Arguments((keys,)), node, frame)
                    for method in self.attribute(value, "__getitem__", node, frame)
                    if not isinstance(method, Foreign)
                )
            )
        if isinstance(value, Foreign):
            return only(inner(value, "[]"))
        if isinstance(value, Class):
            return only(value)  # A generic class with its parameters.
        return OPAQUE

    def entry(self, container: Container, keys: Values) -> Values:
        """What a container holds under these keys; of one that is not known, anything that it holds."""
        found: list[Values] = []
        for key in keys or OPAQUE:
            known = key.value if isinstance(key, Literal) and isinstance(key.value, (str, int)) else None
            if isinstance(known, int) and known < 0:
                known = None
            if known is not None and self.has(container, known):
                found.append(self.get(container, known))
            elif known is None or isinstance(known, int):
                found += [self.get(container, name) for name in self.names(container) if name != "?"]
            else:
                found += [self.get(container, "*"), self.get(container, "**")]
        return join(*found)

    def variables(self, keys: Values) -> Values:
        """The environment variables of these names."""
        found = {Variable(k.value) for k in keys if isinstance(k, Literal) and isinstance(k.value, str)}
        return frozenset(found) if len(found) == len(keys) and found else join(frozenset(found), OPAQUE)


def inner(value: Foreign, more: str) -> Foreign:
    """What a library's value gives: its path grows, up to a length."""
    return Foreign(value.path + more if value.path and len(value.path) < LONGEST_PATH else "")


def _is_str(value: Value) -> bool:
    return isinstance(value, Literal) and isinstance(value.value, str)


def _text_parts(value: Value) -> tuple[Literal | Variable | Foreign, ...]:
    if isinstance(value, Joined):
        return value.parts
    if isinstance(value, Literal):
        return (Literal(value.value if isinstance(value.value, str) else repr(value.value)),)
    return (value if isinstance(value, Variable) else Foreign(),)


def _compact(parts: tuple[Literal | Variable | Foreign, ...]) -> Value:
    """Neighbouring constants are one; a text that is one part is that."""
    compact: list[Literal | Variable | Foreign] = []
    for part in parts:
        last = compact[-1] if compact else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            compact[-1] = Literal(f"{last.value!s}{part.value!s}")
        elif not (isinstance(part, Foreign) and isinstance(last, Foreign)):
            compact.append(part)
    compact = [part for part in compact if part != Literal("")] or [Literal("")]
    if sum(len(str(part.value)) for part in compact if isinstance(part, Literal)) > LONGEST_TEXT:
        return Foreign()
    return compact[0] if len(compact) == 1 else Joined(tuple(compact))
