"""The graph in sentences: for the titles of the picture, and for a terminal."""

from __future__ import annotations

from holdfast.graph import Function, Graph, Link
from holdfast.iam.access import LEVELS

_BECAUSE = {
    "grant": "",
    "event": ", which its event source needs",
    "service": ", which every function needs",
    "allow": ", written out in the spec",
}


def summary(graph: Graph) -> str:
    """How many there are of what, in one line."""
    levels = [link.access for link in graph.links]
    parts = [_count(len(graph.functions), "function"), _count(len(graph.resources), "resource")]
    outside = sum(bool(resource.external) for resource in graph.resources)
    if outside:
        parts[-1] += f" ({outside} external)"
    parts += [f"{levels.count(level)} {word}" for level, word in zip(LEVELS, ("read", "write", "delete"), strict=True)]
    return f"{', '.join(parts[:2])}; of their links {parts[2]}, {parts[3]}, {parts[4]}"


def link_in_words(link: Link) -> str:
    """What a function may do with one resource, and with which actions; what the resource does to it."""
    said = [f"{link.resource} invokes {link.function}"] if link.invokes else []
    said += [f"the event of {link.function} names {link.resource} as its {name}" for name in link.names]
    said += [
        f"{link.function} may {permission.name} ({permission.access}) on {link.resource}: "
        f"{', '.join(permission.actions)}{_BECAUSE[permission.because]}"
        for permission in link.permissions
    ]
    return "; ".join(said)


def invoked_by(function: Function) -> str:
    """What invokes a function."""
    return f"{function.name} is invoked by {' '.join((function.source, ', '.join(function.answers))).strip()}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
