"""What guard's text types take and refuse: tests/test_text_types.py runs this module inside a service."""

# mypy: ignore-errors
# ruff: noqa: RUF001 - look-alikes are the matter here

from __future__ import annotations

import itertools
import json
import time
import unicodedata
from typing import Annotated

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from orders.guard import Ident, Line, Payload, Text
from orders.guard.addresses import Email, HttpsUrl
from orders.guard.binary import Base64
from orders.guard.cells import Cell
from orders.guard.names import AnyS3Key, Arn, BucketName, S3Key, Topic, decoded_key
from pydantic import TypeAdapter, ValidationError
from pydantic import create_model as model_of
from pydantic_core import PydanticCustomError
from tests.guard.attacks import BROKEN, MEANT, NEVER, texts
from tests.guard.fields import kinds

HOSTS = HttpsUrl("Example.com", "*.hooks.example.com", "example.com:8443", "xn--bcher-kva.example:443")
TYPES = {
    "Line": Line,
    "Text": Text,
    "Ident": Ident,
    "Cell": Cell,
    "S3Key": S3Key,
    "AnyS3Key": AnyS3Key,
    "BucketName": BucketName,
    "Topic": Topic,
    "Arn": Arn,
    "Email": Email,
    "HttpsUrl": Annotated[str, HOSTS],
    "Base64": Annotated[bytes, Base64(max_bytes=200_000)],
}
MODELS = {name: model_of(name, __base__=Payload, field=(annotation, ...)) for name, annotation in TYPES.items()}

ACCEPTED = {
    "Line": (
        *(
            "\u2764\ufe0f 1\ufe0f\u20e3 \u2714\ufe0e \u00a9\ufe0f \u3297\ufe0f",
            "\U0001f600",
            "\u0915\u094d\u0937",
        ),
        *("x", "Straße 5 – naïve, \"quoted\" 'text'; $(no) <b>", "日本語", "x" * 1_000),
    ),
    "Text": ("one\ntwo\tthree", "x" * 20_000),
    "Ident": ("a", "0-1_a", "a" * 64),
    "Cell": (
        *("x", "a=b", "5-3", "name@example.com", "Müller & Söhne", "a, b; c", "'quoted'", "3 + 4"),
        *("-5", "+0.25", "-12.5%", "5,-3", "'-5'", " -7 ", "\u22125", "x" * 1_000),
    ),
    "S3Key": (
        *("a", "photos/2024/a_b-c.jpg", "_SUCCESS", "year=2024/month=01/part-0000.parquet", "a...b/c", "A" * 1_024),
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01/01/111122223333_CloudTrail_20240101T0000Z_x.json.gz",
    ),
    "AnyS3Key": (
        *("Invoice (1).pdf", "it's.txt", "a+b", "100%", "%zz", "Ünïcode/日本.txt", ".well-known/x", "-rf", "$(id)"),
        *("...", "a b/c d", "..a/b..", "é" * 512),
    ),
    "BucketName": ("abc", "my-bucket.logs", "1-2.3", "1.2.3.4.5", "x" * 63, "amzn-s3-demo--use1-az4--x-s3"),
    "Topic": (
        *("a", "sensors/room_1/temperature", "a/b/c/d/e/f/g/h", "dev:1/x.y", "x" * 256),
        *("$aws/things/t-1/shadow/name/s/update/accepted", "$aws/events/presence/connected/client:1"),
    ),
    "Arn": (
        "arn:aws:s3:::my-bucket/a.txt",
        "arn:aws:sns:eu-west-1:111122223333:orders",
        "arn:aws:iam::111122223333:role/path/name",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws-us-gov:sts::111122223333:assumed-role/name/ada@example.com",
        "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/t/stream/2024-01-01T00:00:00.000",
    ),
    "Email": (
        *("ada@example.com", "a.b+tag@mail.example.co.uk", "x_1-2=3@xn--bcher-kva.example", "A@EXAMPLE.COM"),
        "a" * 242 + "@example.com",
    ),
    "HttpsUrl": (
        *("https://example.com", "https://EXAMPLE.com/", "https://example.com:443/a", "https://example.com:8443"),
        *("https://a.hooks.example.com/x", "https://a.b.hooks.example.com?x=/y?z", "https://xn--bcher-kva.example"),
        *("https://example.com/a%20b/%7Ec/%C3%BC?q=%2F&r=(1,2)", "https://example.com/a//b/c..d/.e/"),
        *(
            "https://example.com/projects/a%2Fb..c%2f...",
            "https://example.com/100%25/%25zz",
            "https://example.com/a;b=../c",
        ),
        *("https://example.com/...;a/.a;b", "https://example.com/?to=https%253A%252F%252Fa.example%2F..%2F"),
        "https://example.com/" + "a" * 1_980,
    ),
}

REFUSED = {
    "Line": (
        *("", "x" * 1_001, "a\tb", "a\nb", "\u2060", "\ue000", 5, None, b"x"),
        *("\u115f", "a\u1160", "\u17b4", "\u180b", "a\u2800b", "\uffa0", "a\ufe00", "a\ufe0f", "\ufe0f", "\U000e0100"),
        *("\u2764\ufe0f\ufe0f", " \ufe0f", "\U0001d159", "\U000e0fff", "\ufff0", "\u2065"),
    ),
    "Text": ("", "x" * 20_001, "a\rb", "a\x0bb"),
    "Ident": ("", "-a", "_a", "a b", "a\n", "a" * 65, "é", "\u0661"),
    "Cell": (
        *("", "=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "'=1", '"=1', "``'\" =1", "\u00a0=1", "\u3000=1"),
        *("＝1", "＋1+1", "－1+1", "＠x", "﹦1", "⁼1", "\u22125+1", "+49 30 123", "-x", "-5-3", "-5e", "--5", "-"),
        *("a;=1", "a,=1", 'a,"=1"', "a；＝1", "a, -b", "-5;@x", "\t=1", "\r=1", "a\n=1", "x" * 1_001),
    ),
    "S3Key": (
        *("", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", ".env", "a/.ssh", "-a", "a/-rf", "=a", "a/=b"),
        *("a b", "a+b", "a%2e", "100%", "it's", "a(1)", "a*", "a;b", "a\\b", "a:b", "é", "a\n", "a" * 1_025),
    ),
    "AnyS3Key": (
        *("", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/..", " ../a", ".. /a", "a/ /b", "．．/a", "‥/a"),
        *("a%2e", "a%2Fb", "％2e", "a\\b", "a＼b", "a\nb", "a\x7fb", "a\u202eb", "a\u200bb", "\ud800"),
        *("é" * 513, "a" * 1_025),
    ),
    "BucketName": (
        *("ab", "x" * 64, "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4", "abc\n", "abc/d"),
    ),
    "Topic": (
        *("", "/a", "a/", "a//b", "a/+/b", "a/#", "#", "+", "$SYS/x", "$aws", "$aws/", "$share/g/t", "a/$b", "../a"),
        *("a b", "a/-b", "é", "a\x00", "a\n", "a/b/c/d/e/f/g/h/i", "x" * 257),
    ),
    "Arn": (
        *("", "arn", "arn:aws:s3:::", "arn:aws:s3:::*", "arn:aws:s3:::b/*", "arn:other:s3:::b", "arn:aws:s3:::b/../c"),
        *("arn:aws:iam::1:user/a", "ARN:aws:s3:::b", " arn:aws:s3:::b", "arn:aws:s3:::b\n", "arn:aws:s3:::$(id)"),
        "arn:aws:s3:::" + "b" * 2_048,
    ),
    "Email": (
        *("", "a", "@x.com", "a@", "a@b", "a@@x.com", "a@b@x.com", ".a@x.com", "a.@x.com", "a..b@x.com"),
        *("-a@example.com", "=1+1@example.com", "+a@example.com", "'a@example.com", "o'brien@x.ie"),
        *('"a b"@example.com', "a(x)@example.com", "Ada <ada@example.com>", "<ada@example.com>", "a,b@example.com"),
        *("a@example.com,b@example.com", "a@example.com\r\nBcc: b@example.com", "a@example.com\n", " a@example.com"),
        *("`id`@x.com", "$a@x.com", "a|b@x.com", "a/../b@x.com", "a%b@x.com", "a!b@x.com", "é@x.com", "a@x.com."),
        *("a@bücher.example", "a@127.0.0.1", "a@[127.0.0.1]", "a@-b.com", "a@b-.com"),
        *("a@" + "b" * 64 + ".com", "a@example..com", "a" * 243 + "@example.com"),
    ),
    "HttpsUrl": (
        *("", "example.com", "//example.com", "http://example.com", "HTTPS://example.com", "https:example.com"),
        *("https:/example.com", "https:///example.com", "https://", "https://com", "https://other.example"),
        *("https://hooks.example.com", "https://xhooks.example.com", "https://.hooks.example.com"),
        *("https://www.example.com", "https://example.com.hooks.example", "https://example.comx"),
        *("https://a.hooks.example.com:8443", "https://example.com.", "https://example.com:", "https://example.com:80"),
        *("https://example.com:0443", "https://example.com:8443@evil.example", "https://user@example.com"),
        *("https://user:pass@example.com", "https://evil.example?@example.com", "https://evil.example#@example.com"),
        *("https://evil.example\\@example.com", "https://example.com\\.evil.example", "https://example.com/\\x"),
        *("https://example.com#x", "https://example.com/#", "https://example.com/ ", " https://example.com"),
        *("https://example.com\n", "https://exa\tmple.com", "https://example.com/\x00", "https://example.com/%00"),
        *("https://example.com/%0d%0aX:y", "https://example.com/?a=%7f", "https://example.com/%zz"),
        *("https://example.com/%", "https://example.com/..", "https://example.com/a/../b", "https://example.com/."),
        *("https://example.com/%2e%2E/", "https://example.com/.%2e/x", "https://example.com/a/..%2Fb"),
        *("https://example.com/a%2f%2e%2e%2fb", "https://example.com/a/..%5cb", "https://example.com/a%5C.%5Cb"),
        *("https://example.com/%252e%252e/", "https://example.com/a%252Fb", "https://example.com/%25252e%25252e/"),
        *("https://example.com/..;/a", "https://example.com/a/..;x=1/b", "https://example.com/%2e.%3Bx/b"),
        *("https://example.com/.;/a", "https://example.com/%C0%AE%C0%AE/", "https://example.com/%c1%9c"),
        *("https://bücher.example", "https://example。com", "https://ｅxample.com", "https://example.com/é"),
        *("https://169.254.169.254/", "https://127.1/", "https://2130706433/", "https://0x7f000001/"),
        *("https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://example.com/<x>"),
        "https://example.com/" + "a" * 1_981,
    ),
    "Base64": (
        *("A", "AA", "AAA", "AA=", "AB==", "AAB=", "AAAA=", "====", "AAAA\n", " AAAA", "AA AA", "AA-_", "AA==AAAA"),
        *("é", "\ud800", "A" * 266_672, 5, None, ["AAAA"]),
    ),
}


def _rows(table):
    return [pytest.param(name, value, id=f"{name}-{n}") for name in table for n, value in enumerate(table[name])]


def _refusal(name, value):
    with pytest.raises(ValidationError) as caught:
        MODELS[name].model_validate({"field": value})
    return {error["type"] for error in caught.value.errors()}


def test_the_tables_name_every_type() -> None:
    assert REFUSED.keys() == TYPES.keys()
    assert ACCEPTED.keys() | {"Base64"} == TYPES.keys()


@pytest.mark.parametrize(("name", "value"), _rows(ACCEPTED))
def test_what_is_meant_is_taken_as_it_is_and_comes_back_the_same(name, value) -> None:
    model = MODELS[name]
    got = model.model_validate_json(json.dumps({"field": value}))
    assert got.field == value
    assert model.model_validate_json(got.model_dump_json()) == model(field=value) == got


@pytest.mark.parametrize(("name", "value"), _rows(REFUSED))
def test_what_is_not_meant_is_refused_for_what_it_is(name, value) -> None:
    """A type of error that only a validator's slip would give is none of these."""
    known = {"unsafe_text", "string_pattern_mismatch", "string_too_long", "string_too_short"}
    shapes = {"string_type", "string_unicode", "bytes_type", "bytes_too_long"}
    assert _refusal(name, value) <= known | shapes


def test_line_and_text_are_normalised_and_a_key_is_not() -> None:
    """Another spelling of a key is the key of another object."""
    assert MODELS["Line"](field="e\u0301").field == "\xe9"
    assert MODELS["Text"](field="e\u0301\r\n").field == "\xe9\n"
    assert MODELS["AnyS3Key"](field="e\u0301").field == "e\u0301"


@given(st.binary(max_size=300))
def test_base64_gives_bytes_and_writes_them_again(data) -> None:
    model = MODELS["Base64"](field=data)
    again = type(model).model_validate_json(model.model_dump_json())
    assert again.field == data
    assert model.model_dump() == {"field": data}
    assert type(model)(**model.model_dump()) == model


def test_base64_that_is_too_long_is_not_decoded_first() -> None:
    """Else the refusal would be that of the bytes."""
    assert _refusal("Base64", "A" * 266_672) == {"unsafe_text"}


@pytest.mark.parametrize("extra", range(4))
def test_base64_holds_to_its_bytes(extra) -> None:
    """The text's own length is one of fours: up to two more bytes would fit."""
    model = model_of("M", __base__=Payload, field=(Annotated[bytes, Base64(max_bytes=7)], ...))
    whole = MODELS["Base64"](field=b"x" * (7 + extra)).model_dump_json()
    if extra:
        with pytest.raises(ValidationError):
            model.model_validate_json(whole)
    else:
        assert model.model_validate_json(whole).field == b"x" * 7


KEYS = (
    ("a+b%2Bc", "a b+c"),
    ("%C3%BC/x.txt", "ü/x.txt"),
    ("a%252e", "a%2e"),
    ("100%", "100%"),
    ("%41" * 1_024, "A" * 1_024),
)


@pytest.mark.parametrize(("encoded", "key"), KEYS)
def test_a_key_of_a_notification_is_decoded_once(encoded, key) -> None:
    assert decoded_key(encoded) == key


@pytest.mark.parametrize("encoded", ["%ff", "a%C3", "%ed%a0%80", "A" * 3_073, "%41" * 1_025])
def test_a_key_that_s3_would_not_write_is_refused(encoded) -> None:
    with pytest.raises(PydanticCustomError, match=r"^the key is "):
        decoded_key(encoded)


NO_KEYS = ("%2e%2e%2fa", "%2Fa", "a%2F%2Fb", "%252e%252e/a", "a%00", "a%0Ab", "a%5Cb", "%E2%80%AE")


@pytest.mark.parametrize("encoded", NO_KEYS)
def test_what_decoding_brings_out_is_no_key(encoded) -> None:
    for name in ("S3Key", "AnyS3Key"):
        assert _refusal(name, decoded_key(encoded))


NO_HOST = ((), ("",), ("*",), ("com",), ("*.com",), ("localhost",), ("127.0.0.1",), ("0x7f.1",), ("[::1]",))
NO_HOST += (("bücher.example",), ("https://example.com",), ("example.com/a",), ("example.com:0",), ("a@example.com",))
NO_HOST += (("*.*.example.com",), ("a.*.com",), ("example.com\n",), ("example.com", "x y.com"))


@pytest.mark.parametrize("hosts", NO_HOST)
def test_an_address_without_hosts_cannot_be_written(hosts) -> None:
    with pytest.raises(TypeError, match=r"^HttpsUrl.* host"):
        HttpsUrl(*hosts)


MISPLACED = (HttpsUrl, Annotated[str, HttpsUrl], Annotated[bytes, HOSTS], Base64, Annotated[str, Base64(1)])


@pytest.mark.parametrize("kind", MISPLACED)
def test_a_type_in_the_wrong_place_fails_where_it_is_written(kind) -> None:
    with pytest.raises(TypeError):
        TypeAdapter(kind)


# What tests/guard plants ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TYPES)
def test_every_text_that_is_planted_is_refused(name) -> None:
    planted = list(texts(kinds(TYPES[name]), 500_000))
    assert len({attack for attack, *_ in planted}) == len(planted)
    assert {attack for attack, *_ in NEVER} | {"long"} <= {attack for attack, *_ in planted}
    through = []
    for attack, _, text in planted:
        try:
            MODELS[name].model_validate({"field": text})
        except ValidationError:
            continue
        through.append(attack)
    assert not through


@pytest.mark.parametrize("name", TYPES)
def test_a_text_that_is_not_planted_is_one_that_the_type_takes(name) -> None:
    """Otherwise its mark would keep an attack from being tried."""
    planted = {attack for attack, *_ in texts(kinds(TYPES[name]), 500_000)}
    for attack, _, text in (*MEANT, *BROKEN):
        if attack not in planted:
            assert MODELS[name].model_validate({"field": text}), attack


@pytest.mark.parametrize("name", TYPES)
def test_a_mark_names_attacks_that_there_are(name) -> None:
    for kind in kinds(TYPES[name]):
        assert not kind.free or kind.free.refuses <= {attack for attack, *_ in MEANT}


def test_a_text_is_planted_that_is_longer_than_the_field_takes() -> None:
    """Base64 of 200,000 bytes is longer than the usual long text, and no attack then."""
    found = kinds(TYPES["Base64"])
    assert ("long", 266_672) in {(name, len(text)) for name, _, text in texts(found, 500_000)}
    assert "long" not in {name for name, *_ in texts(found, 200_000)}


# Whatever comes -------------------------------------------------------------------------------------------------------

ODD = "\x00\t\r\n /\\.%$=+-@,;:'\"`()<>\u00a0\u0301\u0344\u0661\u200b\u202e\u2028\u3000\ud800\udfff\uff0e\ufffe\ufdfa\U0010ffff"
ANYTHING = st.text(st.one_of(st.characters(), st.sampled_from(ODD)), max_size=80)
#: Controls, what only machines see, halves of characters, private ones, separators.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
STARTS = st.sampled_from(["", "https://example.com", "https://", "a@", "arn:aws:", "$aws/", "a/"])


@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=60, deadline=None)
@given(start=STARTS, text=ANYTHING)
@example(start="", text="\ud800")
def test_any_text_is_taken_or_refused_and_nothing_else(name, start, text) -> None:
    for value in (start + text, text + start):
        try:
            got = MODELS[name].model_validate({"field": value}).field
        except ValidationError:
            continue
        assert MODELS[name].model_validate({"field": got}).field == got
        if isinstance(got, str):
            assert len(got.encode("utf-8")) <= 80_000
            assert not {unicodedata.category(char) for char in set(got) - {"\n", "\t"}} & UNSEEN


@settings(max_examples=200, deadline=None)
@given(st.one_of(ANYTHING, ANYTHING.map(lambda text: "%" + text)))
def test_decoding_any_text_gives_a_key_or_a_refusal(text) -> None:
    try:
        decoded_key(text)
    except PydanticCustomError as error:
        assert error.type == "unsafe_text"


#: The start of what a type takes, and what a pattern that goes back would go back over.
LONG = ("a", "a.", "a/", "-", "a-", "a@", "=", "1", " ", "'", ",", "%41", "a:", "é", "\u0301", "/.", "A")
BEFORE = ("", "https://example.com/", "a@", "arn:aws:s3:::", "-1", "example.com")


@pytest.mark.parametrize("name", TYPES)
def test_a_long_text_takes_no_longer_than_its_length(name) -> None:
    """Fifty times the text takes some fifty times as long; read in the square of its length, 2,500 times."""
    took = []
    for size in (30_000, 1_500_000):
        took.append(0)
        for before, part in itertools.product(BEFORE, LONG):
            event = {"field": before + (part * size)[:size] + "!"}
            started = time.process_time()
            with pytest.raises(ValidationError):
                MODELS[name].model_validate(event)
            took[-1] += time.process_time() - started
    assert took[1] < 500 * max(took[0], 0.001), took


@pytest.mark.parametrize("name", TYPES)
def test_the_longest_text_that_a_field_takes_is_read_at_once(name) -> None:
    """What is within the bound is all that a validator of Python's ever sees."""
    bound = {"Line": 1_000, "Text": 20_000, "Cell": 1_000, "HttpsUrl": 2_000, "Base64": 266_668}.get(name, 1_000)
    pairs = itertools.product(BEFORE, LONG)
    rows = [before + (part * bound)[: bound - len(before) - 1] + "!" for before, part in pairs]
    started = time.process_time()
    for value in rows:
        try:
            MODELS[name].model_validate({"field": value})
        except ValidationError:
            continue
    assert time.process_time() - started < 0.02 * len(rows)
