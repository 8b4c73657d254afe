"""What a call is given, taken out of the store as it is at that moment."""

from __future__ import annotations

from holdfast.privileges.core import Core
from holdfast.privileges.values import Container, Foreign, Literal, Tree, Value, Values, is_text, union

DEEPEST = 6
MOST_ENTRIES = 60


def snapshot(core: Core, values: Values, depth: int = 0) -> Tree:
    """The values as a tree of texts; what is neither a text nor a container is unknown, None is nothing."""
    trees = [_one(core, value, depth) for value in sorted(values, key=_order) if value != Literal(None)]
    return union(trees)


def _one(core: Core, value: Value, depth: int) -> Tree:
    if isinstance(value, Container) and depth < DEEPEST:
        names = [name for name in core.names(value) if name != "?"]
        if len(names) > MOST_ENTRIES:
            return Tree(known=False)
        entries = [(name, snapshot(core, core.get(value, name), depth + 1)) for name in names]
        keys = core.get(value, "?")
        others = tuple(tree for name, tree in entries if name in ("*", "**"))
        return Tree(
            entries=tuple((name, tree) for name, tree in entries if name not in ("*", "**")),
            others=others,
            known=not any(name == "**" for name in names),
            texts=keys,
        )
    if isinstance(value, Literal) and not isinstance(value.value, str):
        return Tree(texts=frozenset({Literal(str(value.value))})) if value.value else Tree()
    if isinstance(value, Foreign) or not is_text(value):
        return Tree(texts=frozenset({Foreign()}), known=False)
    return Tree(texts=frozenset({value}))


def _order(value: Value) -> str:
    return type(value).__name__
