"""What sources promise that are read within others, tried inside a service: tests/test_compose.py runs this there."""

# mypy: ignore-errors
# ruff: noqa: S311 - no secret

from __future__ import annotations

import base64
import gzip
import json
import random
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote_plus

import pytest
from compose.guard import Guarded, Ident, Payload, Text, guarded
from compose.guard.names import AnyS3Key, S3Key
from compose.guard.origin import Attribute
from compose.guard.sources.cloudwatch_logs import Message, cloudwatch_logs
from compose.guard.sources.eventbridge import eventbridge
from compose.guard.sources.firehose import firehose
from compose.guard.sources.kinesis import kinesis
from compose.guard.sources.s3 import s3
from compose.guard.sources.schedule import schedule
from compose.guard.sources.sns import sns
from compose.guard.sources.sqs import sqs
from pydantic import AwareDatetime, Field
from tests.guard import test_attacks
from tests.guard.attacks import attacks
from tests.guard.failure_queue import QUEUE
from tests.guard.harness import Function, run

TOPIC = "arn:aws:sns:eu-west-1:111122223333:news"
ORDER = {"id": "order-1"}
ADDRESSES = ("SigningCertURL", "UnsubscribeURL")


class Order(Payload):
    id: Ident


class Upload(Payload):
    id: Ident
    key: S3Key
    size: int | None = None


class Told(Payload):
    id: Ident
    sent: Annotated[AwareDatetime, Attribute("time")]
    topic: Annotated[str, Attribute(), Field(pattern="^arn:")]
    number: Annotated[Ident, Attribute("message_id")]


class Known(Payload):
    id: Ident
    event: Annotated[Ident, Attribute("id")]
    account: Annotated[Ident, Attribute()]
    region: Annotated[Ident, Attribute()]


def message(body, identity="one"):
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": identity, "eventSource": "aws:sqs", "attributes": {}, "body": text}


def queued(*bodies):
    return {"Records": [message(body, f"message-{number}") for number, body in enumerate(bodies)]}


def notification(text, **change):
    return {
        "Type": "Notification",
        "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "TopicArn": TOPIC,
        "Message": text if isinstance(text, str) else json.dumps(text),
        "Timestamp": "2026-01-02T06:00:00.123Z",
        "SignatureVersion": "1",
        "Signature": "x",
        "SigningCertURL": "https://169.254.169.254/cert.pem",
        "UnsubscribeURL": "https://169.254.169.254/latest/meta-data",
        **change,
    }


def published(text, **change):
    return {"Records": [{"EventSource": "aws:sns", "Sns": notification(text, **change)}]}


def stored(*keys, **change):
    records = [
        {
            "eventSource": "aws:s3",
            "eventTime": "2026-01-02T06:00:00.000Z",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": "uploads"},
                "object": {"key": quote_plus(key, safe="/"), "size": 3, "eTag": "d41d8", "sequencer": "0A", **change},
            },
        }
        for key in keys
    ]
    return {"Records": records}


def put(detail, **change):
    return {
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "Order Placed",
        "source": "orders.checkout",
        "account": "000022223333",
        "time": "2026-01-02T06:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail,
        **change,
    }


TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads", "Time": "2026-01-02T06:00:00.000Z"}
BUS = {"source": "orders.checkout"}

#: The source, an event of one good payload, and that payload's fields.
COMPOSED = {
    "sqs-sns": (sqs(sns(Order)), queued(notification(ORDER)), ORDER),
    "sqs-s3": (sqs(s3(Upload)), queued(stored("a/b.csv")), {"key": "a/b.csv", "size": 3}),
    "sqs-sns-s3": (sqs(sns(s3(Upload))), queued(notification(stored("a/b.csv"))), {"key": "a/b.csv"}),
    "sqs-sns-sns": (sqs(sns(sns(Order))), queued(notification(notification(ORDER))), ORDER),
    "sqs-eventbridge": (sqs(eventbridge(Order, **BUS)), queued(put(ORDER)), ORDER),
    "sqs-schedule": (
        sqs(schedule(Order)),
        queued(put({}, id="order-1", source="aws.events", **{"detail-type": "Scheduled Event"})),
        ORDER,
    ),
    "sns-s3": (sns(s3(Upload)), published(stored("a/b.csv")), {"key": "a/b.csv"}),
    "sns-eventbridge": (sns(eventbridge(Order, **BUS)), published(put(ORDER)), ORDER),
}
composed = pytest.mark.parametrize("name", COMPOSED)
NONE = {"batchItemFailures": []}


def failed(*numbers):
    return {"batchItemFailures": [{"itemIdentifier": f"message-{number}"} for number in numbers]}


@pytest.fixture
def call(context, capfd):
    """Run a function behind the guard of a source; gives what happened and what it was called with."""

    def called(source, event, function=lambda *_: None):
        seen = []

        def kept(payload, context):
            seen.append(payload)
            return function(payload, context)

        return run(guarded(source)(kept), event, context, capfd), seen

    return called


@composed
def test_the_payload_comes_out_of_all_that_is_around_it(call, name) -> None:
    source, event, fields = COMPOSED[name]
    result, seen = call(source, event)
    assert result.error is None, result
    assert result.value in (None, NONE), result
    assert [payload.model_dump(include=set(fields)) for payload in seen] == [fields]


@dataclass(frozen=True)
class Composed(Function):
    """A function of this service as if its handler were another."""

    name: str

    def handler(self) -> Guarded:
        return guarded(COMPOSED[self.name][0])(lambda *_: None)

    def sample(self) -> dict:
        return json.loads(json.dumps(COMPOSED[self.name][1]))


@composed
@pytest.mark.parametrize("part", range(4))
def test_the_services_own_attacks_meet_it_too(name, part, context, capfd) -> None:
    """Those on what is around, and those on what is within."""
    source = COMPOSED[name][0]
    function = Composed("fulfil" if source.name == "sqs" else "notify", source.name, name)
    found = list(attacks(function))
    assert len(found) >= 100
    inner = source.within.name
    assert any(attack.name.startswith(f"{source.name}-") for attack in found)
    assert any(attack.name.startswith(f"{inner}-") for attack in found)
    for attack in found[part::4]:
        test_attacks.test_a_hostile_event_is_refused(function, attack, context, capfd)


@composed
def test_a_hostile_one_between_two_good_ones_is_alone(call, name) -> None:
    source, event, _ = COMPOSED[name]
    if source.name != "sqs":
        return
    good = event["Records"][0]["body"]
    result, seen = call(source, queued(good, good.replace("order-1", "$(id)").replace("a/b.csv", "%24%28id%29"), good))
    assert (result.value, len(seen)) == (failed(1), 2)


def test_what_is_in_a_message_fails_as_a_whole(call) -> None:
    """Two records in one message: the second failed, so the message comes again, with both."""

    def picky(upload, _context):
        if upload.key == "b":
            raise ValueError

    result, seen = call(sqs(s3(Upload)), queued(stored("a", "b"), stored("c")), picky)
    assert (result.value, [upload.key for upload in seen]) == (failed(0), ["a", "b", "c"])


def test_nothing_is_done_before_all_is_parsed(call) -> None:
    for source, event in ((s3(Upload), stored("a", "../b")), (sqs(s3(Upload)), queued(stored("a", "../b")))):
        result, seen = call(source, event)
        assert seen == []
        assert len(result.named("event_rejected")) == 1


@pytest.mark.parametrize("source", [sqs(s3(Upload)), sqs(sns(s3(Upload)))], ids=["sqs-s3", "sqs-sns-s3"])
def test_the_test_event_of_s3_is_done_with(call, source) -> None:
    event = TEST_EVENT if source.within.name == "s3" else notification(TEST_EVENT)
    result, seen = call(source, queued(event))
    assert (result.value, seen, result.lines) == (NONE, [], [])


def test_a_topic_vouches_for_what_it_says_of_a_message(call) -> None:
    for source, event in ((sns(Told), published(ORDER)), (sqs(sns(Told)), queued(notification(ORDER)))):
        _, (told,) = call(source, event)
        assert told.sent.isoformat() == "2026-01-02T06:00:00.123000+00:00"
        assert (told.topic, told.number) == (TOPIC, "95df01b4-ee98-5cb9-9903-4c221d41eb5e")


@pytest.mark.parametrize("key", ["sent", "topic", "number", "time", "message_id"])
def test_no_message_says_what_the_topic_should(call, key) -> None:
    result, seen = call(sns(Told), published({**ORDER, key: "2020-01-01T00:00:00Z"}))
    assert (type(result.error).__name__, seen) == ("EventRejected", [])


def test_a_bus_vouches_for_what_it_says_of_an_event(call) -> None:
    _, (known,) = call(eventbridge(Known, **BUS), put(ORDER))
    assert known.model_dump(exclude={"id"}) == {
        "event": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "account": "000022223333",
        "region": "eu-west-1",
    }


@pytest.mark.parametrize(
    ("expected", "change", "accepted"),
    [
        (BUS, {}, True),
        (BUS, {"detail-type": "Anything Else"}, True),
        (BUS, {"source": "orders"}, False),
        (BUS, {"source": "orders.checkout.eu"}, False),
        (BUS, {"source": "Orders.checkout"}, False),
        ({**BUS, "detail_type": "Order Placed"}, {}, True),
        ({**BUS, "detail_type": "Order Placed"}, {"detail-type": "Order Placed "}, False),
        ({**BUS, "detail_type": "Order Placed"}, {"source": "attacker"}, False),
    ],
)
def test_an_event_of_another_source_or_type_is_refused(call, expected, change, accepted) -> None:
    for source, event in (
        (eventbridge(Order, **expected), put(ORDER, **change)),
        (sqs(eventbridge(Order, **expected)), queued(put(ORDER, **change))),
    ):
        result, seen = call(source, event)
        assert bool(seen) is accepted
        assert bool(result.named("event_rejected")) is not accepted


def test_nothing_of_a_notification_but_its_message_is_handed_on(call) -> None:
    """Neither addresses that somebody could fetch, nor the publisher's subject."""
    event = queued(notification(ORDER, Subject="$(id)", MessageAttributes={"id": {"Type": "String", "Value": "x"}}))
    _, (order,) = call(sqs(sns(Order)), event)
    assert order.model_dump() == ORDER
    assert not any(name in json.dumps(order.model_dump()) for name in ADDRESSES)


KEYS = {
    "plain": ("a/b.csv", "a/b.csv"),
    "plus": ("a%2Bb", "a+b"),
    "space": ("my+file.csv", "my file.csv"),
    "percent-space": ("my%20file.csv", "my file.csv"),
    "percent": ("100%25+sure", "100% sure"),
    "accents": ("caf%C3%A9", "caf\u00e9"),
    "not encoded": ("caf\u00e9", "caf\u00e9"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_decoded_once(call, name) -> None:
    class Any(Payload):
        key: AnyS3Key

    written, meant = KEYS[name]
    _, (upload,) = call(s3(Any), stored("x", key=written))
    assert upload.key == meant


@pytest.mark.parametrize(
    "key", ["a%2541", "%252e%252e%252fa", "caf%E9", "a%C0%AFb", "%ED%A0%80", "a" * 5_000, "\ud800"]
)
@pytest.mark.parametrize("kind", [AnyS3Key, Annotated[str, Field(pattern=".")], S3Key], ids=["any", "plain", "safe"])
def test_a_key_that_is_not_clean_after_that_is_refused(call, key, kind) -> None:
    """Whatever the model takes a key for."""

    class Any(Payload):
        key: kind

    result, seen = call(s3(Any), stored("x", key=key))
    assert (type(result.error).__name__, seen) == ("EventRejected", [])


def test_an_event_of_s3_that_comes_twice_has_one_id(call) -> None:
    ids = []
    changes = [{}, {}, {"sequencer": "0B"}, {"versionId": "v2"}, {"key": "b"}, {"size": 4}]
    for change in changes:
        _, (upload,) = call(s3(Upload), stored("a", **change))
        ids.append(upload.id)
    assert ids[0] == ids[1]
    assert len(set(ids)) == len(changes) - 1


def test_what_s3_says_is_asked_for_by_name_by_alias_or_by_attribute(call) -> None:
    class All(Payload):
        bucket: Ident
        etag: Ident
        event_name: Annotated[str, Field(pattern="^ObjectCreated:")]
        time: AwareDatetime
        bytes: int = Field(alias="size")
        order: Annotated[Ident, Attribute("sequencer")]
        version_id: Ident | None = None
        note: Ident = "none"

    _, (upload,) = call(s3(All), stored("a"))
    assert upload.model_dump(exclude={"time"}) == {
        "bucket": "uploads",
        "etag": "d41d8",
        "event_name": "ObjectCreated:Put",
        "bytes": 3,
        "order": "0A",
        "version_id": None,
        "note": "none",
    }
    assert upload.time.year == 2026


def test_a_deletion_has_no_size_and_a_model_that_wants_one_refuses_it(call) -> None:
    class Sized(Payload):
        key: S3Key
        size: int

    event = stored("a")
    del event["Records"][0]["s3"]["object"]["size"]
    _, seen = call(s3(Upload), event)
    assert [upload.size for upload in seen] == [None]
    result, seen = call(s3(Sized), event)
    assert seen == []
    assert result.named("event_rejected")[0]["errors"] == [{"loc": ["size"], "type": "missing"}]


def test_a_model_that_asks_for_what_no_event_has_is_refused_at_once() -> None:
    class Wrong(Payload):
        key: S3Key
        owner: Ident

    class Misnamed(Payload):
        what: Annotated[Ident, Attribute("owner")]

    class Timed(Payload):
        sent: Annotated[AwareDatetime, Attribute("time")]

    with pytest.raises(TypeError, match=r"^Wrong: s3 events have no 'owner', they have bucket, .*version_id$"):
        s3(Wrong)
    with pytest.raises(TypeError, match=r"^Misnamed: s3 events have no 'owner', they have bucket, "):
        s3(Misnamed)
    with pytest.raises(TypeError, match=r"^Misnamed: sns events have no 'owner', they have message_id, time, topic$"):
        sns(Misnamed)
    # The sender may choose an event's time on a bus.
    with pytest.raises(TypeError, match=r"^Timed: eventbridge events have no 'time', they have account, id, region$"):
        eventbridge(Timed, **BUS)


def test_not_every_source_carries_another() -> None:
    for make in (lambda: s3(sns(Order)), lambda: eventbridge(s3(Upload), **BUS), lambda: schedule(sqs(Order))):
        with pytest.raises(TypeError, match="carry none of another source: give it a model"):
            make()


LAYERS = {
    "twice": '{"Type": "Notification", "Type": "Notification"}',
    "nan": '{"Records": NaN}',
    "deep": "[" * 100_000,
    "digits": '{"Records": ' + "9" * 5_000 + "}",
    "surrogate": '{"Message": "\ud800"}',
    "latin": "caf\u00e9",
    "empty": "",
    "text": '"text"',
    "list": "[]",
    "wide": "[" + "[]," * 200_000 + "[]]",
}


@pytest.mark.parametrize("layer", LAYERS)
@composed
def test_what_is_wrong_in_a_layer_is_refused_there(call, name, layer) -> None:
    source, _, _ = COMPOSED[name]
    event = queued(LAYERS[layer]) if source.name == "sqs" else published(LAYERS[layer])
    result, seen = call(source, event)
    (refused,) = result.named("event_rejected")
    assert (seen, len(result.lines)) == ([], 1)
    assert all(error["type"].islower() for error in refused["errors"]), refused


def test_layers_without_end_are_refused(call) -> None:
    """Each layer escapes the quotes of the one within, which doubles them: a source is read once, and so is a layer."""
    text = json.dumps(ORDER)
    for _ in range(12):
        text = json.dumps(notification(text))
    result, seen = call(sqs(sns(Order)), queued(text))
    assert (result.value, seen) == (failed(0), [])


class Entry(Payload):
    number: Annotated[Ident, Attribute("id")]
    stream: Annotated[Text, Attribute("log_stream")]
    line: Annotated[Text, Message()]


class JsonEntry(Payload):
    id: Ident
    group: Annotated[Text, Attribute("log_group")]


def delivery(*lines, **change):
    """What CloudWatch Logs puts into a stream."""
    logs = {
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "/ecs/shop",
        "logStream": "web/[1]",
        "subscriptionFilters": ["shop"],
        "logEvents": [
            {"id": str(number), "timestamp": 1767351600123, "message": line} for number, line in enumerate(lines)
        ],
        **change,
    }
    return base64.b64encode(gzip.compress(json.dumps(logs).encode())).decode()


CONTROL = {"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": ""}


def streamed(*data):
    arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/logs"
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventSourceARN": arn,
                "eventID": f"shardId-000000000000:{number}",
                "kinesis": {"data": each, "sequenceNumber": str(number)},
            }
            for number, each in enumerate(data)
        ]
    }


def hosed(*data):
    return {"records": [{"recordId": str(number), "data": each} for number, each in enumerate(data)]}


#: The source, what makes an event of data, a line, and what of it the model has.
LOGS = {
    "kinesis-text": (kinesis(cloudwatch_logs(Entry)), streamed, "one", {"line": "one", "stream": "web/[1]"}),
    "kinesis-json": (kinesis(cloudwatch_logs(JsonEntry)), streamed, '{"id": "a"}', {"id": "a", "group": "/ecs/shop"}),
    "firehose-text": (firehose(cloudwatch_logs(Entry)), hosed, "one", {"line": "one", "stream": "web/[1]"}),
    "firehose-json": (firehose(cloudwatch_logs(JsonEntry)), hosed, '{"id": "a"}', {"id": "a", "group": "/ecs/shop"}),
}
logs = pytest.mark.parametrize("name", LOGS)


@logs
def test_lines_come_out_of_a_stream(call, name) -> None:
    source, event, line, fields = LOGS[name]
    result, seen = call(source, event(delivery(line, line), delivery(), delivery(line)))
    assert (result.error, result.lines) == (None, [])
    assert [payload.model_dump(include=set(fields)) for payload in seen] == [fields] * 3


@dataclass(frozen=True)
class Logs(Function):
    """A function of this service as if its handler were another."""

    name: str

    def handler(self) -> Guarded:
        return guarded(LOGS[self.name][0])(lambda *_: None)

    def sample(self) -> dict:
        _, event, line, _ = LOGS[self.name]
        return event(delivery(line))


@logs
@pytest.mark.parametrize("part", range(4))
def test_the_services_own_attacks_meet_lines_too(name, part, context, capfd) -> None:
    source = LOGS[name][0]
    found = list(attacks(Logs("count" if source.name == "kinesis" else "keep", source.name, name)))
    assert len(found) >= 100
    for start in ("data-", "line-", "delivery-", "json-", f"{source.name}-"):
        assert any(attack.name.startswith(start) for attack in found), start
    for attack in found[part::4]:
        QUEUE.messages.clear()
        function = Logs("count", source.name, name)
        test_attacks.test_a_hostile_event_is_refused(function, attack, context, capfd)


def test_a_hostile_line_is_set_aside_without_its_record(call) -> None:
    source = kinesis(cloudwatch_logs(Entry))
    result, seen = call(source, streamed(delivery("one", "\x1b[2J", "two"), delivery("\x00"), delivery("three")))
    assert (result.value, [entry.line for entry in seen]) == (NONE, ["one", "two", "three"])
    places = [message["place"] for message in QUEUE.messages]
    assert [(place["sequence_number"], place["log_stream"], place["id"]) for place in places] == [
        ("0", "web/[1]", "1"),
        ("1", "web/[1]", "0"),
    ]
    assert [message["record"]["message"] for message in QUEUE.messages] == ["\x1b[2J", "\x00"]
    refusals = result.named("event_rejected")
    assert [(line["sequence_number"], line["log_event_id"]) for line in refusals] == [("0", "1"), ("1", "0")]


def test_a_line_that_cannot_be_set_aside_brings_its_record_back(call, monkeypatch) -> None:
    monkeypatch.setattr(QUEUE, "send_message_batch", lambda **_: {"Failed": [{"Id": "1"}]})
    result, _ = call(kinesis(cloudwatch_logs(Entry)), streamed(delivery("\x00"), delivery("one", "\x00")))
    assert result.value == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_an_error_brings_the_record_back_and_sets_nothing_aside(call) -> None:
    def failing(entry, _context):
        if entry.line == "two":
            raise ValueError

    source = kinesis(cloudwatch_logs(Entry))
    result, _ = call(source, streamed(delivery("one"), delivery("\x1b[2J", "two"), delivery("three")), failing)
    assert (result.value, QUEUE.messages) == ({"batchItemFailures": [{"itemIdentifier": "1"}]}, [])


def test_what_lines_become_is_delivered_together(call) -> None:
    """A refused line is left out; a record of nothing else is kept as it was sent."""

    def shout(entry, _context):
        return None if entry.line == "drop" else {"line": entry.line.upper()}

    data = [
        delivery("one", "\x1b[2J", "drop", "two"),
        delivery("drop"),
        delivery("\x00"),
        delivery(**CONTROL),
        delivery("three"),
    ]
    result, _ = call(firehose(cloudwatch_logs(Entry)), hosed(*data), shout)
    answers = result.value["records"]
    assert [answer["result"] for answer in answers] == ["Ok", "Dropped", "ProcessingFailed", "Dropped", "Ok"]
    assert base64.b64decode(answers[0]["data"]) == b'{"line":"ONE"}\n{"line":"TWO"}\n'
    assert answers[2]["data"] == data[2]
    assert [line["log_event_id"] for line in result.named("event_rejected")] == ["1", "0"]


#: A hundred of each are no larger than one event: as large as a delivery may be, or of as many lines, or values.
BOMBS = {
    "large": delivery(*["x" * 1_000_000] * 8),
    "lines": delivery(*["x"] * 19_000),
    "values": delivery(more=[[]] * 190_000),
}


def usual():
    """Short lines as they are written: these compress better than most."""
    chance, first = random.Random(1), 39_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000
    lines = [
        {
            "id": str(first + number * 10**20 + chance.randrange(10**12)),
            "timestamp": 1767351600123 + number * 7 + chance.randrange(5),
            "message": f"GET /orders/{chance.randrange(10**5)} 200 {chance.randrange(90)} ms",
        }
        for number in range(1_000)
    ]
    return delivery(logEvents=lines)


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize(("within", "event"), [(kinesis, streamed), (firehose, hosed)])
def test_a_batch_of_bombs_takes_little_time_and_no_neighbour(call, within, event, bomb) -> None:
    source, bombs = within(cloudwatch_logs(Entry)), [BOMBS[bomb]] * 48
    for _ in range(2):  # Each invocation anew.
        QUEUE.messages.clear()
        result, seen = call(source, event(*bombs, usual(), *bombs, delivery("last")))
        lines = [entry.line for entry in seen if entry.line != "x"]
        assert (len(lines), lines[-1]) == (1_001, "last")
        assert len(seen) < 150_000
        refusals = result.named("event_rejected")
        assert sum(line["stage"] == "size" for line in refusals) > 80
        assert result.seconds < 4
        if within is kinesis:
            assert (result.value, len(QUEUE.messages)) == (NONE, len(refusals))
        else:
            assert [result.value["records"][place]["result"] for place in (48, 97)] == ["Dropped", "Dropped"]


@pytest.mark.parametrize(
    "change",
    [
        {"logGroup": "/ecs/shop"},
        {"logEvents": [{"id": "1", "timestamp": 1767351600123, "message": "secret"}]},
        {"logEvents": None},
        {"logEvents": [{"message": "CWL CONTROL MESSAGE: \x1b[2J"}]},
    ],
    ids=["group", "line", "none", "control"],
)
@pytest.mark.parametrize(("within", "event"), [(kinesis, streamed), (firehose, hosed)])
def test_a_line_does_not_pass_unseen_for_a_check(call, within, event, change) -> None:
    result, seen = call(within(cloudwatch_logs(Entry)), event(delivery(**{**CONTROL, **change}), delivery("one")))
    assert [entry.line for entry in seen] == ["one"]
    assert len(result.named("event_rejected")) == 1


def test_only_bytes_hold_lines(call) -> None:
    """And where no stream is, nothing of a delivery is spared."""
    result, seen = call(sqs(sns(cloudwatch_logs(Entry))), queued(notification(delivery("one"))))
    assert (result.value, seen) == (failed(0), [])
