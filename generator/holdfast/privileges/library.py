"""Calls of libraries: boto3's entries, the standard library, rows of data/libraries.toml, and all others."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from holdfast.privileges.boto import SESSIONS, Boto, annotated
from holdfast.privileges.core import Frame
from holdfast.privileges.expressions import inner
from holdfast.privileges.holders import container_method, text_method
from holdfast.privileges.names import guess
from holdfast.privileges.standard import FUNCTIONS, is_standard
from holdfast.privileges.trees import snapshot
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
    Joined,
    Literal,
    Method,
    Paged,
    Partial,
    Session,
    Thing,
    Tree,
    Value,
    Values,
    Variable,
    join,
    only,
    texts,
)

DATA = Path(__file__).parent / "data"
#: Decorators that call what they decorate only when the service does: the function stays what it is.
WRAPPERS = re.compile(
    r"aws_lambda_powertools\.(?:tracing|logging|metrics|middleware_factory|Tracer|Logger|Metrics"
    r"|utilities\.(?:idempotency|batch|validation|parser|typing|data_classes|feature_flags))"
    r"|(?:aws_xray_sdk|tenacity|backoff|retry|retrying|cachetools|wrapt|pydantic|ratelimit|deprecated|deprecation|typeguard"
    r"|beartype|ddtrace|datadog_lambda|newrelic|sentry_sdk|opentelemetry|lambda_decorators|async_lru|methodtools|asgiref"
    r"|decorator|attr|attrs|dataclasses|functools|contextlib|typing|typing_extensions|abc|builtins|unittest|pytest|copy"
    r"|dataclasses_json|injector|more_itertools|overrides|timeout_decorator|ring|cachier|enum|warnings)\b"
)


@dataclass(frozen=True)
class Row:
    """One call that a library makes: parameters by the argument that they are."""

    service: str
    operation: str
    parameters: tuple[tuple[str, str, int], ...]


@cache
def _rows() -> tuple[dict[str, dict[str, tuple[Row, ...]]], dict[str, list[str]], list[str]]:
    data = tomllib.loads((DATA / "libraries.toml").read_text(encoding="utf-8"))
    calls = {
        package: {name: tuple(_row(text) for text in rows) for name, rows in table.items()}
        for package, table in data["calls"].items()
    }
    return calls, data["uses"], data["commands"]


def _row(text: str) -> Row:
    call, *parameters = text.split(" ")
    service, _, operation = call.partition(":")
    found = []
    for parameter in parameters:
        name, _, argument = parameter.partition("=")
        argument, _, index = argument.partition("@")
        found.append((name, argument, int(index or 0)))
    return Row(service, operation, tuple(found))


def rows(path: str) -> tuple[Row, ...]:
    """The calls behind a dotted path, whichever of the package's modules it was imported from."""
    for package, table in _rows()[0].items():
        if not path.startswith(f"{package}."):
            continue
        pieces = path[len(package) + 1 :].split(".")
        for start in range(len(pieces)):
            found = table.get(".".join(pieces[start:]))
            if found:
                return found
    return ()


class Library(Boto):
    """Calls what is not the service's own."""

    def _Call(self, node: ast.Call, frame: Frame) -> Values:
        if isinstance(node.func, ast.Attribute):
            receivers = self.evaluate(node.func.value, frame)
            name = node.func.attr
            functions = join(*(self.attribute(value, name, node.func, frame) for value in receivers))
        else:
            receivers, name, functions = NOTHING, "", self.evaluate(node.func, frame)
        arguments = self.arguments(node, frame)
        results = [self.call(function, arguments, node, frame) for function in functions]
        if name and receivers and all(isinstance(value, (Foreign, Literal)) for value in receivers):
            unknown = any(isinstance(value, Foreign) and _unknown(value.path) for value in receivers)
            results += [self._guess(name, arguments, node, frame)] if unknown else []
        return join(*results)

    def _guess(self, name: str, given: Arguments, node: ast.AST, frame: Frame) -> Values:
        """A method of something unknown that is called like an operation of AWS, with its parameters."""
        found = guess(name, frozenset(key for key, _ in given.keywords), open_=given.open)
        if len(found) == 1:
            return self.record(Client(found[0][0]), found[0][1], self.given(given), node, frame)
        if found:
            what = f"{name} is called on something that cannot be followed"
            self.unresolved(node, frame, what, *sorted(service for service, _ in found))
        return NOTHING

    def call_library(self, function: Foreign, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        path = function.path
        if path in SESSIONS:
            return self.make_session(arguments)
        if path in ("boto3.client", "boto3.resource"):
            return self.make_client(Session(), arguments, node, frame, resource=path.endswith("resource"))
        standard = FUNCTIONS.get(path)
        if standard:
            return standard(self, arguments, node, frame)
        known = rows(path)
        for row in known:
            entries = tuple((name, snapshot(self, arguments.at(at, argument))) for name, argument, at in row.parameters)
            self.record(Client(row.service), row.operation, Tree(entries=entries), node, frame)
        if known:
            return only(inner(function, "()"))
        self._on_its_own(path, arguments, node, frame)
        return self._handed(function, arguments, node, frame)

    def _on_its_own(self, path: str, arguments: Arguments, node: ast.AST, frame: Frame) -> None:
        """Libraries that make calls nobody can see, and the command line."""
        _, uses, commands = _rows()
        for library, services in uses.items():
            if path == library or path.startswith((f"{library}.", f"{library}(")):
                self.unresolved(node, frame, f"{library} calls AWS on its own", *services)
        if path.startswith(tuple(commands)):
            first = arguments.at(0, "args", "cmd")
            words = texts(join(first, *(self.get(value, 0) for value in first if isinstance(value, Container))))
            if any(word == "aws" or word.startswith("aws ") or word.endswith("/aws") for word in words):
                self.unresolved(node, frame, "the aws command line is run")

    def _handed(self, function: Foreign, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        """Any other library: decorators leave functions what they are; what can be called is called."""
        path = function.path
        result = only(inner(function, "()"))
        alone = arguments.positional[0] if len(arguments.positional) == 1 else NOTHING
        decorated = frozenset(value for value in alone if isinstance(value, (Function, Bound, Class, Partial)))
        if decorated and path and WRAPPERS.match(path):
            return decorated
        handed: set[Value] = set()
        for index, values in enumerate(arguments.positional[:-1]):
            for value in values:
                if isinstance(value, (Function, Bound, Partial, Method)) and not handed:
                    given = arguments.positional[index + 1 :]
                    if path.endswith((".map", ".starmap", ".imap")):
                        given = tuple(self.elements(each, node, frame) for each in given)
                    self.call(value, Arguments(given, arguments.keywords, OPAQUE, arguments.open), node, frame)
                    handed.add(value)
        self.escape(arguments.everything() - handed, path, node, frame)
        return join(result, decorated)

    def is_standard(self, path: str) -> bool:
        return is_standard(path)

    # Methods of what is modelled.

    def call_method(self, method: Method, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        receiver, name = method.receiver, method.name
        if isinstance(receiver, Client):
            return self.client_method(receiver, name, arguments, node, frame)
        if isinstance(receiver, Thing):
            return self.thing_method(receiver, name, arguments, node, frame)
        if isinstance(receiver, Collection):
            return self.collection_method(receiver, name, arguments, node, frame)
        if isinstance(receiver, Paged):
            return self.paged_method(receiver, name, arguments, node, frame)
        if isinstance(receiver, Session):
            return self.session_method(receiver, name, arguments, node, frame)
        if isinstance(receiver, Container):
            return container_method(self, receiver, name, arguments, node, frame)
        if isinstance(receiver, (Literal, Variable, Joined)):
            return text_method(self, receiver, name, arguments, node, frame)
        return OPAQUE

    # Annotations.

    def annotated(self, node: ast.expr, frame: Frame) -> Values:
        """What an annotation says: a client or resource of the type stubs, an object of the service's own."""
        if isinstance(node, ast.Constant):
            return self._annotated_text(node, frame) if isinstance(node.value, str) else NOTHING
        if isinstance(node, ast.BinOp):
            return join(self.annotated(node.left, frame), self.annotated(node.right, frame))
        if isinstance(node, ast.Subscript):
            name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if name in ("Optional", "Union", "Annotated", "Final", "ClassVar", "Awaitable"):
                inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                return join(*(self.annotated(each, frame) for each in inside))
            return NOTHING
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return NOTHING
        found: list[Values] = []
        for value in self.evaluate(node, frame):
            if isinstance(value, Foreign):
                found.append(annotated(value.path))
            elif isinstance(value, Class) and self._makeable(value):
                found.append(self.call(value, Arguments(rest=OPAQUE), node, frame))
        return join(*found)

    def _annotated_text(self, node: ast.Constant, frame: Frame) -> Values:
        parsed = _expression(str(node.value))
        return self.annotated(parsed, frame) if parsed and not isinstance(parsed, ast.Constant) else NOTHING

    def _makeable(self, found: Class) -> bool:
        """Whether something of an annotation's class can be imagined: not of a model, protocol or enumeration."""
        roots = [base.path.partition(".")[0] for base in self.foreign_bases(found)]
        made = any(value == found.node for value in self.running)
        return not made and all(root in ("builtins", "abc") for root in roots)


@cache
def _expression(text: str) -> ast.expr | None:
    """An annotation that is written as a text."""
    try:
        return ast.parse(text, mode="eval").body if len(text) < 500 else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _unknown(path: str) -> bool:
    """Whether nobody knows what stands behind a library's value: not of Python itself, and not of those known here."""
    if not path:
        return True
    root = path.partition(".")[0].partition("(")[0]
    return (
        "()" in path
        and not is_standard(path)
        and root not in ("botocore", "boto3", "aws_lambda_powertools", "pydantic")
    )
