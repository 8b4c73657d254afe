"""What a rule says."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

#: First line, column, last line; from 1.
Span = tuple[int, int, int]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong: where, which rule says so, and what to do about it."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    last: int = field(compare=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.rule} {self.message}"


def span(node: ast.expr | ast.stmt) -> Span:
    """Where `node` stands."""
    return node.lineno, node.col_offset + 1, node.end_lineno or node.lineno
