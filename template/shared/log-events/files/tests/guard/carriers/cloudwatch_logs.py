"""Log events: whoever makes a program write a log writes the line; through a stream, all of it may be forged."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from {{ project.package }}.guard.sources.cloudwatch_logs import Message

from ..failure_queue import QUEUE
from ..fields import fields
from ..harness import Attack, Event, Model, Place, Run, leaves, with_value

ENVELOPE: tuple[str, ...] = ("envelope",)
PAYLOAD: tuple[str, ...] = ("payload",)
SIZE: tuple[str, ...] = ("size",)


class CloudWatchLogs:
    """The hostile line stands between two good ones, which must not notice."""

    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        """Nothing where a line is no JSON."""
        try:
            found = json.loads(_line(sample))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        text = _text(model)
        return {(text,): _line(sample)} if text else dict(leaves(self.payload(sample)))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        """What AWS vouches for is planted into JSON too: the sender may not speak for it."""
        text = _text(model)
        if not text:
            return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))
        return _with(sample, {"message": value}) if place == (text,) and isinstance(value, str) else None

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        payload = self.payload(sample)
        if _text(model) or place[0] not in payload:
            return None
        return self.body(sample, json.dumps({key: value for key, value in payload.items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event | None:
        return _with(sample, {"message": text}) if self.payload(sample) else None

    def packed(self, event: Any) -> bytes | None:
        """Streams carry the gzip itself."""
        match event:
            case {"awslogs": {"data": str(data)}}:
                try:
                    return base64.b64decode(data, validate=True)
                except ValueError:
                    return None
        return None

    def unpacked(self, data: bytes) -> Event:
        return _sent(data)

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from _lines(sample)
        yield from _deliveries(sample)
        yield from _events(sample)

    def check_refused(self, run: Run, attack: Attack) -> None:
        if attack.whole:
            assert type(run.error).__name__ == "EventRejected"
            assert run.calls == 0, "the function was called"
            assert QUEUE.messages == []
            return
        assert (run.error, run.value) == (None, None), "a refused line brought others back"
        assert run.calls == 2, "the good lines beside the hostile one were not handled"
        (refusal,), (message,) = run.named("event_rejected"), QUEUE.messages
        assert {key: message[key] for key in ("source", "stage", "errors", "correlation_id")} == {
            key: refusal[key] for key in ("source", "stage", "errors", "correlation_id")
        }

    def check_failed(self, run: Run) -> None:
        assert type(run.error).__name__ == "FunctionFailed"
        assert QUEUE.messages == []


CARRIER = CloudWatchLogs()


def _lines(sample: Event) -> Iterator[Attack]:
    """On one log event."""
    for name, why, stages, change in (
        ("escape", "drives the terminal of whoever reads it", PAYLOAD, {"message": "\x1b[2J\x1b]0;owned\x07"}),
        ("overwritten", "hides what was written before", PAYLOAD, {"message": "failed\x08\x08\x08\x08\x08\x08passed"}),
        ("returned", "hides what was written before", PAYLOAD, {"message": "login failed\rlogin passed"}),
        ("bidi", "shows another line than it is", PAYLOAD, {"message": "user \u202eadmin\u202c"}),
        ("nul", "ends the line for code written in C", PAYLOAD, {"message": "a\x00b"}),
        ("surrogate", "half a character", PAYLOAD, {"message": "\ud800"}),
        ("empty", "a line without anything", PAYLOAD, {"message": ""}),
        ("long", "fills memory, logs and indexes", PAYLOAD, {"message": "a" * 1_000_000}),
        ("larger", "more than a line may have", SIZE, {"message": "a" * 3_000_000}),
        ("list", "a list for a line", ENVELOPE, {"message": ["a"]}),
        ("object", "an object for a line", ENVELOPE, {"message": {"id": "a"}}),
        ("null", "no line", ENVELOPE, {"message": None}),
        ("id-forged", "an id that would forge a line", ENVELOPE, {"id": "1\n{}"}),
        ("id-number", "an id that is none", ENVELOPE, {"id": 1}),
        ("id-long", "an id that fills the log", ENVELOPE, {"id": "1" * 5_000}),
        ("id-null", "a line that cannot be named", ENVELOPE, {"id": None}),
        ("time-text", "text for a time", ENVELOPE, {"timestamp": "2026-01-02"}),
        ("time-far", "a time that no calendar has", ENVELOPE, {"timestamp": 10**18}),
        ("time-below", "a time before all time", ENVELOPE, {"timestamp": -1}),
        ("time-digits", "a number that no machine type holds", ENVELOPE, {"timestamp": 10**400}),
    ):
        yield Attack(f"line-{name}", why, stages, partial(_with, sample, change))
    for name, why, line in (("text", "a text for a log event", "text"), ("array", "a list for a log event", [["a"]])):
        yield Attack(f"line-{name}", why, ENVELOPE, partial(_between, sample, line))


def _deliveries(sample: Event) -> Iterator[Attack]:
    """On all log events together."""
    for name, why, stages, change in (
        ("type", "another kind of message", ENVELOPE, {"messageType": "OTHER"}),
        ("type-null", "a message of no kind", ENVELOPE, {"messageType": None}),
        ("type-case", "almost a check of health", ENVELOPE, {"messageType": "control_message"}),
        ("check", "passes unseen for a check of health", ENVELOPE, {"messageType": "CONTROL_MESSAGE"}),
        ("owner", "no account", ENVELOPE, {"owner": "CloudwatchLogs"}),
        ("owner-number", "an account without its zeros", ENVELOPE, {"owner": 111122223333}),
        ("group-forged", "a log group that would forge a line", ENVELOPE, {"logGroup": "/a\n{}"}),
        ("group-list", "a list for a log group", ENVELOPE, {"logGroup": ["/a"]}),
        ("group-empty", "lines of nowhere", ENVELOPE, {"logGroup": ""}),
        ("stream-escape", "a log stream that drives a terminal", ENVELOPE, {"logStream": "\x1b[2J"}),
        ("stream-bidi", "a log stream that shows another", ENVELOPE, {"logStream": "a\u202eb"}),
        ("stream-long", "a log stream that fills the log", ENVELOPE, {"logStream": "a" * 5_000}),
        ("events-null", "no log events", ENVELOPE, {"logEvents": None}),
        ("events-object", "an object for log events", ENVELOPE, {"logEvents": {}}),
        ("events-many", "more lines than come at once", SIZE, {"logEvents": [{}] * 20_001}),
        ("more-wide", "exhausts memory", SIZE, {"more": [[]] * 300_000}),
        ("more-large", "exhausts memory", SIZE, {"more": "x" * 10_000_000}),
    ):
        event = partial(_changed, sample, change)
        yield Attack(f"delivery-{name}", why, stages, event, whole=True)
    good = json.dumps(_delivery(sample))
    texts: tuple[tuple[str, str, tuple[str, ...], Callable[[], str]], ...] = (
        ("empty", "nothing", PAYLOAD, str),
        ("cut", "JSON that ends too early", PAYLOAD, lambda: good[:-1]),
        ("trailing", "a second delivery behind the first", PAYLOAD, lambda: good + good),
        ("twice", "two lists of log events: parsers disagree", PAYLOAD, lambda: good[:-1] + ', "logEvents": []}'),
        ("nan", "a number that equals nothing", PAYLOAD, lambda: good[:-1] + ', "a": NaN}'),
        ("array", "a list of deliveries", ENVELOPE, lambda: f"[{good}]"),
        ("null", "nothing", ENVELOPE, lambda: "null"),
        ("deep", "exhausts the stack", SIZE, lambda: "[" * 100_000 + "]" * 100_000),
        ("surrogate", "half a character", ENVELOPE, lambda: good.replace('"logStream": "', '"logStream": "\\ud800')),
    )
    for name, why, stages, text in texts:
        yield Attack(f"json-{name}", why, stages, partial(_written, text), whole=True)


def _events(sample: Event) -> Iterator[Attack]:
    """On what Lambda delivers."""
    data = sample["awslogs"]["data"]
    packed = base64.b64decode(data)
    for name, why, stages, value in (
        ("list", "data that is no text", ENVELOPE, [data]),
        ("null", "no data", ENVELOPE, None),
        ("base64-none", "text where bytes are meant", ENVELOPE, "no base64"),
        ("base64-cut", "base64 without its end", ENVELOPE, data[:-1]),
        ("base64-newline", "hides from a scan by lines", ENVELOPE, data[:8] + "\n" + data[8:]),
        ("empty", "no data", ENVELOPE, ""),
        ("gzip-none", "what nobody has compressed", ENVELOPE, _encoded(b'{"messageType": "DATA_MESSAGE"}')),
        ("gzip-cut", "gzip without its end", ENVELOPE, _encoded(packed[:-9])),
        ("gzip-checksum", "gzip that was tampered with", ENVELOPE, _encoded(packed[:-8] + bytes(8))),
        ("gzip-trailing", "something behind the gzip", ENVELOPE, _encoded(packed + b"more")),
        ("bytes", "bytes that are no text", PAYLOAD, _encoded(gzip.compress(bytes(range(256))))),
        ("utf-16", "another encoding", PAYLOAD, _encoded(gzip.compress("{}".encode("utf-16")))),
        ("byte-order-mark", "what some decoders skip", PAYLOAD, _encoded(gzip.compress("{}".encode("utf-8-sig")))),
    ):
        yield Attack(f"data-{name}", why, stages, partial(_awslogs, value), whole=True)
    for name, why, pieces in (("bomb", "200 MB in 200 KB", 1), ("bombs", "200 MB in 200 KB, in pieces", 200)):
        yield Attack(f"data-{name}", why, SIZE, partial(_bomb, pieces), whole=True)
    events: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("no-event", "not an event at all", lambda: ["not", "an", "event"]),
        ("no-data", "an event without anything", dict),
        ("awslogs-text", "a text for the logs", lambda: {"awslogs": "text"}),
        ("records", "another service's event", lambda: {"Records": [{"eventSource": "aws:kinesis"}]}),
    )
    for name, why, event in events:
        yield Attack(f"event-{name}", why, ENVELOPE, event, whole=True)


def _text(model: Model) -> str:
    """The field that has the line as it is; empty where lines are JSON."""
    found = (key for key, field in fields(model).items() if any(isinstance(note, Message) for note in field.metadata))
    return next(found, "")


def _delivery(sample: Event) -> Event:
    found: Event = json.loads(gzip.decompress(base64.b64decode(sample["awslogs"]["data"])))
    return found


def _line(sample: Event) -> str:
    message: str = _delivery(sample)["logEvents"][0]["message"]
    return message


def _with(sample: Event, change: Event) -> Event:
    """A delivery of three lines, of which the second has a change."""
    return _between(sample, {**_delivery(sample)["logEvents"][0], "id": "5", **change})


def _between(sample: Event, line: object) -> Event:
    delivery = _delivery(sample)
    good = delivery["logEvents"][0]
    return _changed(sample, {"logEvents": [{**good, "id": "1"}, line, {**good, "id": "9"}]})


def _changed(sample: Event, change: Event) -> Event:
    return _sent(gzip.compress(json.dumps({**_delivery(sample), **change}).encode()))


def _sent(data: bytes) -> Event:
    return _awslogs(_encoded(data))


def _written(text: Callable[[], str]) -> Event:
    return _sent(gzip.compress(text().encode()))


def _awslogs(value: object) -> Event:
    return {"awslogs": {"data": value}}


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bomb(pieces: int) -> Event:
    return _sent(gzip.compress(bytes(200_000_000 // pieces)) * pieces)
