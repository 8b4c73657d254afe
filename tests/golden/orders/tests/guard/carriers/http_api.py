"""Requests: fields in the body, the path, the query and the authorizer's word."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from orders.guard.origin import Origin
from orders.guard.web import Claim, Identity, Path, Query

from ..fields import fields
from ..harness import Attack, Event, Model, Place, Run, leaves, with_value

ENVELOPE = ("envelope",)


class HttpApi:
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        body: Event = json.loads(sample.get("body") or "{}")
        return body

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample))) if sample.get("body") else {}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        origin, name = _origin(model, place)
        if origin is None:
            return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))
        if not isinstance(value, str) or len(place) > 1:
            return None
        if isinstance(origin, Path):
            return with_value(sample, ("pathParameters",), {**(sample.get("pathParameters") or {}), name: value})
        if isinstance(origin, Query):
            kept = [pair for pair in parse_qsl(sample["rawQueryString"], keep_blank_values=True) if pair[0] != name]
            query = urlencode([*kept, (name, value)], errors="surrogatepass")
            return with_value(sample, ("rawQueryString",), query)
        claims = sample["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims")
        if isinstance(origin, Claim) and claims is not None:
            return with_value(sample, ("requestContext", "authorizer", "jwt", "claims", name), value)
        return None

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        origin, name = _origin(model, place)
        if isinstance(origin, Path):
            kept = {key: value for key, value in (sample.get("pathParameters") or {}).items() if key != name}
            return with_value(sample, ("pathParameters",), kept)
        if isinstance(origin, Query):
            pairs = [pair for pair in parse_qsl(sample["rawQueryString"], keep_blank_values=True) if pair[0] != name]
            return with_value(sample, ("rawQueryString",), urlencode(pairs))
        if isinstance(origin, Claim | Identity):
            return with_value(sample, ("requestContext", "authorizer"), {})
        return self.body(sample, json.dumps({key: v for key, v in self.payload(sample).items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event:
        headers = {**sample.get("headers", {}), "content-type": "application/json"}
        return {**sample, "headers": headers, "body": text, "isBase64Encoded": False}

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for key in fields(model):
            if _origin(model, (key,))[0]:
                forged = partial(self._forged, model, sample, key)
                yield Attack(f"http-forged-{key}", "a body that speaks for somebody else", ("payload",), forged)
        yield Attack("http-no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"])
        yield Attack("http-empty", "an event without anything", ENVELOPE, dict)
        for name, why, change in (
            ("version", "another payload format", {"version": "1.0"}),
            ("no-context", "no word of who calls", {"requestContext": None}),
            ("identity-text", "an identity as text", {"requestContext": {"authorizer": "admin"}}),
            ("identity-list", "claims as a list", {"requestContext": {"authorizer": {"jwt": {"claims": ["sub"]}}}}),
            ("headers-text", "headers as text", {"headers": "a: b"}),
            ("header-list", "a header that is no text", {"headers": {"content-type": ["application/json"]}}),
            ("parameters-list", "parameters that are no text", {"pathParameters": {"id": ["a"]}}),
            ("query-list", "a query that is no text", {"rawQueryString": ["a"]}),
            ("body-object", "a body that is no text", {"body": {"id": "a"}}),
            ("type-none", "no word of what it is", _typed("")),
            ("type-xml", "another parser's input", _typed("text/xml")),
            ("type-form", "what a form on another site can send", _typed("application/x-www-form-urlencoded")),
            ("type-text", "what a form on another site can send", _typed("text/plain")),
            ("charset", "reads as other characters", _typed("application/json; charset=utf-7")),
            ("base64-none", "no base64", _encoded("%%%")),
            ("base64-bytes", "no UTF-8", _encoded(b"\xff\xfe{}")),
            ("base64-overlong", "a slash, spelled to get past a filter", _encoded(b'{"a": "\xc0\xaf"}')),
            ("base64-gzip", "inflates", _encoded(b"\x1f\x8b\x08" + bytes(64))),
        ):
            yield Attack(f"http-{name}", why, ENVELOPE, partial(_with, sample, change))
        if any(isinstance(_origin(model, (key,))[0], Identity) for key in fields(model)):
            for name, why, subject in (
                ("forged", "a hidden name", "\u202eroot"),
                ("empty", "a caller without a name", ""),
            ):
                change = {"requestContext": {"authorizer": _token(subject)}}
                yield Attack(f"http-identity-{name}", why, ENVELOPE, partial(_with, sample, change))
        for name, why, query in (
            ("unknown", "a parameter that nobody offered", "is_admin=true"),
            ("operator", "an operator as a parameter's name", "id[$ne]=1"),
            ("many", "exhausts memory", "a=1&" * 5_000),
            ("bytes", "no UTF-8", "id=%ff%fe"),
            ("nul", "ends the string for code written in C", "id=a%00b"),
            ("twice", "the same parameter twice: parsers disagree", "id=a&id=b"),
        ):
            change = {"rawQueryString": query}
            yield Attack(f"http-query-{name}", why, ("payload",), partial(_with, sample, change))
        for name, why, extra in (
            ("deep", "exhausts the stack", {"requestContext": _nested(1_000)}),
            ("header-large", "exhausts memory", {"headers": {"x-large": "x" * 8_000_000}}),
            ("headers-many", "exhausts memory", {"headers": {f"h{number}": "x" for number in range(100_000)}}),
        ):
            yield Attack(f"http-{name}", why, ("size",), partial(_with, sample, extra))

    def _forged(self, model: Model, sample: Event, key: str) -> Event:
        event = self.drop(model, sample, (key,))
        identity = {"kind": "iam", "id": "arn:aws:iam::111122223333:root", "authority": "111122223333"}
        value = identity if isinstance(_origin(model, (key,))[0], Identity) else "forged"
        return self.body(event or sample, json.dumps({**self.payload(sample), key: value}))

    def check_refused(self, run: Run, attack: Attack) -> None:
        assert run.error is None
        assert run.calls == 0, "the function was called"
        assert run.value["statusCode"] == 400
        answer = json.loads(run.value["body"])
        assert answer.keys() == {"correlation_id", "errors"}
        assert all(error.keys() <= {"loc", "type"} for error in answer["errors"])

    def check_failed(self, run: Run) -> None:
        assert run.error is None
        assert run.value["statusCode"] == 500
        assert json.loads(run.value["body"]).keys() == {"correlation_id"}


CARRIER = HttpApi()


def _origin(model: Model, place: Place) -> tuple[Origin | None, str]:
    field = fields(model).get(str(place[0])) if place else None
    origin = next((note for note in field.metadata if isinstance(note, Origin)), None) if field else None
    return origin, (origin.name if origin else "") or str(place[0])


def _with(sample: Event, change: Event) -> Event:
    return {**sample, **change}


def _token(subject: str) -> Event:
    return {"jwt": {"claims": {"sub": subject, "iss": "https://example.com"}, "scopes": []}}


def _typed(content_type: str) -> Event:
    return {"headers": {"content-type": content_type}, "body": "{}"}


def _encoded(body: bytes | str) -> Event:
    text = body if isinstance(body, str) else base64.b64encode(body).decode("ascii")
    return {"headers": {"content-type": "application/json"}, "body": text, "isBase64Encoded": True}


def _nested(depth: int) -> Event:
    value: Event = {}
    for _ in range(depth):
        value = {"a": value}
    return value
