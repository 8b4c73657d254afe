"""Clients of a WebSocket API: their messages, and their coming and going."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from {{ project.package }}.guard.origin import Attribute

from ..harness import Attack, Event, Model, Place, with_value
from ..web import BYTES, ENVELOPE, PAYLOAD, QUERIES, SIZE, Pairs, WebCarrier, nested, origin_of

IDENTITY = ("requestContext", "identity")
#: Where what AWS says as text stands in an event.
ATTRIBUTES: dict[str, Place] = {
    "connection_id": ("requestContext", "connectionId"),
    "disconnect_reason": ("requestContext", "disconnectReason"),
    "domain_name": ("requestContext", "domainName"),
    "message_id": ("requestContext", "messageId"),
    "route_key": ("requestContext", "routeKey"),
    "source_ip": (*IDENTITY, "sourceIp"),
    "stage": ("requestContext", "stage"),
}


class WebSocket(WebCarrier):
    def headed(self, sample: Event, headers: Mapping[str, str]) -> Event:
        return {**sample, "headers": dict(headers), "multiValueHeaders": {key: [headers[key]] for key in headers}}

    def queried(self, sample: Event) -> Pairs:
        return list((sample.get("queryStringParameters") or {}).items())

    def asking(self, sample: Event, query: Pairs) -> Event | None:
        if sample["requestContext"]["eventType"] != "CONNECT":
            return None
        many: dict[str, list[str]] = {}
        for name, value in query:
            many.setdefault(name, []).append(value)
        return {**sample, "queryStringParameters": dict(query), "multiValueQueryStringParameters": many}

    def claiming(self, sample: Event, name: str, value: str) -> Event | None:
        claims = {**(sample["requestContext"].get("authorizer") or {}), name: value}
        return with_value(sample, ("requestContext", "authorizer"), claims)

    def anonymous(self, sample: Event) -> Event:
        stranger = with_value(sample, IDENTITY, {"sourceIp": "203.0.113.7"})
        return with_value(stranger, ("requestContext", "authorizer"), None)

    def called_by(self, sample: Event, name: str) -> Event | None:
        return with_value(sample, IDENTITY, {"sourceIp": "203.0.113.7", "accountId": "111122223333", "userArn": name})

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        origin, name = origin_of(model, place)
        if not isinstance(origin, Attribute):
            return super().put(model, sample, place, value)
        known = isinstance(value, str) and len(place) == 1 and name in ATTRIBUTES
        return with_value(sample, ATTRIBUTES[name], value) if known else None

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        """AWS leaves none of its attributes out."""
        return None if isinstance(origin_of(model, place)[0], Attribute) else super().drop(model, sample, place)

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield Attack("websocket-no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"])
        yield Attack("websocket-empty", "an event without anything", ENVELOPE, dict)
        yield Attack("websocket-body-list", "a body that is no text", ENVELOPE, partial(dict, sample, body=["a"]))
        yield Attack("websocket-text", "a message of plain text", PAYLOAD, partial(self.body, sample, "ping"))
        yield from self._identities(model, sample)
        for name, why, body in BYTES:
            yield Attack(f"websocket-base64-{name}", why, ENVELOPE, partial(self._encoded, sample, body))
        for name, why, query in QUERIES:
            if asked := self.asking(sample, query):
                yield Attack(f"websocket-query-{name}", why, PAYLOAD, partial(dict, asked))
        for name, why, change in CONTEXTS:
            context = {**sample["requestContext"], **change}
            yield Attack(f"websocket-{name}", why, ENVELOPE, partial(dict, sample, requestContext=context))
        for name, why, large in (
            ("deep", "exhausts the stack", {"requestContext": nested(1_000)}),
            ("header-large", "exhausts memory", {"headers": {"x-large": "x" * 8_000_000}}),
            ("reason-large", "fills the log", {"requestContext": {"disconnectReason": "x" * 1_000_000}}),
            ("message-large", "more than a message can have", {"body": json.dumps({"id": "x" * 1_000_000})}),
        ):
            yield Attack(f"websocket-{name}", why, SIZE, partial(dict, {**sample, **large}))


#: What is wrong with an event's context: name, why, what changes.
CONTEXTS: tuple[tuple[str, str, Event], ...] = (
    ("type-other", "no event of a client", {"eventType": "AUTHORIZE"}),
    ("type-case", "almost the name of an event", {"eventType": "connect"}),
    ("type-none", "an HTTP API's event", {"eventType": None}),
    ("connection-none", "a message from nobody", {"connectionId": None}),
    ("connection-list", "a list for an id", {"connectionId": ["a"]}),
    ("connection-object", "a query operator in place of a value", {"connectionId": {"$ne": None}}),
    ("time-text", "a text for a time", {"connectedAt": "1767351600000"}),
    ("time-negative", "before there were times", {"connectedAt": -1}),
    ("time-huge", "a time that no calendar has", {"connectedAt": 10**30}),
    ("time-true", "true is 1 in a comparison", {"connectedAt": True}),
    ("identity-none", "no word of who calls", {"identity": None}),
    ("identity-text", "an identity as text", {"identity": "root"}),
    ("identity-number", "a number for a name", {"identity": {"sourceIp": "203.0.113.7", "userArn": 1}}),
    ("claims-list", "claims as a list", {"authorizer": ["root"]}),
    ("code-text", "a text for a number", {"disconnectStatusCode": "1001"}),
    ("reason-object", "an object for a text", {"disconnectReason": {}}),
)

CARRIER = WebSocket()
