"""Calls: the service's own functions with what they are given, classes, methods, and what escapes to libraries."""

from __future__ import annotations

import ast

from holdfast.privileges.core import DEEPEST, Frame
from holdfast.privileges.quiet import Quiet
from holdfast.privileges.sources import is_generator
from holdfast.privileges.values import (
    NOTHING,
    OPAQUE,
    Arguments,
    Bound,
    Class,
    Client,
    Collection,
    Container,
    Foreign,
    Function,
    FunctionNode,
    Literal,
    Method,
    Object,
    Paged,
    Partial,
    Session,
    Thing,
    Value,
    Values,
    join,
    only,
)

#: Sets of arguments that a function is evaluated for, each on its own; after these, constants count as unknown.
MOST_CONTEXTS = 60
#: The same function inside itself.
MOST_RECURSION = 2
#: Libraries that keep nothing of what they are given, and call nothing of it that matters here.
KEEPERS = (
    *("builtins.", "json.", "logging.", "pprint.", "warnings.", "typing.", "enum.", "re.", "datetime.", "uuid."),
    *("aws_lambda_powertools.logging", "aws_lambda_powertools.metrics", "aws_lambda_powertools.tracing", "boto3.meta"),
    *("botocore.stub", "botocore.config", "botocore.exceptions", "aws_xray_sdk.", "unittest.", "pytest."),
)
#: Bases whose methods nobody calls but the service itself.
PLAIN_BASES = (
    *("builtins.", "abc.", "typing.", "enum.", "collections.", "pydantic.", "pydantic_settings.", "typing_extensions."),
    *("aws_lambda_powertools.utilities.parser", "dataclasses.", "json.", "marshmallow.", "string."),
)


class Calls(Quiet):
    """Calls values."""

    def arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        """What the call hands over, its stars unpacked where they can be."""
        positional: list[Values] = []
        keywords: dict[str, Values] = {}
        rest, open_ = NOTHING, False
        for item in node.args:
            if not isinstance(item, ast.Starred):
                positional.append(self.evaluate(item, frame))
                continue
            for value in self.evaluate(item.value, frame):
                count = len(self.names(value))
                ordered = isinstance(value, Container) and all(self.has(value, index) for index in range(count))
                if ordered and item is node.args[-1] and count:
                    positional += [self.get(value, index) for index in range(count)]
                else:
                    rest = join(rest, self.elements(only(value), node, frame))
        for keyword in node.keywords:
            values = self.evaluate(keyword.value, frame)
            if keyword.arg:
                keywords[keyword.arg] = values
            else:
                open_ |= self._unpacked(values, keywords)
        return Arguments(tuple(positional), tuple(sorted(keywords.items())), rest, open_)

    def _unpacked(self, values: Values, keywords: dict[str, Values]) -> bool:
        """Add what `**values` gives; whether there may be more."""
        more = False
        for value in values:
            if not isinstance(value, Container):
                more |= value != Literal(None)
                continue
            for name in self.names(value):
                if isinstance(name, str) and name not in ("*", "**", "?"):
                    keywords[name] = join(keywords.get(name, NOTHING), self.get(value, name))
                else:
                    more = True
        return more

    def call(self, function: Value, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        if isinstance(function, Function):
            return self.invoke(function, arguments, node, frame)
        if isinstance(function, Bound):
            given = Arguments(
                (only(function.receiver), *arguments.positional), arguments.keywords, arguments.rest, arguments.open
            )
            return self.invoke(function.function, given, node, frame)
        if isinstance(function, Class):
            return self.construct(function, arguments, node, frame)
        if isinstance(function, Object):
            methods = self.attribute(function, "__call__", node, frame)
            return self.call_all(methods, arguments, node, frame)
        if isinstance(function, Partial):
            return self.call(function.function, _extended(function.arguments, arguments), node, frame)
        if isinstance(function, Method):
            return self.call_method(function, arguments, node, frame)
        if isinstance(function, Foreign):
            return self.call_library(function, arguments, node, frame)
        return NOTHING

    # The service's own functions.

    def invoke(self, function: Function, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        """Evaluate a function for these arguments, once; what it returns."""
        arguments = self._context(function, arguments)
        key = (function, arguments)
        if key in self.memo:
            return self.memo[key]
        dead = self.is_dead(function, arguments)
        if dead and self.may_skip(node, frame):
            return OPAQUE
        depth = sum(1 for running in self.running if running is function.node)
        if len(self.running) >= DEEPEST or depth >= MOST_RECURSION:
            return self.get(function, "=returned")
        self.memo[key] = self.get(function, "=returned") if depth else NOTHING
        scope = self.scopes.of(key, "function", function.scope.module, function.scope)
        inside = Frame(scope, self.source_of(function), function=function, owner=function.owner)
        self.running.append(function.node)
        self.inside_dead += dead
        try:
            self._bind_parameters(function, arguments, inside)
            if isinstance(function.node, ast.Lambda):
                inside.returned = self.evaluate(function.node.body, inside)
            else:
                self.execute(function.node.body, inside)
        finally:
            self.running.pop()
            self.inside_dead -= dead
        returned = inside.returned
        if is_generator(function.node):
            held = Container(function.node, scope, "generator")
            self.add_element(held, inside.yielded)
            returned = only(held)
        if not returned and not isinstance(function.node, ast.Lambda) and function.node.returns:
            returned = self.annotated(function.node.returns, inside)
        self.memo[key] = returned
        self.put(function, "=returned", returned)
        return returned

    def _context(self, function: Function, arguments: Arguments) -> Arguments:
        """The arguments, without their constants where a function is called with too many different ones."""
        count = self.contexts.get(function.node, 0)
        if (function, arguments) not in self.memo:
            self.contexts[function.node] = count + 1
        if count < MOST_CONTEXTS:
            return arguments
        return Arguments(
            tuple(_blurred(values) for values in arguments.positional),
            tuple((name, _blurred(values)) for name, values in arguments.keywords),
            _blurred(arguments.rest),
            arguments.open,
        )

    def _bind_parameters(self, function: Function, given: Arguments, inside: Frame) -> None:
        spec = function.node.args
        positional = [*spec.posonlyargs, *spec.args]
        keywords = dict(given.keywords)
        for index, parameter in enumerate(positional):
            values = given.positional[index] if index < len(given.positional) else given.rest
            values = join(values, keywords.pop(parameter.arg, NOTHING))
            if index == 0 and function.owner and given.positional:
                inside.receiver = next(iter(given.positional[0]), None)
            self._bind_parameter(function, parameter, values, given, inside)
        for parameter in spec.kwonlyargs:
            self._bind_parameter(function, parameter, keywords.pop(parameter.arg, NOTHING), given, inside)
        if spec.vararg:
            held = Container(spec.vararg, inside.scope)
            for index, values in enumerate(given.positional[len(positional) :]):
                self.put(held, index, values)
            if given.rest:
                self.add_element(held, given.rest)
            self.put(inside.scope, spec.vararg.arg, only(held), anew=True)
        if spec.kwarg:
            held = Container(spec.kwarg, inside.scope)
            for name, values in keywords.items():
                self.put(held, name, values)
            if given.open:
                self.put(held, "**", OPAQUE)
            self.put(inside.scope, spec.kwarg.arg, only(held), anew=True)

    def _bind_parameter(
        self, function: Function, parameter: ast.arg, values: Values, given: Arguments, inside: Frame
    ) -> None:
        default = self.get(function, parameter.arg)
        if not values:
            values = join(default, OPAQUE) if given.open or not self.has(function, parameter.arg) else default
        if parameter.annotation and any(isinstance(v, Foreign) and "(" not in v.path for v in values):
            said = self.annotated(parameter.annotation, inside)
            values = join(frozenset(v for v in values if not isinstance(v, Foreign)), said) if said else values
        self.put(inside.scope, parameter.arg, values, anew=True)

    # Classes.

    def construct(self, found: Class, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        """An instance, made by its `__init__`, or by the fields of a dataclass or model in their order."""
        if self.is_dead(found, arguments) and self.may_skip(node, frame):
            return OPAQUE
        made = Object(found, node, frame.scope)
        initialisers = self.lookup_in_class(found, "__init__")
        for initialiser in initialisers:
            if isinstance(initialiser, Function):
                self.call(Bound(initialiser, made), arguments, node, frame)
        if not initialisers:
            self._fields(made, arguments, node, frame)
        if any(not base.path.startswith(PLAIN_BASES) for base in self.foreign_bases(found)):
            self._call_methods(made, node, frame)
        return only(made)

    def _fields(self, made: Object, arguments: Arguments, node: ast.AST, frame: Frame) -> None:
        for name, values in arguments.keywords:
            self.put(made, name, values)
        fields = [
            name[1:]
            for each in reversed(self.lineage(made.of))
            for name in self.names(each)
            if isinstance(name, str) and name.startswith(":")
        ]
        for name, values in zip(dict.fromkeys(fields), arguments.positional, strict=False):
            self.put(made, name, values)
        for after in self.lookup_in_class(made.of, "__post_init__"):
            if isinstance(after, Function):
                self.call(Bound(after, made), Arguments(), node, frame)
        if not fields and (arguments.positional or arguments.keywords):
            for base in self.foreign_bases(made.of):
                if not base.path.startswith(PLAIN_BASES):
                    self.escape(arguments.everything(), base.path, node, frame)

    # What leaves for a library.

    def escape(self, values: Values, path: str, node: ast.AST, frame: Frame) -> None:
        """A library gets these: it may call what can be called, and use what can be used."""
        for value in values:
            self._escape(value, path, node, frame, set())

    def _escape(self, value: Value, path: str, node: ast.AST, frame: Frame, seen: set[Value]) -> None:
        if value in seen or path.startswith(KEEPERS):
            return
        seen.add(value)
        if isinstance(value, (Function, Bound, Partial)):
            self.call(value, Arguments(rest=OPAQUE), node, frame)
        elif isinstance(value, Method):
            self.call_method(value, Arguments(rest=OPAQUE, open=True), node, frame)
        elif isinstance(value, Container):
            for name in self.names(value):
                for inner in self.get(value, name):
                    self._escape(inner, path, node, frame, seen)
        elif isinstance(value, Object) and not self.is_standard(path):
            self._call_methods(value, node, frame)
        elif not self.is_standard(path):
            self._handed_over(value, path, node, frame)

    def _handed_over(self, value: Value, path: str, node: ast.AST, frame: Frame) -> None:
        """A client that leaves: what a library does with it cannot be told."""
        where = path or "something unknown"
        if isinstance(value, Session) and not value.foreign:
            self.unresolved(node, frame, f"a session is handed to {where}")
        holder = value.parent if isinstance(value, Collection) else value
        client = holder.client if isinstance(holder, (Thing, Paged)) else holder
        if isinstance(client, Client) and not client.foreign:
            self.unresolved(node, frame, f"a client of {client.service} is handed to {where}", client.service)

    def _call_methods(self, value: Object, node: ast.AST, frame: Frame) -> None:
        """Call all that a library may call of an object that it has."""
        for each in self.lineage(value.of):
            for name in self.names(each):
                hidden = isinstance(name, str) and name.startswith(("_", "=", ":"))
                if hidden and name not in ("__call__", "__enter__", "__exit__", "__iter__"):
                    continue
                for method in self.get(each, name):
                    if isinstance(method, Function):
                        self.call(Bound(method, value), Arguments(rest=OPAQUE), node, frame)


def parameters(node: FunctionNode) -> list[str]:
    """The names of a function's positional parameters."""
    return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]


def _extended(first: Arguments, then: Arguments) -> Arguments:
    keywords = tuple(sorted({**dict(first.keywords), **dict(then.keywords)}.items()))
    return Arguments(
        (*first.positional, *then.positional), keywords, join(first.rest, then.rest), first.open or then.open
    )


def _blurred(values: Values) -> Values:
    kept = frozenset(value for value in values if not isinstance(value, Literal))
    return kept if len(kept) == len(values) else join(kept, OPAQUE)
