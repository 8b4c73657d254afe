"""What carriers of streams have in common: the hostile record stands between two good ones, which must not notice."""

from __future__ import annotations

import base64
import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from {{ project.package }}.guard.origin import Attribute

from .failure_queue import QUEUE
from .fields import fields
from .harness import Attack, Event, Model, Place, Run, leaves, with_value

ENVELOPE, PAYLOAD, SIZE = ("envelope",), ("payload",), ("size",)


class Stream(ABC):
    """A refused record is set aside and counts as done."""

    shown: frozenset[str] = frozenset()

    @abstractmethod
    def batch(self, sample: Event, *hostile: object) -> Event:
        """An event with `hostile` records between two good ones."""

    def check_refused(self, run: Run, attack: Attack) -> None:
        if attack.whole:
            assert type(run.error).__name__ == "EventRejected"
            assert run.calls == 0, "the function was called"
            assert QUEUE.messages == []
            return
        assert run.error is None
        assert run.value == {"batchItemFailures": []}, "a refused record brought others back"
        assert run.calls == 2, "the good records beside the hostile one were not handled"
        assert len(QUEUE.messages) == 1, "the hostile record was not set aside"
        (refusal,) = run.named("event_rejected")
        (message,) = QUEUE.messages
        assert {key: message[key] for key in ("source", "stage", "errors", "correlation_id")} == {
            key: refusal[key] for key in ("source", "stage", "errors", "correlation_id")
        }

    def check_failed(self, run: Run) -> None:
        assert run.error is None
        assert run.value["batchItemFailures"], "the record must come again"
        assert QUEUE.messages == []


class Encoded(Stream):
    """A stream whose records carry JSON as base64 text."""

    @abstractmethod
    def encoded(self, sample: Event) -> str:
        """What the record of `sample` carries."""

    @abstractmethod
    def with_encoded(self, sample: Event, value: object) -> Event:
        """A batch whose hostile record carries `value`."""

    def payload(self, sample: Event) -> Event:
        found: Event = json.loads(base64.b64decode(self.encoded(sample)))
        return found

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample)))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        """What AWS vouches for is planted too: the sender may not speak for it."""
        return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        if place[0] not in self.payload(sample) or vouched(model, place):
            return None
        return self.body(sample, json.dumps({key: v for key, v in self.payload(sample).items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event:
        return self.with_encoded(sample, encode(text.encode("utf-8", "surrogatepass")))

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        good = self.encoded(sample)
        text = json.dumps(self.payload(sample))
        for name, why, stages, value in (
            ("list", "data that is no text", ENVELOPE, [good]),
            ("number", "data that is no text", ENVELOPE, 1),
            ("no-base64", "text where bytes are meant", ENVELOPE, text),
            ("base64-url", "another alphabet", ENVELOPE, "-_" + good[2:]),
            ("base64-cut", "base64 without its end", ENVELOPE, good[:-1]),
            ("base64-trailing", "a second text behind the first", ENVELOPE, good + "====" + good),
            ("base64-newline", "hides from a scan by lines", ENVELOPE, good[:8] + "\n" + good[8:]),
            ("base64-unicode", "digits that only look like them", ENVELOPE, "\uff10" + good[1:]),
            ("empty", "no data", PAYLOAD, ""),
            ("bytes", "bytes that are no text", PAYLOAD, encode(bytes(range(256)))),
            ("utf-8-cut", "half a character", PAYLOAD, encode(text.encode() + b"\xe2\x82")),
            ("utf-8-overlong", "a slash that a filter does not see", PAYLOAD, encode(b'{"id": "\xc0\xaf"}')),
            ("utf-8-surrogate", "half a character, encoded", PAYLOAD, encode(b'{"id": "\xed\xa0\x80"}')),
            ("utf-16", "another encoding", PAYLOAD, encode(text.encode("utf-16"))),
            ("byte-order-mark", "what some decoders skip", PAYLOAD, encode(text.encode("utf-8-sig"))),
            ("escape", "drives the terminal of whoever prints it", PAYLOAD, encode(b"\x1b]0;owned\x07{}")),
            ("log-forging", "adds a line to the log", PAYLOAD, encode(b'x\n{"level":"INFO","message":"paid"}\n')),
            ("gzip", "compressed, which nobody asked for", PAYLOAD, encode(gzip.compress(text.encode()))),
            ("pickle", "what a deserialiser would run", PAYLOAD, encode(b"cos\nsystem\n(S'id'\ntR.")),
            ("aggregated", "several records in one", PAYLOAD, encode(b"\xf3\x89\x9a\xc2" + text.encode())),
        ):
            yield Attack(f"data-{name}", why, stages, partial(self.with_encoded, sample, value))
        yield Attack("data-bomb", "200 MB in 200 KB", PAYLOAD, lambda: self.with_encoded(sample, encode(_bomb())))
        yield Attack("data-large", "more than a record has", SIZE, lambda: self.with_encoded(sample, "A" * 8_000_000))


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bomb() -> bytes:
    return gzip.compress(bytes(1_000_000)) * 200


def vouched(model: Model, place: Place) -> bool:
    """Whether AWS alone fills the field at `place`."""
    field = fields(model).get(str(place[0]))
    return field is not None and any(isinstance(note, Attribute) for note in field.metadata)


def nested(depth: int) -> Event:
    """An object in an object in an object."""
    value: Event = {}
    for _ in range(depth):
        value = {"a": value}
    return value
