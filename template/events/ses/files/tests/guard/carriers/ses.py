"""Mails: whoever sends one writes all that it says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from {{ project.package }}.guard.sources.ses import Header

from ..asynchronous import FailsWhole, attribute, nested
from ..fields import LISTS as MANY
from ..fields import fields, kinds_at
from ..harness import Attack, Event, Model, Place, leaves, with_value

MAIL: Place = ("ses", "mail")
COMMON: Place = (*MAIL, "commonHeaders")
HEADERS: Place = (*MAIL, "headers")
RECEIPT: Place = ("ses", "receipt")
#: Where an event has the texts that a model may ask for by name.
TEXTS: Mapping[str, Place] = {
    "dkim": (*RECEIPT, "dkimVerdict", "status"),
    "dmarc": (*RECEIPT, "dmarcVerdict", "status"),
    "dmarc_policy": (*RECEIPT, "dmarcPolicy"),
    "id": (*MAIL, "messageId"),
    "message_id": (*COMMON, "messageId"),
    "source": (*MAIL, "source"),
    "spam": (*RECEIPT, "spamVerdict", "status"),
    "spf": (*RECEIPT, "spfVerdict", "status"),
    "subject": (*COMMON, "subject"),
    "virus": (*RECEIPT, "virusVerdict", "status"),
}
#: And the lists: a place is followed by a number.
LISTS: Mapping[str, Place] = {
    "cc": (*COMMON, "cc"),
    "from_addresses": (*COMMON, "from"),
    "recipients": (*RECEIPT, "recipients"),
    "reply_to": (*COMMON, "replyTo"),
    "to": (*COMMON, "to"),
}


class Ses(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        return {}

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        """The first of each list; an attack on a field as a whole needs no value."""
        found = dict(leaves(sample["Records"][0]))
        lists = {key: LISTS.get(_name(model, (key,)), HEADERS) for key in fields(model) if _is_list(model, key)}
        return {(key, 0): found.get((*path, 0)) for key, path in lists.items()}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        name, header = _name(model, place), _header(model, place)
        if not isinstance(value, str) or _is_list(model, str(place[0])) != (len(place) > 1):
            return None
        if header:
            return _with(sample, {HEADERS: [{"name": header, "value": value}]})
        if name in LISTS:
            return _with(sample, {LISTS[name]: [value]})
        return _with(sample, {TEXTS[name]: value}) if name in TEXTS else None

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        """Without the verdict that SES did not come to; all else that can be missing is there to be None."""
        path = TEXTS.get(_name(model, place), ())
        return _with(sample, {path[:-1]: None}) if path[-1:] == ("status",) else None

    def body(self, sample: Event, text: str) -> Event | None:
        return None

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from self._written(model, sample)
        for name, why, stage, change in ODD:
            yield Attack(f"ses-{name}", why, (stage,), partial(_with, sample, change))
        record = sample["Records"][0]
        for name, why, stage, event in (
            ("no-event", "not an event at all", "envelope", lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", "envelope", dict),
            ("records-text", "records as text", "envelope", lambda: {"Records": "many"}),
            ("header-large", "exhausts memory", "size", lambda: _with(sample, {HEADERS: [{"value": "b" * 9_000_000}]})),
            ("records-two", "a mail behind a mail", "size", lambda: {"Records": [record, record]}),
            ("records-many", "more mails than come at once", "size", lambda: {"Records": [record] * 100_000}),
        ):
            yield Attack(f"ses-{name}", why, (stage,), event)

    def _written(self, model: Model, sample: Event) -> Iterator[Attack]:
        """What only mail can say, in each field of the model that takes the one or the other."""
        for key in fields(model):
            name = _name(model, (key,))
            for title, why, text in ADDRESSES if name in LISTS or name == "source" else ():
                change = {LISTS[name]: [text]} if name in LISTS else {TEXTS[name]: text}
                yield Attack(f"{key}-{title}", why, ("payload",), partial(_with, sample, change))
            header = _header(model, (key,))
            if header and not _is_list(model, key):
                two = [{"name": header, "value": "a"}, {"name": header.upper(), "value": "b"}]
                event = partial(_with, sample, {HEADERS: two})
                yield Attack(f"{key}-twice", "the same header twice: parsers disagree", ("payload",), event)


#: What SES would not say: name, why, stage, and what of the record is changed to what.
ODD: tuple[tuple[str, str, str, Mapping[Place, Any]], ...] = (
    ("id-list", "a list for an id", "envelope", {TEXTS["id"]: ["a"]}),
    ("id-null", "a mail without an id", "envelope", {TEXTS["id"]: None}),
    ("source-object", "an operator for an address", "envelope", {TEXTS["source"]: {"$ne": None}}),
    ("source-list", "two senders", "envelope", {TEXTS["source"]: ["a@example.org", "b@example.org"]}),
    ("subject-object", "an object for a subject", "envelope", {TEXTS["subject"]: {"$regex": ".*"}}),
    ("subject-list", "two subjects", "envelope", {TEXTS["subject"]: ["a", "b"]}),
    ("from-text", "a text for a list", "envelope", {LISTS["from_addresses"]: "a@example.org"}),
    ("from-objects", "objects for addresses", "envelope", {LISTS["from_addresses"]: [{"address": "a"}]}),
    ("recipients-none", "for nobody", "envelope", {LISTS["recipients"]: None}),
    ("recipients-deep", "exhausts the stack", "size", {LISTS["recipients"]: nested(1_000)}),
    ("recipients-many", "exhausts memory", "size", {LISTS["recipients"]: ["a@example.org"] * 20_000}),
    ("verdict-text", "a text for a verdict", "envelope", {(*RECEIPT, "spamVerdict"): "PASS"}),
    ("verdict-true", "true for a verdict", "envelope", {TEXTS["virus"]: True}),
    ("verdict-list", "every verdict at once", "envelope", {TEXTS["spam"]: ["PASS", "FAIL"]}),
    ("time-text", "no time", "envelope", {(*MAIL, "timestamp"): "now"}),
    ("time-newline", "forges a line", "envelope", {(*MAIL, "timestamp"): "2026-01-02T06:00:00.000Z\n"}),
    ("time-impossible", "no time", "envelope", {(*MAIL, "timestamp"): "2026-13-45T25:61:61.000Z"}),
    ("headers-text", "headers as a text", "envelope", {HEADERS: "Subject: a"}),
    ("headers-nameless", "a header without a name", "envelope", {HEADERS: [{"value": "a"}]}),
    ("headers-number", "a header that is no text", "envelope", {HEADERS: [{"name": "a", "value": 1}]}),
    ("headers-many", "exhausts memory", "size", {HEADERS: [{"name": "a", "value": "b"}] * 50_000}),
    ("common-list", "headers that are no object", "envelope", {COMMON: []}),
    ("common-deep", "exhausts the stack", "size", {COMMON: nested(1_000)}),
    ("no-mail", "a record without a mail", "envelope", {MAIL: None}),
    ("no-receipt", "a mail that nobody took", "envelope", {RECEIPT: None}),
    ("service", "another service's record", "envelope", {("eventSource",): "aws:sns"}),
    ("service-look-alike", "almost a service", "envelope", {("eventSource",): "aws:se\u0455"}),
    ("no-service", "a record of nobody", "envelope", {("eventSource",): None}),
)
#: No addresses: name, why, text.
ADDRESSES = (
    ("bcc", "adds a header", "a@example.org\r\nBcc: everybody@example.com"),
    ("two", "two addresses: which one counts?", "a@example.org, b@example.org"),
    ("two-brackets", "two addresses: which one counts?", "<a@example.org> <b@example.org>"),
    ("within", "an address within an address", "<a@example.org<b@example.org>>"),
    ("two-ats", "one domain shown, another asked", "a@example.org@203.0.113.9"),
    ("route", "asks another server to pass it on", "<@example.org:b@example.com>"),
    ("percent", "asks the server to pass it on", "b%example.com@example.org"),
    ("bang", "asks the server to pass it on", "example.com!b@example.org"),
    ("quoted", "a blank and a command in an address", '"a b; rm -rf /"@example.org'),
    ("literal", "an address of a machine", "a@[169.254.169.254]"),
    ("look-alike", "equals another domain to the eye only", "a@ex\u0430mple.org"),
    ("dot", "equals another domain to the eye only", "a@example\u3002org"),
    ("formula", "runs in a spreadsheet", "=cmd|'/C calc'!A0@example.org"),
    ("formula-sign", "runs in a spreadsheet", "+1+cmd@example.org"),
    ("option", "becomes an option of sendmail", "-OQueueDirectory=/tmp@example.org"),
    ("pipe", "runs a program where mail is delivered", "|/bin/sh@example.org"),
    ("script", "runs in a browser", '"<script>alert(1)</script>"@example.org'),
    ("attachment", "the name of an attachment, which leaves the folder", "..\\..\\invoice\u202efdp.exe"),
    ("quotes", "a name without end, for a scan that starts again", '"' * 20_000),
    ("escapes", "a name without end, for a scan that starts again", '"' + '\\"' * 20_000),
    ("brackets", "brackets without end", "<" * 20_000),
    ("names", "names without end", "a " * 20_000),
)

CARRIER = Ses()


def _name(model: Model, place: Place) -> str:
    """How the source calls what fills the field at `place`; empty for a header."""
    return "" if _header(model, place) else attribute(model, place) or str(place[0])


def _header(model: Model, place: Place) -> str:
    field = fields(model).get(str(place[0]))
    notes = [note for note in (field.metadata if field else ()) if isinstance(note, Header)]
    return (notes[0].name or str(place[0])).replace("_", "-") if notes else ""


def _is_list(model: Model, key: str) -> bool:
    return any(kind.origin in MANY for kind in kinds_at(model, (key,)))


def _with(sample: Event, changes: Mapping[Place, Any]) -> Event:
    """The sample with changes of its record."""
    record = sample["Records"][0]
    for place, value in changes.items():
        record = with_value(record, place, value)
    return {"Records": [record]}
