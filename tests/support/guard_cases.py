"""What guard promises, tried inside a service: tests/test_guard.py copies this module into one and runs it there.

Only there do its imports exist, so mypy looks at the same code where it is used: in the service's own tests.
"""

# mypy: ignore-errors
# ruff: noqa: N818, RUF012, S102, TRY301 - odd errors are the matter here, and pydantic copies defaults

from __future__ import annotations

import functools
import gc
import json
import logging
import pathlib
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Generic, Literal, NamedTuple, NewType, TypeVar

import orders
import pytest
from orders import resources, settings
from orders.guard import Context, Guarded, Ident, Line, Payload, Text, failure, guarded, log, logs, tracing
from orders.guard.disposal import EventRejected, FunctionFailed
from orders.guard.limits import Limits
from orders.guard.rejection import Rejected
from orders.guard.sources.http_api import http_api
from orders.guard.sources.schedule import schedule
from orders.guard.sources.sqs import sqs
from orders.guard.strict_json import parse
from orders.guard.web import Caller, Claim, Identity, Path, Query, Reply
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
)
from pydantic import create_model as model_of
from pydantic_core import PydanticCustomError
from tests.guard import test_settings
from tests.guard.fields import kinds, walk
from tests.guard.harness import Run, run
from tests.guard.test_models import missing
from typing_extensions import TypeAliasType, TypedDict

SECRET = "canary7d1f0c2e5b"
ARN = "arn:aws:iam::111122223333:user/ada"
IAM = {"iam": {"accountId": "111122223333", "userArn": ARN}}
TOKEN = {"sub": "ada", "iss": "https://id.example.com", "custom:tenant": "own"}
T = TypeVar("T")
WHO = Annotated[Caller, Identity()]


class Order(Payload):
    id: Ident


def request(body=None, *, query="", path=None, claims=None, authorizer=None, **more):
    jwt = {} if claims is None else {"jwt": {"claims": claims, "scopes": ["read"]}}
    return {
        "version": "2.0",
        "rawQueryString": query,
        "headers": {"content-type": "application/json"},
        "pathParameters": path,
        "requestContext": {"authorizer": authorizer or jwt},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        **more,
    }


def message(body, identity="one"):
    text = body if isinstance(body, str) else json.dumps(body)
    return {"Records": [{"messageId": identity, "eventSource": "aws:sqs", "body": text}]}


def ordered(*messages):
    """Messages of a FIFO queue: pairs of an id, which is the payload's too, and a group."""
    return {
        "Records": [
            {
                "messageId": identity,
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:steps.fifo",
                "attributes": {"MessageGroupId": group},
                "body": json.dumps({"id": identity}),
            }
            for identity, group in messages
        ]
    }


@pytest.fixture
def call(context: Context, capfd: pytest.CaptureFixture[str]):
    """Run a function behind the guard of a source; gives what happened, the log and what it was called with."""

    def called(source, event, function=lambda *_: None) -> tuple[Run, list]:
        seen = []

        def kept(payload, context):
            seen.append(payload)
            return function(payload, context)

        return run(guarded(source)(kept), event, context, capfd), seen

    return called


# Where a field comes from ---------------------------------------------------------------------------------------------


class Inner(Payload):
    caller: WHO


class Box(Payload, Generic[T]):
    value: T


class Plain(BaseModel):
    caller: WHO


class Dict(TypedDict):
    caller: WHO


@dataclass
class Class:
    caller: WHO


class Node(Payload):
    caller: WHO
    below: Node | None = None


class Row(NamedTuple):
    caller: WHO


ALIAS = TypeAliasType("ALIAS", list[WHO])

NESTED = {
    "model": Inner,
    "optional": Inner | None,
    "list": list[Inner],
    "dict": dict[str, Inner],
    "union": str | list[Inner | int],
    "annotated": Annotated[Inner, Field(description="x")],
    "generic": Box[Inner],
    "generic-origin": Box[WHO],
    "no-payload": Plain,
    "typed-dict": Dict,
    "dataclass": Class,
    "named-tuple": Row,
    "alias": ALIAS,
    "deep": list[Box[dict[str, Inner]]],
    "inside": list[WHO],
    "inside-union": WHO | None,
}


@pytest.mark.parametrize("annotation", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("source", [http_api, sqs, schedule])
def test_an_origin_inside_a_field_is_no_origin(source, annotation) -> None:
    """Nothing but the body would fill it."""
    model = model_of("Model", __base__=Payload, field=(annotation, ...))
    with pytest.raises(TypeError, match=r"^\w+(\[.*\])?\.\w+: an origin belongs on a field of Model itself: [^\n]*$"):
        source(model)


def test_an_origin_in_a_model_of_itself_is_no_origin() -> None:
    with pytest.raises(TypeError, match=r"^Node\.caller: an origin belongs on a field of Node itself"):
        http_api(Node)


@pytest.mark.parametrize("origin", [Identity(), Claim(), Path(), Query()])
@pytest.mark.parametrize("source", [sqs, schedule])
def test_a_source_without_requests_has_no_origins(source, origin) -> None:
    model = model_of("Model", __base__=Payload, who=(Annotated[Ident, origin], ...))
    with pytest.raises(TypeError, match=rf"^Model\.who: {source.__name__} events have nothing for \w+\(\)"):
        source(model)


def _model(annotation, default=..., **config):
    base = type("Base", (Payload,), {"model_config": ConfigDict(**config), "__module__": __name__})
    return model_of("Model", __base__=base, id=(annotation, default))


MADE_UP = Caller(kind="iam", id=ARN, authority="111122223333")
TENANT = Annotated[Ident, Claim("custom:tenant")]
SECOND_KEY = {
    "populate_by_name": (lambda: _model(TENANT, Field("none", alias="tenant"), populate_by_name=True), "a second key"),
    "validate_by_name": (lambda: _model(TENANT, Field("none", alias="tenant"), validate_by_name=True), "a second key"),
    "by name alone": (
        lambda: _model(TENANT, Field(alias="tenant"), validate_by_alias=False, validate_by_name=True),
        "a second key",
    ),
    "choices": (lambda: _model(TENANT, Field(validation_alias=AliasChoices("a", "b"))), "is not one name"),
    "path": (lambda: _model(TENANT, Field(validation_alias=AliasPath("a", "b"))), "is not one name"),
    "default": (lambda: _model(WHO, MADE_UP), "takes no default but None"),
    "default factory": (lambda: _model(WHO, Field(default_factory=lambda: MADE_UP)), "takes no default but None"),
    "two": (lambda: _model(Annotated[Ident, Path(), Query()]), "write one origin"),
}


@pytest.mark.parametrize("name", SECOND_KEY)
def test_an_origin_has_one_key_and_no_stand_in(name) -> None:
    make, said = SECOND_KEY[name]
    with pytest.raises(TypeError, match=rf"^Model\.id: [^\n]*{said}[^\n]*$"):
        http_api(make())


def test_a_schedules_own_fields_take_no_alias() -> None:
    with pytest.raises(TypeError, match=r"^Model\.id: takes no alias"):
        schedule(_model(Ident, Field(alias="other")))


class Everything(Payload):
    id: Annotated[Ident, Path()]
    tenant: Annotated[Ident, Claim("custom:tenant")]
    caller: Annotated[Caller, Identity()]
    limit: Annotated[
        int,
        Query(
            "page-size",
        ),
    ] = 20
    tags: Annotated[list[Ident], Query("tag"), Field(max_length=3)] = []
    since: Annotated[Ident | None, Query()] = None
    renamed: Annotated[Ident, Query(), Field(alias="short")] = "none"
    note: Line | None = None


def everything(body=None, **more):
    return request(body, **{"path": {"id": "a1"}, "claims": TOKEN, **more})


def test_each_field_comes_from_where_the_model_says(call) -> None:
    result, seen = call(http_api(Everything), everything({"note": "x"}, query="page-size=5&tag=a&tag=b&short=s"))
    assert result.value["statusCode"] == 204
    (event,) = seen
    assert (event.id, event.tenant, event.limit, event.tags, event.since) == ("a1", "own", 5, ["a", "b"], None)
    assert (event.renamed, event.note) == ("s", "x")
    assert event.caller == Caller(kind="jwt", id="ada", authority="https://id.example.com", scopes=("read",))


def test_the_caller_of_a_signed_request_is_its_principal(call) -> None:
    model = model_of("Model", __base__=Payload, caller=(WHO, ...))
    _, seen = call(http_api(model), request(authorizer=IAM))
    assert seen[0].caller == MADE_UP


ORIGINS = ("id", "tenant", "caller", "page-size", "limit", "tag", "tags", "since", "short", "renamed", "custom:tenant")


@pytest.mark.parametrize("key", ORIGINS)
@pytest.mark.parametrize("value", ["victim", 1, None, ["victim"], MADE_UP.model_dump(mode="json")])
def test_no_key_of_the_body_fills_an_origin(call, key, value) -> None:
    """Neither beside the true value nor, where the field has a default, in place of it."""
    for claims in (TOKEN, {"sub": "ada", "iss": "x"}):
        result, seen = call(http_api(Everything), everything({key: value}, claims=claims))
        assert (result.value["statusCode"], seen) == (400, [])


REFUSED_REQUESTS = {
    "twice": ({"query": "page-size=1&page-size=2"}, {"loc": ["limit"], "type": "repeated"}),
    "twice the same": ({"query": "since=a&since=a"}, {"loc": ["since"], "type": "repeated"}),
    "too many": ({"query": "&".join(["tag=a"] * 4)}, {"loc": ["tags"], "type": "too_long"}),
    "unknown": ({"query": "other=1"}, {"type": "extra_forbidden"}),
    "by the field's name": ({"query": "limit=1"}, {"type": "extra_forbidden"}),
    "no number": ({"query": "page-size=x"}, {"loc": ["limit"], "type": "int_parsing"}),
    "no path": ({"path": None}, {"loc": ["id"], "type": "missing"}),
    "no claim": ({"claims": {"sub": "ada", "iss": "x"}}, {"loc": ["tenant"], "type": "missing"}),
    "no text in a claim": ({"claims": {**TOKEN, "custom:tenant": ["a"]}}, {"loc": ["tenant"], "type": "missing"}),
    "no name": ({"claims": {"iss": "x", "custom:tenant": "a"}}, {"loc": ["id"], "type": "string_too_short"}),
    "hidden name": ({"claims": {**TOKEN, "sub": "\u202eada"}}, {"loc": ["id"], "type": "unsafe_text"}),
}


@pytest.mark.parametrize("name", REFUSED_REQUESTS)
def test_what_a_request_may_not_say(call, name) -> None:
    change, error = REFUSED_REQUESTS[name]
    result, seen = call(http_api(Everything), everything(**change))
    assert (result.value["statusCode"], seen) == (400, [])
    assert json.loads(result.value["body"])["errors"] == [error]


ACCEPTED = {
    "no parameters": (Order, request({"id": "a"}, pathParameters=None)),
    "empty parameter": (Order, request({"id": "a"}, headers={"content-type": "application/json; charset=utf-8;"})),
    "charset": (Order, request({"id": "a"}, headers={"content-type": 'Application/JSON ;\tcharset="UTF-8"'})),
    "problem": (Order, request({"id": "a"}, headers={"content-type": "application/merge-patch+json"})),
    "no subject": (Order, request({"id": "a"}, claims={"iss": "x", "client_id": "machine"})),
    "nobody": (_model(Annotated[Caller | None, Identity()], None), request()),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_no_attack_is_accepted(call, name) -> None:
    model, event = ACCEPTED[name]
    result, seen = call(http_api(model), event)
    assert (result.value["statusCode"], len(seen)) == (204, 1), result


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-7", "application/json; charset=utf-8; x=y", "text/json"]
)
def test_another_content_type_is_refused(call, kind) -> None:
    result, _ = call(http_api(Order), request({"id": "a"}, headers={"content-type": kind}))
    assert json.loads(result.value["body"])["errors"] == [{"type": "content_type"}]


# What a model takes ---------------------------------------------------------------------------------------------------


class Values(Payload):
    plain: str = "x"
    number: float = 0
    whole: int = 0
    amount: Decimal = Decimal(0)
    text: Text = "x"
    line: Line = "x"
    kind: Literal["a", "b"] = "a"
    inner: Order | None = None
    numbers: Annotated[dict[Ident, int], Field(max_length=3)] = {}


TOO_MUCH = {
    "plain": (json.dumps({"plain": "x" * 1_001}), ["string_too_long"]),
    "line": (json.dumps({"line": "x" * 1_001}), ["string_too_long"]),
    "marks": (json.dumps({"text": "a" + "\u0301\u0316" * 9_000}), ["unsafe_text"]),
    "whole": ('{"whole": 9223372036854775808}', ["less_than_equal"]),
    "amount": ('{"amount": "1e999999999"}', ["decimal_max_digits"]),
    "kind": ('{"kind": "canary7d1f0c2e5b"}', ["literal_error"]),
    "converted": ('{"whole": "1"}', ["int_type"]),
    "inner": ('{"inner": {"id": "a", "canary7d1f0c2e5b": 1}}', ["extra_forbidden"]),
    "keys": ('{"numbers": {"canary7d1f0c2e5b": "x"}}', ["int_type"]),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_payload_is_bounded(call, name) -> None:
    text, kinds = TOO_MUCH[name]
    result, seen = call(http_api(Values), request(text))
    assert seen == []
    errors = json.loads(result.value["body"])["errors"]
    assert [error["type"] for error in errors] == kinds
    assert SECRET not in result.output + json.dumps(result.value)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_payload_takes_no_number_that_is_none(number) -> None:
    """Of Python objects too: nobody may lower allow_inf_nan unseen."""
    with pytest.raises(ValueError, match="finite_number"):
        Values(number=number)


def test_an_error_of_a_payload_holds_no_input() -> None:
    with pytest.raises(ValueError, match="string_pattern_mismatch") as caught:
        Order(id=f"{SECRET}!")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_payload_prints_as_types_and_sizes() -> None:
    event = Values(plain=SECRET, inner=Order(id=SECRET), numbers={SECRET: 1})
    for text in (repr(event), str(event), f"{event}", f"{[event]}", format(event)):
        assert SECRET not in text
    assert "plain=<str, 16>" in repr(event)
    assert "inner=<Order>" in repr(event)


def test_marks_that_a_language_needs_are_text() -> None:
    assert Values(text="a" + "\u0301" * 20, line="e\u0301").line == "é"


QUADRATIC = {
    "escapes": '"' + '\\"' * 30_000 + "," * 10_001,
    "quotes": '"' * 30_000 + "," * 10_001,
    "backslashes": '"' + "\\" * 60_000 + "," * 10_001,
    "strings": '["' + ",".join(["\\\\"] * 30_000) + '"',
}


@pytest.mark.parametrize("name", QUADRATIC)
def test_reading_takes_no_longer_than_the_text_is_long(name) -> None:
    started = time.process_time()
    with pytest.raises(Rejected):
        parse(QUADRATIC[name], Limits())
    assert time.process_time() - started < 1


def test_a_string_with_commas_is_one_value() -> None:
    assert parse(json.dumps({"a": "," * 20_000 + '\\"'}), Limits())["a"].startswith(",,")


# What a handler is and gives ------------------------------------------------------------------------------------------


async def _async(event, context): ...


def _yielding(event, context):
    yield 1


async def _both(event, context):
    yield 1


class _Object:
    async def __call__(self, event, context): ...


@pytest.mark.parametrize("function", [_async, _yielding, _both, _Object(), functools.partial(_async, 1)])
def test_a_handler_is_a_plain_function(function) -> None:
    with pytest.raises(TypeError, match=r"^[^\n]* a handler is a plain function$"):
        guarded(sqs(Order))(function)


@pytest.mark.parametrize("function", [_async, _yielding, _both, lambda *_: map(str, [1])])
def test_what_has_yet_to_run_is_a_failure(call, function) -> None:
    result, _ = call(sqs(Order), message({"id": "a"}), function)
    assert result.value == {"batchItemFailures": [{"itemIdentifier": "one"}]}
    assert [line["error"] for line in result.lines] == ["Unfinished"]
    gc.collect()


ANSWERS = {
    "none": (None, 204, None),
    "dict": ({"a": 1}, 200, {"a": 1}),
    "model": (Order(id="a"), 200, {"id": "a"}),
    "reply": (Reply(201, {"a": 1}), 201, {"a": 1}),
    "nothing": (Reply(404), 404, None),
    "list": (Reply(200, []), 200, []),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_becomes_json(call, name) -> None:
    value, status, body = ANSWERS[name]
    result, _ = call(http_api(Order), request({"id": "a"}), lambda *_: value)
    assert result.value["statusCode"] == status
    assert result.value["headers"]["cache-control"] == "no-store"
    assert ("body" in result.value) == (body is not None)
    assert body is None or json.loads(result.value["body"]) == body


@pytest.mark.parametrize("status", [0, 100, 199, 600])
def test_a_reply_has_a_status_that_ends_a_request(status) -> None:
    with pytest.raises(ValueError, match="between 200 and 599"):
        Reply(status)


# What an error says ---------------------------------------------------------------------------------------------------


class _Raising(type):
    def __getattribute__(cls, name: str) -> object:
        raise RuntimeError(SECRET)


class Hiding(ValueError, metaclass=_Raising): ...


class Backless(ValueError):
    @property
    def __traceback__(self):
        raise RuntimeError(SECRET)


class _Odd(str):
    __slots__ = ()

    def __str__(self) -> str:
        return SECRET


def _named(name, module=__name__):
    return type(name, (KeyError,), {"__module__": module})


def _without_module():
    names = {}
    exec("kind = type('Odd', (KeyError,), {})", names)
    return names["kind"]


class Known(Exception):
    """Stands in a module, so its name is code."""

    class Inner(Exception): ...


KINDS = {
    "plain": (ValueError, "ValueError"),
    "own": (Known, "Known"),
    "inner": (Known.Inner, "Known.Inner"),
    "metaclass": (Hiding, "Hiding"),
    "no traceback": (Backless, "Backless"),
    "secret": (_named(SECRET), "KeyError"),
    "newline": (_named("a\nb"), "KeyError"),
    "long": (_named("A" * 10_000), "KeyError"),
    "odd name": (_named(_Odd("Known")), "KeyError"),
    "odd module": (_named("Known", 7), "KeyError"),
    "no module": (_without_module(), "KeyError"),
    "of AWS": (_named("ConditionalCheckFailedException", "botocore.errorfactory"), "ConditionalCheckFailedException"),
    "exit": (SystemExit, "SystemExit"),
    "group": (functools.partial(BaseExceptionGroup, errors=1), "TypeError"),
}


@pytest.mark.parametrize("name", KINDS)
def test_an_error_is_called_by_a_name_in_code(call, name) -> None:
    kind, called = KINDS[name]

    def failing(event, context):
        raise kind(SECRET)

    result, _ = call(schedule(_model(Ident)), {**SCHEDULED}, failing)
    assert type(result.error) is FunctionFailed
    assert str(result.error) == f"{called}, correlation id c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert (result.error.__cause__, result.error.__context__) == (None, None)
    assert SECRET not in result.output
    assert [(line["message"], line["error"]) for line in result.lines] == [("function_failed", called)]


SCHEDULED = {
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-01-02T06:00:00Z",
}


def test_an_interrupt_says_nothing(call) -> None:
    def interrupted(event, context):
        try:
            raise ValueError(SECRET)
        except ValueError:
            raise KeyboardInterrupt(SECRET)  # noqa: B904 - with all it can carry

    for source, event in ((http_api(Order), request({"id": "a"})), (sqs(Order), message({"id": "a"}))):
        result, _ = call(source, event, interrupted)
        error = result.error
        assert (type(error), error.args, error.__cause__, error.__context__) == (KeyboardInterrupt, (), None, None)
        assert SECRET not in "".join(traceback.format_exception(error))


def test_a_place_is_within_the_service_and_short() -> None:
    def failed(code: str, file: str) -> str:
        try:
            exec(compile(code, file, "exec"), {})
        except ZeroDivisionError as error:
            return failure.place(error)
        return ""

    handler = f"{orders.__path__[0]}/functions/x/handler.py"
    assert failed("\n1/0", handler) == "functions/x/handler.py:2:<module>"
    assert failed("1/0", "/var/lang/lib/secret place.py") == "secret?place.py:1:<module>"
    assert failed(f"def {'a' * 500}(): 1/0\n{'a' * 500}()", "x.py").startswith("x.py:1:aaa")
    assert len(failed(f"def {'a' * 500}(): 1/0\n{'a' * 500}()", "x.py")) == 200
    assert failure.place(ValueError()) == ""


def _telling(value):
    raise PydanticCustomError(value, "no {x}", {"x": value})


def _raising(value):
    raise type(value, (ValueError,), {})(value)


def _odd(value):
    raise type(value, (LookupError,), {})(value)


VALIDATORS = {_telling: "custom_error", _raising: "value_error", _odd: "LookupError"}


@pytest.mark.parametrize("validator", VALIDATORS, ids=lambda v: v.__name__)
@pytest.mark.parametrize("around", [AfterValidator, BeforeValidator])
def test_a_validator_puts_no_value_into_log_or_answer(call, validator, around) -> None:
    result, seen = call(http_api(_model(Annotated[Ident, around(validator)])), request({"id": SECRET}))
    assert seen == []
    assert SECRET not in result.output + json.dumps(result.value)
    assert [error["type"] for error in json.loads(result.value["body"])["errors"]] == [VALIDATORS[validator]]


# What a log says ------------------------------------------------------------------------------------------------------


def test_a_logger_of_the_guards_name_is_somebody_elses(call) -> None:
    def talking(event, context):
        for name in ("orders", logs.log._logger.name, "orders.child"):
            logging.getLogger(name).error("%s", SECRET)
            logging.getLogger(name).error(SECRET, extra={"token": SECRET, "_holdfast": object()})

    result, _ = call(sqs(Order), message({"id": "a"}), talking)
    assert SECRET not in result.output
    assert {line["message"] for line in result.lines} == {"vendor_log"}


def test_the_guards_mark_is_not_shown(call) -> None:
    result, _ = call(sqs(Order), message({"id": "a"}), lambda *_: log.info("done", id="a"))
    assert [line["message"] for line in result.lines] == ["done"]
    assert "_holdfast" not in result.output


def test_a_field_does_not_replace_a_tag(call) -> None:
    result, _ = call(sqs(Order), message({"id": "a"}), lambda *_: log.info("done", message_id="forged"))
    assert [(line["message_id"], line["message_id_"]) for line in result.lines] == [("one", "<str, 6>")]
    assert call(sqs(Order), message({"id": "a"}, "two"), lambda *_: log.info("next"))[0].lines[0]["message_id"] == "two"


def test_nothing_is_left_over_from_the_invocation_before(call) -> None:
    def keeping(event, context):
        log._logger.append_keys(left="over")
        log.info("first")

    first, _ = call(sqs(Order), message({"id": "a"}), keeping)
    second, _ = call(schedule(_model(Ident)), SCHEDULED, lambda *_: log.info("second"))
    assert "left" in first.lines[0]
    assert not {"left", "message_id"} & second.lines[0].keys()
    assert second.lines[0]["correlation_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


def test_an_invocation_hushes_what_others_opened(call) -> None:
    """Whatever was set before it is put back: somebody else's debug level prints requests and credentials."""
    names = ("", "botocore", "boto3", "s3transfer", "urllib3", "aws_lambda_powertools")
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.raiseExceptions = True
    result, _ = call(sqs(Order), message({"id": "a"}), lambda *_: logging.getLogger("botocore").debug(SECRET))
    assert result.output == ""
    assert [logging.getLogger(name).level for name in names] == [logging.WARNING] * len(names)
    assert logging.raiseExceptions is False


def test_a_thread_says_type_and_place(call) -> None:
    def failing() -> None:
        raise ValueError(SECRET)

    def threaded(event, context):
        for target in (failing, lambda: sys.exit(SECRET)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()

    result, _ = call(sqs(Order), message({"id": "a"}), threaded)
    assert SECRET not in result.output
    assert [(line["message"], line["error"]) for line in result.lines] == [("thread_failed", "ValueError")]
    assert result.lines[0]["place"].endswith(":failing")


def test_a_failed_clean_up_says_type_and_place(call) -> None:
    class Loud:
        def __del__(self) -> None:
            raise ValueError(SECRET)

        def __repr__(self) -> str:
            return SECRET

    def cleaning(event, context):
        Loud()
        gc.collect()

    result, _ = call(sqs(Order), message({"id": "a"}), cleaning)
    assert SECRET not in result.output
    assert [(line["message"], line["error"]) for line in result.lines] == [("cleanup_failed", "ValueError")]


def test_a_value_is_described_by_a_class_of_code(call) -> None:
    odd = type(SECRET, (dict,), {"__module__": __name__})()
    result, _ = call(sqs(Order), message({"id": "a"}), lambda *_: log.info("x", a=odd, b=..., c=len, d=call, e=(1,)))
    shown = [result.lines[0][key] for key in "abcde"]
    assert shown == ["<dict, 0>", "<ellipsis>", "<builtin_function_or_method>", "<function>", "<tuple, 1>"]


# What leaves ----------------------------------------------------------------------------------------------------------


def test_a_refused_event_says_its_correlation_id_alone(call) -> None:
    result, _ = call(schedule(_model(Ident)), {**SCHEDULED, "source": SECRET})
    assert type(result.error) is EventRejected
    assert str(result.error) == "event rejected, correlation id c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert SECRET not in result.output


def test_limits_are_the_sources_own(call) -> None:
    source = http_api(Order)
    source.limits = source.limits._replace(bytes=300)
    result, _ = call(source, request({"id": "a" * 40}))
    assert result.value["statusCode"] == 204
    result, _ = call(source, request(json.dumps({"id": "a"}) + " " * 300))
    assert [line["stage"] for line in result.lines] == ["size"]


def test_a_guarded_function_is_what_lambda_calls() -> None:
    @guarded(http_api(Order))
    def handler(event, context): ...

    assert isinstance(handler, Guarded)


# What a model must say -----------------------------------------------------------------------------------------------


class Left(Payload):
    kind: Literal["left"] = "left"
    below: Left | Right | None = None


class Right(Payload):
    kind: Literal["right"] = "right"
    below: Left | Right | None = None


class Slow(Payload):
    model_config = ConfigDict(regex_engine="python-re")
    text: Annotated[str, Field(pattern="^(a+)+$")]


LOOSE = {
    "unions that take the power of their depth": (Left | Right, "several objects"),
    "object or map": (Order | dict[str, Order], "several objects"),
    "lists": (
        Annotated[list[Order], Field(max_length=9)] | Annotated[set[Ident], Field(max_length=9)],
        "several lists",
    ),
    "another engine": (Slow, "can take for ever"),
    "no anchor": (Annotated[str, Field(pattern="[a-z]")], "takes nul"),
    "half an anchor": (Annotated[str, Field(pattern="^a$|b")], "takes nul"),
    "no payload": (Plain, "is no Payload"),
    "typed dict": (Dict, "says little"),
    "data class": (Class, "says little"),
    "named tuple": (Row, "says little"),
    "path": (pathlib.Path, "says little"),
    "address": (HttpUrl, "says little"),
    "secret": (SecretStr, "says little"),
    "new type": (NewType("Name", str), "says little"),
    "read later": (Iterable[Ident], "says little"),
}


@pytest.mark.parametrize("name", LOOSE)
def test_a_model_that_looks_safe_is_looked_through(name) -> None:
    annotation, said = LOOSE[name]
    assert any(said in why for why in missing(kinds(annotation)))


TIGHT = {
    "text": Line | None,
    "pattern in a list": Annotated[list[Annotated[str, Field(pattern="^[a-z]{1,9}$")]], Field(max_length=9)],
    "chosen": Annotated[Left | Right, Field(discriminator="kind")],
    "map": dict[Ident, Order],
    "several": Ident | int | Decimal | None,
}


@pytest.mark.parametrize("name", TIGHT)
def test_a_model_that_says_what_it_holds_is_left_alone(name) -> None:
    model = model_of("Model", __base__=Payload, field=(TIGHT[name], ...))
    assert [why for at, found in walk(model) if at in ("", "field") for why in missing(found)] == []


@pytest.mark.parametrize(
    "limits", [{"http_api": {"bytes": 1_000}}, {"http-api": {"size": 1_000}}, {"sqs": {"depth": 0}}]
)
def test_a_limit_that_is_never_looked_at_is_noticed(limits, monkeypatch) -> None:
    monkeypatch.setattr(settings, "LIMITS", limits)

    def looked_at() -> None:
        test_settings.test_limits_are_of_sources_that_are_here()
        test_settings.test_limits_leave_room_for_an_event()

    with pytest.raises(AssertionError):
        looked_at()


# Order ----------------------------------------------------------------------------------------------------------------


class Step(Payload):
    id: Ident


def _failing_on(identity):
    def function(event, _context):
        if event.id == identity:
            raise ValueError

    return function


@pytest.mark.parametrize("hostile", [False, True])
def test_a_group_of_a_fifo_queue_stops_at_its_first_failure(call, hostile):
    event = ordered(("one", "a"), ("two", "a"), ("three", "b"), ("four", "a"), ("five", ""))
    if hostile:
        event["Records"][1]["body"] = "{}"
    result, seen = call(sqs(Step), event, _failing_on("two"))
    assert result.value == {"batchItemFailures": [{"itemIdentifier": "two"}, {"itemIdentifier": "four"}]}
    assert [payload.id for payload in seen] == (
        ["one", "three", "five"] if hostile else ["one", "two", "three", "five"]
    )


def test_a_group_of_a_fair_queue_has_no_order(call):
    event = ordered(("one", "a"), ("two", "a"), ("three", "a"))
    for record in event["Records"]:
        record["eventSourceARN"] = record["eventSourceARN"].removesuffix(".fifo")
    result, seen = call(sqs(Step), event, _failing_on("two"))
    assert result.value == {"batchItemFailures": [{"itemIdentifier": "two"}]}
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("source", "trigger"),
    [(http_api(Order), "http"), (sqs(Order), "pubsub"), (schedule(Order), "timer")],
    ids=lambda one: one if isinstance(one, str) else one.name,
)
def test_a_source_says_what_trigger_it_is(source, trigger) -> None:
    """As the one that invokes the function; what the message carried was something else before."""
    handler = Guarded(source, lambda _event, _context: None)
    assert tracing.trigger_of(handler._boundary) == trigger
    assert tracing.trigger_of(lambda _event, _context: None) == "other"


def test_what_was_not_granted_says_that_it_was_not(monkeypatch) -> None:
    """A developer reads it in `make invoke`; nobody does in production, where no error says anything."""
    assert resources.inbox()
    monkeypatch.delenv("INBOX_QUEUE")
    with pytest.raises(LookupError, match=r"INBOX_QUEUE is not set: holdfast\.toml grants this function nothing on it"):
        resources.inbox()
