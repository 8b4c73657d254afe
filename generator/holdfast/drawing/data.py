"""The map as JSON, for other programs: what is in the graph, and nothing of how it is drawn."""

from __future__ import annotations

import json

from holdfast.graph import Graph, Link

#: Raised when a key changes its meaning or goes; new ones may come.
SCHEMA = 1
#: Begins every map, so that the next one may take its place.
MARK = '"made_by": "holdfast map"'


def draw(graph: Graph) -> str:
    """One JSON object; lists are in the order of the spec."""
    data = {
        "made_by": "holdfast map",
        "schema": SCHEMA,
        "service": graph.service,
        "functions": [{"name": f.name, "event": f.source, "answers": f.answers} for f in graph.functions],
        "resources": [{"name": r.name, "kind": r.kind, "external": r.external or None} for r in graph.resources],
        "links": [_link(link) for link in graph.links],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _link(link: Link) -> dict[str, object]:
    return {
        "function": link.function,
        "resource": link.resource,
        "access": link.access,
        "invokes": link.invokes,
        "named_by": link.names,
        "permissions": [
            {"name": p.name, "title": p.title, "access": p.access, "because": p.because, "actions": p.actions}
            for p in link.permissions
        ],
    }
