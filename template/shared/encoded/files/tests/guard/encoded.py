"""What carriers of bytes as text have in common: the payload is JSON in there."""

from __future__ import annotations

import base64
import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from .harness import Attack, Event, Model, Place, leaves, with_value

ENVELOPE, PAYLOAD, SIZE = ("envelope",), ("payload",), ("size",)


class Encoded(ABC):
    """A source whose events carry JSON as base64 text."""

    @abstractmethod
    def encoded(self, sample: Event) -> str:
        """The text that `sample` carries."""

    @abstractmethod
    def with_encoded(self, sample: Event, value: object) -> Event:
        """An event that carries `value` in place of that text."""

    def data(self, sample: Event) -> bytes:
        return base64.b64decode(self.encoded(sample))

    def with_data(self, sample: Event, data: bytes) -> Event:
        return self.with_encoded(sample, encode(data))

    def payload(self, sample: Event) -> Event:
        """Nothing where the data is an event of a source that is no JSON."""
        try:
            found: Event = json.loads(self.data(sample))
        except ValueError:
            return {}
        return found

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample)))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        """What AWS vouches for is planted too: the sender may not speak for it."""
        return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        payload = self.payload(sample)
        if place[0] not in payload:
            return None
        return self.body(sample, json.dumps({key: value for key, value in payload.items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event:
        return self.with_data(sample, text.encode("utf-8", "surrogatepass"))

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        good = self.encoded(sample)
        # What is no JSON may be no gzip either, where that is carried.
        content = PAYLOAD + ENVELOPE
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
            ("empty", "no data", content, ""),
            ("bytes", "bytes that are no text", content, encode(bytes(range(256)))),
            ("utf-8-cut", "half a character", content, encode(text.encode() + b"\xe2\x82")),
            ("utf-8-overlong", "a slash that a filter does not see", content, encode(b'{"id": "\xc0\xaf"}')),
            ("utf-8-surrogate", "half a character, encoded", content, encode(b'{"id": "\xed\xa0\x80"}')),
            ("utf-16", "another encoding", content, encode(text.encode("utf-16"))),
            ("byte-order-mark", "what some decoders skip", content, encode(text.encode("utf-8-sig"))),
            ("escape", "drives the terminal of whoever prints it", content, encode(b"\x1b]0;owned\x07{}")),
            ("log-forging", "adds a line to the log", content, encode(b'x\n{"level":"INFO","message":"paid"}\n')),
            ("gzip", "compressed, which nobody asked for", content, encode(gzip.compress(text.encode()))),
            ("pickle", "what a deserialiser would run", content, encode(b"cos\nsystem\n(S'id'\ntR.")),
            ("aggregated", "several records in one", content, encode(b"\xf3\x89\x9a\xc2" + text.encode())),
        ):
            yield Attack(f"data-{name}", why, stages, partial(self.with_encoded, sample, value))
        anywhere = content + SIZE
        yield Attack("data-bomb", "200 MB in 200 KB", anywhere, lambda: self.with_data(sample, _bomb()))
        yield Attack("data-large", "more than a record has", SIZE, lambda: self.with_encoded(sample, "A" * 8_000_000))


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bomb() -> bytes:
    return gzip.compress(bytes(1_000_000)) * 200
