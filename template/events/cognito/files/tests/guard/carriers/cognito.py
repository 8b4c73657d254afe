"""Triggers of a user pool: users and apps write the attributes, and what an app sends along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from {{ project.package }}.guard.origin import Origin
from {{ project.package }}.guard.sources.cognito import ClientMetadata, ValidationData

from ..asynchronous import FailsWhole, attribute, nested, read_back
from ..fields import fields
from ..harness import Attack, Event, Model, Place, leaves, with_value

WRITTEN: Place = ("request", "userAttributes")
CLIENT: Place = ("request", "clientMetadata")
VALIDATION: Place = ("request", "validationData")
#: Where an event has texts of the user's that are Attributes of a model.
TYPED: Mapping[str, Place] = {
    "answer": ("request", "challengeAnswer"),
    "password": ("request", "password"),
    "user_name": ("userName",),
}
#: What of the attributes only Cognito writes.
OWN = ("cognito:", "email_verified", "identities", "phone_number_verified", "sub")


class Cognito(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        return {name: value for name, value in _written(sample).items() if not name.startswith(OWN)}

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample))) if self.payload(sample) else {}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        path = _path(model, place)
        if path is None or (path[:-1] != WRITTEN and not isinstance(value, str)):
            return None
        return _with(sample, path, value)

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        path = _path(model, place)
        return _with(sample, path, None) if path and path[:-1] != WRITTEN else None

    def body(self, sample: Event, text: str) -> Event | None:
        value = read_back(text)
        kept = {name: own for name, own in _written(sample).items() if name.startswith(OWN)}
        return with_value(sample, WRITTEN, {**kept, **value}) if isinstance(value, dict) else None

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, written in (
            ("role", "an attribute that nobody offered", {"custom:role": "admin"}),
            ("tenant", "an attribute that nobody offered", {"custom:tenant_id": "other"}),
            ("groups", "groups that are no groups", {"custom:groups": "admins"}),
            ("developer", "an attribute of administrators", {"dev:custom:role": "admin"}),
            ("case", "almost what Cognito says itself", {"Email_verified": "true"}),
            ("look-alike", "almost what Cognito says itself", {"\u0435mail_verified": "true"}),
            ("prefix", "almost what Cognito says itself", {"Cognito:user_status": "CONFIRMED"}),
            ("said", "what Cognito says elsewhere", {"user_name": "admin"}),
            ("claims", "claims that no token has", {"iss": "https://example.com", "aud": "app"}),
            ("profile", "an address that code might ask", {"picture": "http://169.254.169.254/latest/meta-data/"}),
        ):
            attributes = {**_written(sample), **written}
            yield Attack(f"pool-{name}", why, ("payload",), partial(with_value, sample, WRITTEN, attributes))
        for name, why, stage, path, value in ODD:
            yield Attack(f"pool-{name}", why, (stage,), partial(_with, sample, path, value))
        for name, why, stage, event in (
            ("request", "nothing asked", "envelope", lambda: {**sample, "request": None}),
            ("request-list", "a list of requests", "envelope", lambda: {**sample, "request": [sample["request"]]}),
            ("no-event", "not an event at all", "envelope", lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", "envelope", dict),
        ):
            yield Attack(f"pool-{name}", why, (stage,), event)


#: What Cognito would not say: name, why, stage, place, value.
ODD: tuple[tuple[str, str, str, Place, Any], ...] = (
    ("trigger", "another trigger's event", "envelope", ("triggerSource",), "Other_Authentication"),
    ("trigger-look-alike", "almost a trigger", "envelope", ("triggerSource",), "Pr\u0435SignUp_SignUp"),
    ("trigger-newline", "forges a line", "envelope", ("triggerSource",), "PreSignUp_SignUp\n"),
    ("trigger-list", "several triggers", "envelope", ("triggerSource",), ["PreSignUp_SignUp"]),
    ("trigger-none", "an event of no trigger", "envelope", ("triggerSource",), None),
    ("pool-traversal", "another path", "envelope", ("userPoolId",), "eu-west-1_a/../b"),
    ("pool-newline", "forges a line", "envelope", ("userPoolId",), "eu-west-1_a\n"),
    ("pool-address", "another host", "envelope", ("userPoolId",), "eu-west-1.example.com_a"),
    ("pool-object", "an operator for a pool", "envelope", ("userPoolId",), {"$ne": None}),
    ("client", "no client", "envelope", ("callerContext", "clientId"), "a b"),
    ("client-list", "several clients", "envelope", ("callerContext", "clientId"), ["a"]),
    ("caller", "no caller", "envelope", ("callerContext",), "root"),
    ("name-list", "several users", "envelope", ("userName",), ["a", "b"]),
    ("name-object", "an operator for a name", "envelope", ("userName",), {"$ne": None}),
    ("name-number", "a number for a name", "envelope", ("userName",), 10**400),
    ("attributes-list", "attributes in a list", "envelope", WRITTEN, [{"Name": "email", "Value": "a@example.com"}]),
    ("attributes-text", "attributes as a text", "envelope", WRITTEN, "email=a@example.com"),
    ("attributes-many", "exhausts memory", "size", WRITTEN, {f"custom:a{number}": "a" for number in range(5_000)}),
    ("attributes-large", "exhausts memory", "size", WRITTEN, {"custom:a": "a" * 2_000_000}),
    ("attributes-deep", "exhausts the stack", "size", WRITTEN, nested(1_000)),
    ("metadata-object", "an object for a text", "envelope", CLIENT, {"a": {"b": "c"}}),
    ("metadata-list", "no object", "envelope", CLIENT, ["a"]),
    ("metadata-large", "exhausts memory", "size", CLIENT, {"a": "a" * 2_000_000}),
    ("metadata-deep", "exhausts the stack", "size", CLIENT, nested(1_000)),
    ("metadata-surrogate", "half a character, which no answer can hold", "payload", CLIENT, {"a": "\ud800"}),
    ("validation-number", "a number for a text", "envelope", VALIDATION, {"a": 1}),
    ("validation-surrogate", "half a character, which no answer can hold", "payload", VALIDATION, {"\udfff": "a"}),
    ("response", "an answer that is none", "envelope", ("response",), ["autoConfirmUser"]),
    ("response-deep", "exhausts the stack", "size", ("response",), nested(1_000)),
    ("response-surrogate", "half a character, which no answer can hold", "payload", ("response",), {"a": "\ud800"}),
    ("version-not-json", "what no answer can hold", "size", ("version",), float("nan")),
)

CARRIER = Cognito()


def _written(sample: Event) -> Event:
    written: Event = sample["request"].get("userAttributes") or {}
    return written


def _path(model: Model, place: Place) -> Place | None:
    """Where an event has what fills the field at `place`; None where no sender writes it."""
    field = fields(model).get(str(place[0]))
    for note in field.metadata if field else ():
        if isinstance(note, ClientMetadata | ValidationData):
            return (*(CLIENT if isinstance(note, ClientMetadata) else VALIDATION), note.name or str(place[0]))
        if isinstance(note, Origin):
            name = attribute(model, place)
            return (*WRITTEN, name) if name.startswith(OWN) else TYPED.get(name)
    return (*WRITTEN, *place)


def _with(sample: Event, path: Place, value: Any) -> Event:
    """The sample with `value` at `path`, and with the object that it is in."""
    for end in range(1, len(path)):
        if not isinstance(_at(sample, path[:end]), dict):
            sample = with_value(sample, path[:end], {})
    return with_value(sample, path, value)


def _at(value: Any, path: Place) -> Any:
    for key in path:
        value = value.get(key)
    return value
