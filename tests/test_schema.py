"""The published JSON Schema says of a spec's shape what `spec` says."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from holdfast import spec
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.schema import json_schema
from support import goldens

ABSENT = object()


@pytest.fixture(scope="module")
def schema(catalogue: Catalogue) -> dict[str, object]:
    return json_schema(catalogue)


@pytest.fixture(scope="module")
def validator(schema: dict[str, object]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def orders(orders_text: str) -> dict[str, object]:
    return tomllib.loads(orders_text)


def changed(data: dict[str, object], path: str, value: object) -> dict[str, object]:
    """`data` with `value` at the dotted `path`, or without what stands there."""
    data = copy.deepcopy(data)
    *parents, last = path.split(".")
    table: object = data
    for key in parents:
        assert isinstance(table, dict)
        table = table.setdefault(key, {})
    assert isinstance(table, dict)
    if value is ABSENT:
        del table[last]
    else:
        table[last] = value
    return data


def test_every_golden_spec_fits_it(catalogue: Catalogue, validator: Draft202012Validator) -> None:
    for name, text in goldens.specs(catalogue).items():
        assert [error.message for error in validator.iter_errors(tomllib.loads(text))] == [], name


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("project.description", 'any "text"\nwith 🦀'),
        ("project.architecture", "x86_64"),
        ("observability", ABSENT),
        ("api.rate", 1),
        ("api", {"authorizer": "jwt", "issuer": "https://example.com", "audience": "a"}),
        ("observability", {"backend": "otlp", "endpoint": "https://otlp.example.com/v1"}),
        ("observability", {"backend": "otlp", "preset": "collector", "endpoint": "http://localhost:4318"}),
        ("resources.orders.partition_key", "order_id"),
        ("resources.orders.id", "Bestellungen"),
        ("resources.old-dead-letters", {"kind": "table"}),
        ("functions.place-order.environment", {"STAGE_NAME": "x"}),
        ("functions.place-order.grants", []),
        ("functions.list", {"event": {"kind": "http-api", "route": "GET /orders/{id}"}}),
    ],
)
def test_what_the_spec_accepts_it_accepts(
    path: str, value: object, orders: dict[str, object], catalogue: Catalogue, validator: Draft202012Validator
) -> None:
    data = changed(orders, path, value)
    spec.from_data(data, catalogue)
    assert [error.message for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("schema", 2, "this holdfast reads schema = 1"),
        ("shema", 1, "the key 'shema' is unknown"),
        ("project", ABSENT, "missing: project.name, project.owner"),
        ("project.name", ABSENT, "name is missing: Name of the service"),
        ("project.owner", ABSENT, "owner is missing: Who owns it"),
        ("project.name", "Orders", "'Orders' is not a name"),
        ("project.name", "a" * 25, "has 25 characters"),
        ("project.name", "boto3", "'boto3' is taken"),
        ("project.name", "class", "'class' is a Python keyword"),
        ("project.nam", "orders", "the key 'nam' is unknown"),
        ("project.owner", "a b", "'a b' does not fit"),
        ("project.description", "a" * 251, "it has 251 characters"),
        ("project.runtime", "python2.7", "'python2.7' is not one of its choices"),
        ("project.region", "moon", "'moon' does not fit"),
        ("project.region", 1, "1 is not a text"),
        ("ci", [], "it must be a table"),
        ("ci.system", "none", "'none' is not one of its choices"),
        ("api.rate", "50", "'50' is not a whole number"),
        ("api.rate", True, "True is not a whole number"),
        ("api.rate", 0, "0 is too small"),
        ("api.burst", 5001, "5001 is too large"),
        ("api", {"authorizer": "jwt"}, "missing: api.issuer, api.audience"),
        ("api", {"authorizer": "jwt", "issuer": "https://example.com"}, "audience is missing"),
        ("observability", {"backend": "otlp"}, "endpoint is missing"),
        ("observability", {"backend": "otlp", "preset": "grafana"}, "missing: observability.secret, observability.endpoint"),
        ("observability", {"backend": "otlp", "preset": "honeycomb"}, "secret is missing"),
        ("observability", {"backend": "otlp", "endpoint": "http://otlp.example.com"}, "does not fit"),
        ("observability", {"backend": "otlp", "preset": "jaeger"}, "'jaeger' is not one of its choices"),
        ("resources.Inbox", {"kind": "queue"}, "'Inbox' is not a name"),
        ("resources.con", {"kind": "queue"}, "'con' is a device name"),
        ("resources.inbox.kind", ABSENT, "no kind is given"),
        ("resources.inbox.kind", "bukket", "'bukket' is not a kind"),
        ("resources.inbox.sort_key", "id", "the key 'sort_key' is unknown"),
        ("resources.inbox.attempts", 0, "0 is too small"),
        ("resources.inbox.id", "inbox", "'inbox' is not the stem of a logical id"),
        ("resources.old-dead-letters", {"kind": "queue"}, "is kept for the queue part's own"),
        ("resources.orders.partition_key", "order id", "'order id' does not fit"),
        ("functions", {}, "missing: functions"),
        ("functions", ABSENT, "missing: functions"),
        ("functions.place_order", {"event": {"kind": "http-api", "route": "GET /"}}, "'place_order' is not a name"),
        ("functions.fulfil.event", ABSENT, "no kind is given"),
        ("functions.fulfil.event.kind", ABSENT, "no kind is given"),
        ("functions.fulfil.event.kind", "sms", "'sms' is not a kind"),
        ("functions.fulfil.event.queue", ABSENT, "queue is missing"),
        ("functions.fulfil.event.route", "GET /", "the key 'route' is unknown"),
        ("functions.fulfil.event.batch", 11, "11 is too large"),
        ("functions.place-order.event.route", "orders", "'orders' does not fit"),
        ("functions.place-order.grants", "orders:put", "grants are a list of texts"),
        ("functions.place-order.grants", ["orders:drop"], "a table has no grant 'drop'"),
        ("functions.place-order.grants", ["inbox:consume"], "a queue has no grant 'consume'"),
        ("functions.place-order.grants", ["orders:put", "orders:put"], "stands twice"),
        ("functions.place-order.memory", 64, "64 is too small"),
        ("functions.place-order.environment", {"AWS_REGION": "x"}, "'AWS_REGION' is not a key"),
        ("functions.place-order.environment", {"STAGE": "x"}, "'STAGE' is set by the service itself"),
        ("functions.place-order.environment", {"A": 1}, "it is not a table of texts"),
        ("functions.place-order.Memory", 256, "the key 'Memory' is unknown"),
    ],
)  # fmt: skip
def test_what_the_spec_refuses_for_its_shape_it_refuses(
    path: str,
    value: object,
    told: str,
    orders: dict[str, object],
    catalogue: Catalogue,
    validator: Draft202012Validator,
) -> None:
    data = changed(orders, path, value)
    with pytest.raises(HoldfastError, match=re.escape(told)):
        spec.from_data(data, catalogue)
    assert not validator.is_valid(data)


def test_editors_find_options_texts_and_defaults_by_kind(schema: dict[str, object]) -> None:
    queue = next(kind for kind in at(schema, "resources", "additionalProperties", "oneOf") if kind["title"] == "queue")
    assert queue["properties"]["retention"] == {
        "description": "Days that a message is kept: write a whole number from 1 to 14",
        "type": "integer",
        "minimum": 1,
        "maximum": 14,
        "default": 4,
    }
    assert at(schema, "project", "properties", "region")["default"] == "eu-west-1"


def at(schema: dict[str, object], *keys: str) -> Any:
    found: Any = schema["properties"]
    for key in keys:
        found = found[key]
    return found


def test_patterns_are_anchored_and_mean_the_same_in_every_editor(schema: dict[str, object]) -> None:
    """ECMAScript has no ends of text, named groups, inline flags, possessive quantifiers or needless escapes like Python's."""
    found = list(patterns(schema))
    assert len(found) > 20
    for pattern in found:
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern
        assert not re.search(r"\\[AZ#' \"@%&~`:;<>=!,]|\(\?[^:=!]|[*+?}]\+", pattern), pattern


def patterns(schema: object) -> Iterator[str]:
    """Every pattern in `schema`, however deep."""
    if isinstance(schema, dict):
        yield from [schema["pattern"]] if "pattern" in schema else []
        yield from schema.get("patternProperties", {})
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from patterns(part)
