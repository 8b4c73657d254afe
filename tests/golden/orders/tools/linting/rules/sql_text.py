"""SQL that is built from values runs what the values say. It must be fixed; values are parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, argument, keyword, last_name
from ..finding import Span, span
from ..origin import Values
from ..scope import Scope

#: Methods of databases' connections and cursors whose first argument is SQL.
_METHODS = frozenset({"execute", "executemany", "executescript", "read_sql", "read_sql_query"})
#: Functions that make SQL of text.
_FUNCTIONS = frozenset(
    {"psycopg.sql.SQL", "psycopg2.sql.SQL", "sqlalchemy.literal_column", "sqlalchemy.text", "sqlalchemy.sql.text"}
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
    name = last_name(call.func)
    if module.dotted(call.func, scope) in _FUNCTIONS or (isinstance(call.func, ast.Attribute) and name in _METHODS):
        text = argument(call, 0, "sql", "statement", "query", "operation")
        if text and not _is_whole_event(text, scope):
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


def _is_whole_event(node: ast.expr, scope: Scope) -> bool:
    """`use_case.execute(event)` is no database: a model is no text."""
    return isinstance(node, ast.Name) and {bound.role for bound in scope.find(node.id)} == {"event"}
