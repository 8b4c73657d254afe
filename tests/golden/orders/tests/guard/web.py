"""Requests, whichever service hands them over: fields in the body, the path, the query and the authorizer's word."""

from __future__ import annotations

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from orders.guard.origin import Origin
from orders.guard.web import Claim, Identity, Path, Query

from .fields import fields
from .harness import Attack, Event, Model, Place, Run, leaves, with_value

ENVELOPE, PAYLOAD, SIZE = ("envelope",), ("payload",), ("size",)
JSON = {"content-type": "application/json"}
#: What a caller writes who wants to be somebody else; no source of ours reads any of it.
FORGED = {
    "authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
    "cookie": "session=root",
    "forwarded": "for=127.0.0.1;by=root",
    "x-amzn-oidc-data": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
    "x-amzn-oidc-identity": "root",
    "x-apigateway-context": '{"authorizer": {"principalId": "root"}}',
    "x-authenticated-user": "root",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-user": "root",
    "x-http-method-override": "DELETE",
    "x-original-url": "/admin",
    "x-user-id": "root",
}
Pairs = Sequence[tuple[str, str]]


class WebCarrier(ABC):
    """How requests carry a payload. A source says where its events keep the parts of one; an event without such a part
    is None.
    """

    shown: frozenset[str] = frozenset()

    @abstractmethod
    def headed(self, sample: Event, headers: Mapping[str, str]) -> Event:
        """`sample` with these headers and no other."""

    def queried(self, sample: Event) -> Pairs:
        """The parameters of its query, in order."""
        return ()

    def asking(self, sample: Event, query: Pairs) -> Event | None:
        """`sample` with this query and no other."""
        return None

    def claiming(self, sample: Event, name: str, value: str) -> Event | None:
        """`sample` with one claim changed."""
        return None

    def anonymous(self, sample: Event) -> Event:
        """`sample` without anybody's word of who calls."""
        return sample

    def called_by(self, sample: Event, name: str) -> Event | None:
        """`sample` with the authorizer's word that the caller has this name."""
        return None

    def odd(self, model: Model, sample: Event) -> Iterator[tuple[str, str, tuple[str, ...], Event]]:
        """What only this source can suffer: name, why, stages, and the keys of the event that change."""
        yield from ()

    def payload(self, sample: Event) -> Event:
        body: Event = json.loads(sample.get("body") or "{}")
        return body

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample))) if sample.get("body") else {}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        origin, name = origin_of(model, place)
        if origin is None:
            return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))
        if not isinstance(value, str) or len(place) > 1:
            return None
        if isinstance(origin, Path):
            return with_value(sample, ("pathParameters",), {**(sample.get("pathParameters") or {}), name: value})
        if isinstance(origin, Query):
            return self.asking(sample, [*self._others(sample, name), (name, value)])
        return self.claiming(sample, name, value) if isinstance(origin, Claim) else None

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        origin, name = origin_of(model, place)
        if isinstance(origin, Path):
            kept = {key: value for key, value in (sample.get("pathParameters") or {}).items() if key != name}
            return with_value(sample, ("pathParameters",), kept)
        if isinstance(origin, Query):
            return self.asking(sample, self._others(sample, name))
        if isinstance(origin, Claim | Identity):
            return self.anonymous(sample)
        return self.body(sample, json.dumps({key: v for key, v in self.payload(sample).items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event:
        return {**self.headed(sample, JSON), "body": text, "isBase64Encoded": False}

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield Attack("http-no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"])
        yield Attack("http-empty", "an event without anything", ENVELOPE, dict)
        yield Attack("http-body-object", "a body that is no text", ENVELOPE, lambda: {**sample, "body": {"id": "a"}})
        yield from self._identities(model, sample)
        for name, why, content_type in TYPES:
            yield Attack(f"http-type-{name}", why, ENVELOPE, partial(self._typed, sample, content_type))
        for name, why, body in BYTES:
            yield Attack(f"http-base64-{name}", why, ENVELOPE, partial(self._encoded, sample, body))
        for name, why, query in QUERIES:
            if asked := self.asking(sample, query):
                yield Attack(f"http-query-{name}", why, PAYLOAD, partial(dict, asked))
        for name, why, headers in (
            ("header-large", "exhausts memory", {"x-large": "x" * 8_000_000}),
            ("headers-many", "exhausts memory", {f"h{number}": "x" for number in range(100_000)}),
        ):
            yield Attack(f"http-{name}", why, SIZE, partial(self.headed, sample, headers))
        for name, why, stages, change in self.odd(model, sample):
            yield Attack(f"http-{name}", why, stages, partial(dict, {**sample, **change}))

    def _identities(self, model: Model, sample: Event) -> Iterator[Attack]:
        for key, field in fields(model).items():
            origin = origin_of(model, (key,))[0]
            if origin:
                forged = partial(self._forged, model, sample, key)
                yield Attack(f"http-forged-{key}", "a body that speaks for somebody else", PAYLOAD, forged)
            if isinstance(origin, Claim | Identity) and field.is_required():
                forged = partial(self.headed, self.anonymous(sample), {**JSON, **FORGED})
                yield Attack(f"http-headers-{key}", "headers that speak for somebody else", PAYLOAD, forged)
            for name, why, caller in CALLERS if isinstance(origin, Identity) else ():
                if named := self.called_by(sample, caller):
                    yield Attack(f"http-identity-{name}", why, ENVELOPE, partial(dict, named))

    def _forged(self, model: Model, sample: Event, key: str) -> Event:
        event = self.drop(model, sample, (key,))
        identity = {"kind": "iam", "id": "arn:aws:iam::111122223333:root", "authority": "111122223333"}
        value = identity if isinstance(origin_of(model, (key,))[0], Identity) else "forged"
        return self.body(event or sample, json.dumps({**self.payload(sample), key: value}))

    def _others(self, sample: Event, name: str) -> Pairs:
        return [pair for pair in self.queried(sample) if pair[0] != name]

    def _typed(self, sample: Event, content_type: str) -> Event:
        return {**self.headed(sample, {"content-type": content_type}), "body": "{}", "isBase64Encoded": False}

    def _encoded(self, sample: Event, body: bytes | str) -> Event:
        text = body if isinstance(body, str) else base64.b64encode(body).decode("ascii")
        return {**self.headed(sample, JSON), "body": text, "isBase64Encoded": True}

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


#: Bodies that are not called JSON: name, why, content type.
TYPES = (
    ("none", "no word of what it is", ""),
    ("xml", "another parser's input", "text/xml"),
    ("form", "what a form on another site can send", "application/x-www-form-urlencoded"),
    ("upload", "what a form on another site can send", "multipart/form-data; boundary=x"),
    ("text", "what a form on another site can send", "text/plain"),
    ("yaml", "what a deserialiser would run", "application/yaml"),
    ("pickle", "what a deserialiser would run", "application/x-python-pickle"),
    ("java", "what a deserialiser would run", "application/x-java-serialized-object"),
    ("charset", "reads as other characters", "application/json; charset=utf-7"),
    ("twice", "two types: parsers disagree", "application/json, text/xml"),
    ("crlf", "adds a header", "application/json\r\nx-user-id: root"),
)
#: Bodies in base64: name, why, bytes or what stands in place of base64.
BYTES: tuple[tuple[str, str, bytes | str], ...] = (
    ("none", "no base64", "%%%"),
    ("padding", "cut base64", "e30"),
    ("url", "another alphabet", "eyJhIjoiw7_Dvy0ifQ=="),
    ("blanks", "base64 with what parsers skip", "e3\r\n0="),
    ("bytes", "no UTF-8", b"\xff\xfe{}"),
    ("overlong", "a slash, spelled to get past a filter", b'{"a": "\xc0\xaf"}'),
    ("utf-16", "reads as other characters", '{"a": 1}'.encode("utf-16")),
    ("gzip", "inflates", b"\x1f\x8b\x08" + bytes(64)),
    ("pickle", "what a deserialiser would run", b"\x80\x04cos\nsystem\n(S'id'\ntR."),
)
QUERIES: tuple[tuple[str, str, Pairs], ...] = (
    ("unknown", "a parameter that nobody offered", [("is_admin", "true")]),
    ("operator", "an operator as a parameter's name", [("id[$ne]", "1")]),
    ("prototype", "a name that means something to the language", [("__proto__[admin]", "1")]),
    ("no-name", "a parameter without a name", [("", "a")]),
    ("many", "exhausts memory", [("a", "1")] * 5_000),
    ("nul", "ends the string for code written in C", [("id", "a\0b")]),
    ("crlf", "adds a header", [("id", "a\r\nset-cookie: session=owned")]),
    ("twice", "the same parameter twice: parsers disagree", [("id", "a"), ("id", "b")]),
)
CALLERS = (("forged", "a hidden name", "\u202eroot"), ("empty", "a caller without a name", ""))


def origin_of(model: Model, place: Place) -> tuple[Origin | None, str]:
    """Where the value at `place` comes from if not from the body, and its name there."""
    field = fields(model).get(str(place[0])) if place else None
    origin = next((note for note in field.metadata if isinstance(note, Origin)), None) if field else None
    return origin, (origin.name if origin else "") or str(place[0])


def nested(depth: int) -> Event:
    """Objects within objects."""
    value: Event = {}
    for _ in range(depth):
        value = {"a": value}
    return value
