"""Random graphs for the map's tests: names as specs have them, and texts that try to be markup."""

from __future__ import annotations

from hypothesis import strategies as st

from holdfast.graph import Function, Graph, Link, Permission, Resource

#: Each would break, hide or run something where it stands unescaped.
HOSTILE = (
    '</title><script>alert("x")</script>',
    "]]>--><!DOCTYPE svg>&amp;&#60;",
    '"] --> x["%%{init: {}}%%',
    "click f0 href `x` | end ; style f0 fill:#f00",
    "``` \n# heading\n- item",
    "\u202egnp.exe \x00\x1b[31m\u200b\ud800",
    "日本語の長い説明文" * 8,
    "x" * 200,
    "a-b/" * 60,
    "",
    " ",
)
_names = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True).map(lambda name: name[:40])
_texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80), _names)
_permissions = st.builds(
    Permission,
    st.one_of(_names, _texts),
    _texts,
    st.sampled_from(("read", "write", "delete")),
    st.sampled_from(("grant", "event", "allow")),
    st.lists(_texts, min_size=1, max_size=3).map(tuple),
)


@st.composite
def graphs(draw: st.DrawFn, most: int = 8) -> Graph:
    """A graph of up to `most` functions and resources."""
    functions = [
        Function(name, draw(_texts), tuple(draw(st.lists(_texts, max_size=4))))
        for name in draw(st.lists(_names, min_size=1, max_size=most, unique=True))
    ]
    resources = [
        Resource(name, draw(_texts), draw(st.one_of(st.just(""), _texts)))
        for name in draw(st.lists(st.one_of(_names, st.sampled_from(HOSTILE[:-2])), max_size=most, unique=True))
    ]
    links = []
    for function in functions:
        for resource in draw(st.lists(st.sampled_from(resources), max_size=5, unique=True)) if resources else ():
            permissions = tuple(draw(st.lists(_permissions, max_size=4)))
            invokes = draw(st.booleans())
            names = tuple(draw(st.lists(_names, max_size=2))) or (() if permissions or invokes else ("bucket",))
            links.append(Link(function.name, resource.name, permissions, invokes, names))
    return Graph(draw(_texts), tuple(functions), tuple(resources), tuple(links))
