"""Events that nobody thought of: the sample event, changed at random."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .attacks import MEANT, NEVER
from .harness import Carrier, Event, Place, with_value

_TEXTS = st.text(max_size=40) | st.text(st.characters(categories=["Cs", "Cc", "Cf"]), max_size=8)
_TEXTS |= st.sampled_from([text for _, _, text in (*NEVER, *MEANT)])
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**400) | _TEXTS
VALUES: SearchStrategy[Any] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=8
)


#: A list that was repeated has a million places, and each is like the first ones.
_MOST_PLACES = 500


def places(value: Any) -> list[Place]:
    """The places in a JSON value, lists and objects included: outer ones first, and of very many the first ones."""
    found: list[tuple[Place, Any]] = [((), value)]
    for place, outer in found:
        inner = outer.items() if isinstance(outer, dict) else enumerate(outer) if isinstance(outer, list) else ()
        found += (((*place, key), child) for key, child in islice(inner, _MOST_PLACES - len(found)))
        if len(found) >= _MOST_PLACES:
            break
    return [place for place, _ in found]


@st.composite
def changed(draw: DrawFn, value: Any) -> Any:
    """`value` with up to three places replaced, removed, repeated, or buried."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(value)))
        found = _at(value, place)
        how = draw(st.sampled_from(["replace", "remove", "repeat", "bury", "add"]))
        if how == "remove" and place:
            value = _without(value, place)
        elif how == "repeat" and isinstance(found, list):
            value = with_value(value, place, found * draw(st.sampled_from([2, 3, 20_000])))
        elif how == "bury":
            value = with_value(value, place, _buried(found, draw(st.sampled_from([1, 40, 150]))))
        elif how == "add" and isinstance(found, dict):
            value = with_value(value, (*place, draw(_TEXTS)), draw(VALUES))
        else:
            value = with_value(value, place, draw(VALUES))
    return value


@st.composite
def changed_payload(draw: DrawFn, carrier: Carrier, sample: Event) -> Event:
    """`sample` with another payload, as JSON or what is left of it; as it is where its source carries no such text."""
    text = json.dumps(draw(changed(carrier.payload(sample))))
    for _ in range(draw(st.integers(0, 2))):
        cut = draw(st.integers(0, len(text)))
        text = text[:cut] + draw(_TEXTS) + text[cut + draw(st.integers(0, 3)) :]
    return carrier.body(sample, text) or sample


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def _without(value: Any, place: Place) -> Any:
    parent = _at(value, place[:-1])
    rest = (
        {key: inner for key, inner in parent.items() if key != place[-1]}
        if isinstance(parent, dict)
        else [inner for index, inner in enumerate(parent) if index != place[-1]]
    )
    return with_value(value, place[:-1], rest)


def _buried(value: Any, depth: int) -> Any:
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value
