"""What the sources of requests promise, tried inside a service: tests/test_web.py copies this module into one and runs it there.

Only there do its imports exist, so mypy looks at the same code where it is used: in the service's own tests.
"""

# mypy: ignore-errors
# ruff: noqa: RUF012 - pydantic copies defaults

from __future__ import annotations

import json
from typing import Annotated

import pytest
from pydantic import Field, create_model
from tests.guard.harness import run
from web.guard import Context, Ident, Line, Payload, guarded
from web.guard.sources.function_url import function_url
from web.guard.sources.http_api import http_api
from web.guard.sources.rest_api import rest_api
from web.guard.sources.sqs import sqs
from web.guard.web import Caller, Claim, Identity, Path, Query, Reply

ARN = "arn:aws:iam::111122223333:user/ada"
SOURCES = [http_api, rest_api, function_url]


class Order(Payload):
    id: Ident


class Asked(Payload):
    id: Annotated[Ident, Path()]
    tenant: Annotated[Line | None, Claim()] = None
    limit: Annotated[int, Query("page-size")] = 20
    tags: Annotated[list[Ident], Query("tag"), Field(max_length=3)] = []
    caller: Annotated[Caller | None, Identity()] = None


def v1(body=None, **more):
    return {
        "httpMethod": "POST",
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": {"apiId": "a1", "identity": {"userArn": None}},
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        **more,
    }


def v2(body=None, **more):
    return {
        "version": "2.0",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {},
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        **more,
    }


EVENTS = {http_api: v2, rest_api: v1, function_url: v2}


@pytest.fixture
def call(context: Context, capfd: pytest.CaptureFixture[str]):
    """Run a function behind the guard of a source; gives its answer and what it was called with."""

    def called(source, event, value=None):
        seen = []

        def kept(payload, context):
            seen.append(payload)
            return value() if callable(value) else value

        return run(guarded(source)(kept), event, context, capfd).value, seen

    return called


# Who calls ------------------------------------------------------------------------------------------------------------


def context(authorizer=None, **identity):
    more = {} if authorizer is None else {"authorizer": authorizer}
    return {"apiId": "a1", "identity": {"userArn": None, "accountId": None, **identity}, **more}


TOKEN = {"sub": "ada", "iss": "https://id.example.com", "scope": "read write", "exp": "Fri Jan 02 12:00:00 UTC 2026"}
CALLERS = {
    "nobody": (context(), None),
    "IAM": (context(userArn=ARN, accountId="111122223333"), Caller(kind="iam", id=ARN, authority="111122223333")),
    "a user pool": (
        context({"claims": TOKEN}),
        Caller(kind="jwt", id="ada", authority="https://id.example.com", scopes=("read", "write")),
    ),
    "a Lambda authorizer": (
        context({"principalId": "ada", "integrationLatency": 3}),
        Caller(kind="custom", id="ada", authority="a1"),
    ),
    "one that says claims": (
        context({"principalId": "ada", "claims": "root"}),
        Caller(kind="custom", id="ada", authority="a1"),
    ),
    "IAM, whatever else is said": (
        context({"principalId": "root"}, userArn=ARN, accountId="111122223333"),
        Caller(kind="iam", id=ARN, authority="111122223333"),
    ),
}


@pytest.mark.parametrize("name", CALLERS)
def test_the_caller_of_a_rest_api_is_whom_its_authorizer_names(call, name) -> None:
    said, caller = CALLERS[name]
    _, seen = call(rest_api(Asked), v1(pathParameters={"id": "a"}, requestContext=said))
    assert seen[0].caller == caller


NO_CALLERS = {
    "no subject": context({"claims": {"iss": "https://id.example.com"}}),
    "a hidden name": context({"principalId": "\u202eada"}),
    "an ARN without an account": context(userArn=ARN),
    "no text": context({"principalId": 1}),
    "a blank subject": context({"claims": {**TOKEN, "sub": " "}}),
    "a blank issuer": context({"claims": {**TOKEN, "iss": "\u00a0 "}}),
    "a blank name": context({"principalId": "\u3000"}),
}


@pytest.mark.parametrize("name", NO_CALLERS)
def test_an_authorizer_that_names_nobody_is_refused_where_the_caller_is_asked_for(call, name) -> None:
    event = v1(pathParameters={"id": "a"}, requestContext=NO_CALLERS[name])
    answer, seen = call(rest_api(Asked), event)
    assert (answer["statusCode"], seen) == (400, [])
    answer, seen = call(rest_api(Order), {**event, "body": '{"id": "a"}'})
    assert (answer["statusCode"], len(seen)) == (204, 1)


@pytest.mark.parametrize("subject", ["", " ", "\u00a0", "\u3164", "\u2003 "])
def test_a_token_whose_subject_is_blank_names_nobody(call, subject) -> None:
    said = {"authorizer": {"jwt": {"claims": {**TOKEN, "sub": subject}, "scopes": None}}}
    answer, seen = call(http_api(Asked), v2(pathParameters={"id": "a"}, requestContext=said))
    assert (answer["statusCode"], seen) == (400, [])


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("value", "status"), [("x" * 5_999_000, 200), ("x" * 6_000_000, 500), ('"' * 2_000_000, 500)])
def test_an_answer_that_lambda_would_cut_off_is_an_error_of_ours(source, value, status, context, capfd) -> None:
    """Quotes count as often as they are escaped: once in the body, and again around it."""
    event = (v1 if source is rest_api else v2)({"id": "a"})
    result = run(guarded(source(Order))(lambda _event, _context: value), event, context, capfd)
    assert result.value["statusCode"] == status
    assert [line["error"] for line in result.named("function_failed")] == ["AnswerTooLarge"] * (status == 500)


CLAIMS = {
    "a user pool": (rest_api, v1(requestContext=context({"claims": {**TOKEN, "tenant": "own"}}))),
    "a Lambda authorizer of a REST API": (rest_api, v1(requestContext=context({"principalId": "a", "tenant": "own"}))),
    "a Lambda authorizer of an HTTP API": (http_api, v2(requestContext={"authorizer": {"lambda": {"tenant": "own"}}})),
    "a token": (http_api, v2(requestContext={"authorizer": {"jwt": {"claims": {"tenant": "own"}}}})),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_what_the_authorizer_says(call, name) -> None:
    source, event = CLAIMS[name]
    model = create_model("Model", __base__=Payload, tenant=(Annotated[Line, Claim()], ...))
    _, seen = call(source(model), event)
    assert seen[0].tenant == "own"


class Named(Caller):
    team: Line


class Inner(Payload):
    who: Caller


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "kind",
    [Caller, Caller | None, list[Caller], Annotated[Caller, Field(description="x")], Inner, Named, dict[str, Inner]],
    ids=str,
)
def test_no_body_may_say_who_calls(source, kind) -> None:
    model = create_model("Model", __base__=Payload, id=(Ident, ...), who=(kind, ...))
    with pytest.raises(TypeError, match=r"\.who: what is sent could say who calls: write Annotated\[Caller, Identity"):
        source(model)


@pytest.mark.parametrize("source", SOURCES)
def test_the_authorizer_may(source) -> None:
    for kind in (Annotated[Caller, Identity()], Annotated[Caller | None, Identity()]):
        assert source(create_model("Model", __base__=Payload, who=(kind, None if "None" in str(kind) else ...)))
    assert sqs(create_model("Model", __base__=Payload, who=(Caller, ...))), "a queue's sender may pass on who called"


@pytest.mark.parametrize("source", [http_api, rest_api, function_url])
def test_nothing_carries_a_request(source) -> None:
    """Whoever may send to the queue would write the authorizer's word, too."""
    with pytest.raises(TypeError, match=r"^sqs events carry no [a-z-]+ events: their sender could say who calls$"):
        sqs(source(Order))


def test_a_url_has_neither_path_nor_claims() -> None:
    for origin in (Path(), Claim()):
        with pytest.raises(TypeError, match="function-url events have nothing for"):
            function_url(create_model("Model", __base__=Payload, id=(Annotated[Ident, origin], ...)))


# Headers and parameters of a REST API ---------------------------------------------------------------------------------

TYPES = {
    "as it is": ({"content-type": ["application/json"]}, 204),
    "in capitals": ({"CONTENT-TYPE": ["Application/JSON; charset=utf-8"]}, 204),
    "another header twice": ({"Content-Type": ["application/json"], "Accept": ["a", "b"]}, 204),
    "none": ({}, 400),
    "no headers": (None, 400),
    "an empty list": ({"Content-Type": []}, 400),
    "twice": ({"Content-Type": ["application/json", "application/json"]}, 400),
    "twice, in two ways": ({"Content-Type": ["application/json"], "content-type": ["application/json"]}, 400),
    "long": ({"Content-Type": ["application/json;" + " " * 300]}, 400),
    "another": ({"Content-Type": ["text/json"]}, 400),
}


@pytest.mark.parametrize("name", TYPES)
def test_a_body_has_one_content_type(call, name) -> None:
    headers, status = TYPES[name]
    answer, seen = call(rest_api(Order), v1({"id": "a"}, multiValueHeaders=headers))
    assert (answer["statusCode"], len(seen)) == (status, status == 204)
    if status == 400:
        assert json.loads(answer["body"])["errors"] == [{"type": "content_type"}]


def test_what_has_no_body_needs_no_content_type(call) -> None:
    _, seen = call(rest_api(Asked), v1(pathParameters={"id": "a"}, multiValueHeaders=None, headers=None))
    assert len(seen) == 1


QUERIES = {
    "nothing": (None, (20, []), None),
    "an empty list": ({"tag": []}, (20, []), None),
    "each as it is declared": ({"page-size": ["5"], "tag": ["a", "b"]}, (5, ["a", "b"]), None),
    "twice": ({"page-size": ["5", "5"]}, None, {"loc": ["limit"], "type": "repeated"}),
    "unknown": ({"other": ["1"]}, None, {"type": "extra_forbidden"}),
    "too many": ({"tag": ["a"] * 101}, None, {"type": "too_many_parameters"}),
    "a list in a list": ({"tag": [["a"]]}, None, {"type": "string_type"}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_parameters_of_a_rest_api(call, name) -> None:
    query, found, error = QUERIES[name]
    answer, seen = call(rest_api(Asked), v1(pathParameters={"id": "a"}, multiValueQueryStringParameters=query))
    assert [(event.limit, event.tags) for event in seen] == ([found] if found else [])
    assert error is None or {key: json.loads(answer["body"])["errors"][0].get(key) for key in error} == error


@pytest.mark.parametrize("query", ["tag=%ff", "&".join(["tag=a"] * 101)])
def test_a_query_that_cannot_be_read_is_refused(call, query) -> None:
    answer, seen = call(http_api(Asked), v2(pathParameters={"id": "a"}, rawQueryString=query))
    assert seen == []
    assert json.loads(answer["body"])["errors"] == [{"type": "query_invalid"}]


@pytest.mark.parametrize(("source", "event"), [(rest_api, v2({"id": "a"})), (http_api, v1({"id": "a"}))])
def test_another_payload_format_is_refused(call, source, event) -> None:
    answer, seen = call(source(Order), event)
    assert (answer["statusCode"], seen) == (400, [])


# Answers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_may_have_headers(call, source) -> None:
    reply = Reply(201, {"a": 1}, {"Location": "/orders/a-1", "content-type": "application/problem+json", "ETag": '"1"'})
    answer, _ = call(source(Order), EVENTS[source]({"id": "a"}), reply)
    assert answer == {
        "statusCode": 201,
        "headers": {
            "content-type": "application/problem+json",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "location": "/orders/a-1",
            "etag": '"1"',
        },
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }
    answer, _ = call(source(Order), EVENTS[source]({"id": "a"}), Reply(202, headers={"retry-after": "5"}))
    assert answer == {"statusCode": 202, "headers": {"cache-control": "no-store", "retry-after": "5"}}


BAD_HEADERS = {
    "line feed": {"location": "/a\nset-cookie: a=b"},
    "carriage return": {"location": "/a\r\n\r\n<script>"},
    "line feed at the end": {"location": "/a\n"},
    "nul": {"location": "/a\0"},
    "escape": {"location": "\x1b[2J"},
    "no ASCII": {"location": "/caf\u00e9"},
    "line separator": {"location": "/a\u2028b"},
    "blank": {"location": " "},
    "empty": {"location": ""},
    "long": {"location": "a" * 3_000},
    "name with a line feed": {"location\n": "a"},
    "name with a colon": {"location: a\r\nx": "a"},
    "name with a blank": {"loca tion": "a"},
    "no name": {"": "a"},
    "name beyond ASCII": {"l\u00f6cation": "a"},
    "twice": {"location": "a", "Location": "b"},
    "cache": {"Cache-Control": "public, max-age=31536000"},
    "sniffing": {"X-Content-Type-Options": "none"},
    "page": {"content-type": "text/html"},
    "page in JSON's clothes": {"content-type": "application/json, text/html"},
    "cookie": {"Set-Cookie": "a=b"},
    "length": {"content-length": "0"},
    "framing": {"transfer-encoding": "chunked"},
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_header_that_could_harm_is_an_error_of_the_function(call, name) -> None:
    with pytest.raises(ValueError, match="an answer's header is not allowed"):
        Reply(200, None, BAD_HEADERS[name])
    answer, _ = call(http_api(Order), v2({"id": "a"}), lambda: Reply(200, None, BAD_HEADERS[name]))
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"]).keys() == {"correlation_id"}


def test_headers_do_not_change_after_they_were_looked_at() -> None:
    headers = {"location": "/a"}
    reply = Reply(200, None, headers)
    headers["location"] = "/a\r\nset-cookie: a=b"
    assert reply.headers == {"location": "/a"}
