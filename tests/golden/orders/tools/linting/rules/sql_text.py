"""SQL that is built from values runs what the values say. It must be fixed; values are parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..code import Module, argument, behind, keyword, last_name
from ..finding import Span, span
from ..origin import Values
from ..scope import Scope

#: Methods of databases' connections and cursors whose first argument is SQL.
_METHODS = frozenset(
    {"exec_driver_sql", "execute", "executemany", "executescript", "fetchrow", "fetchval", "read_sql", "read_sql_query"}
)
#: Those whose names others have, too: what they are given is SQL where it looks like that, or that library is at hand.
_SHARED = {"cursor": "asyncpg", "fetch": "asyncpg", "raw": "django"}
_SQL = re.compile(r"\s*(?:alter|call|create|delete|drop|grant|insert|merge|select|update|with)\s", re.IGNORECASE)
#: Functions that make SQL of text.
_FUNCTIONS = frozenset(
    {"django.db.models.expressions.RawSQL", "psycopg.sql.SQL", "psycopg2.sql.SQL", "sqlalchemy.DDL"}
    | {"sqlalchemy.literal_column", "sqlalchemy.text", "sqlalchemy.sql.text"}
)
#: Methods of boto3's clients, and where they take SQL, PartiQL or a query of logs.
_CLIENTS = {
    "batch_execute_statement": ("Sqls", "Statements", "sql"),
    "execute_statement": ("Sql", "Statement", "sql"),
    "execute_transaction": ("TransactStatements",),
    "query": ("QueryString",),
    "select_object_content": ("Expression",),
    "start_query": ("queryString",),
    "start_query_execution": ("QueryString",),
}
_MESSAGE = "SQL must be a literal or a module's constant: pass values as parameters, choose names from a table of yours"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    values = Values(module)
    for call, scope in module.calls():
        for text in _texts(module, call, scope):
            if not values.is_fixed(text, scope):
                yield span(text), _MESSAGE


def _texts(module: Module, call: ast.Call, scope: Scope) -> Iterator[ast.expr]:
    function, where = behind(call.func, scope)
    if module.dotted(function, where) == "functools.partial" and call.args:
        call = ast.Call(call.args[0], call.args[1:], call.keywords)
        function, where = behind(call.func, scope)
    name = last_name(function)
    if module.dotted(function, where) in _FUNCTIONS or (isinstance(function, ast.Attribute) and name in _METHODS):
        text = argument(call, 0, "sql", "statement", "query", "operation")
        if text and not _is_whole_event(text, scope):
            yield text
    elif name in _SHARED and isinstance(function, ast.Attribute) and call.args:
        text = call.args[0]
        uses = any(full.split(".")[0] == _SHARED[name] for full in module.imports.values())
        if (uses and not _is_whole_event(text, scope)) or _looks_like_sql(text, scope):
            yield text
    words = _CLIENTS.get(name, ())
    for given in filter(None, (keyword(call, word) for word in words)):
        yield from _statements(given)
    # Where a query takes its arguments from elsewhere, DynamoDB's too, nothing says that it is one of text.
    if words and "query" not in name and not any(each.arg in words for each in call.keywords):
        yield from (each.value for each in call.keywords if each.arg is None)


def _statements(node: ast.expr) -> Iterator[ast.expr]:
    """The statements in `[{"Statement": …, "Parameters": …}]`."""
    match node:
        case ast.List(elts=parts):
            for part in parts:
                yield from _statements(part)
        case ast.ListComp(elt=part):
            yield from _statements(part)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if not isinstance(key, ast.Constant) or key.value == "Statement":
                    yield value
        case _:
            yield node


def _looks_like_sql(node: ast.expr, scope: Scope) -> bool:
    """Whether the text, or what a name was given for it, starts like a statement."""
    if isinstance(node, ast.Name):
        return any(
            isinstance(each.node, ast.JoinedStr | ast.BinOp | ast.Call) and _looks_like_sql(each.node, each.scope)
            for each in scope.find(node.id)
        )
    first = next((each.value for each in ast.walk(node) if isinstance(each, ast.Constant)), None)
    return isinstance(first, str) and bool(_SQL.match(first))


def _is_whole_event(node: ast.expr, scope: Scope) -> bool:
    """`use_case.execute(event)` is no database: a model is no text."""
    return isinstance(node, ast.Name) and {bound.role for bound in scope.find(node.id)} == {"event"}
