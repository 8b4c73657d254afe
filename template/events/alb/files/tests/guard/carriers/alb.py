"""Requests through a load balancer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from ..harness import Event, Model, Run
from ..web import ENVELOPE, JSON, PAYLOAD, SIZE, Pairs, WebCarrier, nested

ONE_QUERY, MANY_QUERIES = "queryStringParameters", "multiValueQueryStringParameters"


class Alb(WebCarrier):
    """A sample has its headers and its query in one of two forms, and keeps it."""

    def headed(self, sample: Event, headers: Mapping[str, str]) -> Event:
        if "headers" in sample:
            return {**sample, "headers": dict(headers)}
        return {**sample, "multiValueHeaders": {name: [text] for name, text in headers.items()}}

    def queried(self, sample: Event) -> Pairs:
        one = {name: [value] for name, value in (sample.get(ONE_QUERY) or {}).items()}
        found = one | (sample.get(MANY_QUERIES) or {})
        return [(unquote_plus(name), unquote_plus(value)) for name, values in found.items() for value in values]

    def asking(self, sample: Event, query: Pairs) -> Event | None:
        many: dict[str, list[str]] = {}
        for name, value in query:
            many.setdefault(_quoted(name), []).append(_quoted(value))
        if "headers" not in sample:
            return {**sample, MANY_QUERIES: many}
        twice = any(len(values) > 1 for values in many.values())
        return None if twice else {**sample, ONE_QUERY: {name: values[0] for name, values in many.items()}}

    def odd(self, model: Model, sample: Event) -> Iterator[tuple[str, str, tuple[str, ...], Event]]:
        one, many = {"headers": dict(JSON)}, {"multiValueHeaders": {name: [text] for name, text in JSON.items()}}
        neither: Event = {"headers": None, "multiValueHeaders": None}
        for name, why, change in (
            ("no-context", "no load balancer's event", {"requestContext": None}),
            ("no-balancer", "an API's event", {"requestContext": {"authorizer": {"principalId": "root"}}}),
            ("balancer-text", "no target group", {"requestContext": {"elb": "arn:aws:elasticloadbalancing:x"}}),
            ("balancer-other", "another service's", {"requestContext": {"elb": {"targetGroupArn": "arn:aws:s3:::x"}}}),
            ("headers-none", "no headers at all", neither),
            ("headers-both", "two content types: parsers disagree", one | many),
            ("headers-text", "headers as text", neither | {"headers": "a: b"}),
            ("header-list", "a header that is no text", neither | {"headers": {"content-type": ["application/json"]}}),
            ("header-text", "a text where a list is meant", neither | {"multiValueHeaders": dict(JSON)}),
            ("header-twice", "two content types: parsers disagree", neither | _typed("application/json", "text/xml")),
            ("header-long", "fills memory", neither | _typed("application/json;" + " " * 10_000)),
            ("query-list", "a query in another form", {**neither, **one, ONE_QUERY: {"id": ["a"]}}),
            ("query-text", "a query in another form", {**neither, **many, MANY_QUERIES: {"id": "a"}}),
            ("query-number", "a number for a text", {**neither, **many, MANY_QUERIES: {"id": [1]}}),
            ("encoded-text", "a text where true or false is meant", {"isBase64Encoded": "false"}),
        ):
            yield name, why, ENVELOPE, change
        for name, why, query in (
            ("bytes", "no UTF-8", {"id": ["%ff%fe"]}),
            ("name-encoded", "the same parameter twice, spelled differently", {"id": ["a"], "%69d": ["b"]}),
            ("name-hidden", "a parameter within a parameter", {"id": ["a&is_admin=true"]}),
        ):
            yield f"query-{name}", why, PAYLOAD, {**neither, **many, MANY_QUERIES: query}
        checker = {"multiValueHeaders": {"user-agent": ["ELB-HealthChecker/2.0"]}, "headers": None}
        yield "health-check", "a call that nobody made", PAYLOAD, {**checker, MANY_QUERIES: {}, "body": ""}
        yield "query-large", "exhausts memory", SIZE, {**neither, **many, MANY_QUERIES: {"id": ["a" * 2_000_000]}}
        yield "path-large", "exhausts memory", SIZE, {"path": "/" + "a" * 2_000_000}
        yield "deep", "exhausts the stack", SIZE, {"requestContext": nested(1_000)}

    def check_refused(self, run: Run, attack: Any) -> None:
        super().check_refused(run, attack)
        assert run.value["statusDescription"] == "400 Bad Request"

    def check_failed(self, run: Run) -> None:
        super().check_failed(run)
        assert run.value["statusDescription"] == "500 Internal Server Error"


CARRIER = Alb()


def _quoted(text: str) -> str:
    return quote_plus(text, errors="surrogatepass")


def _typed(*content_types: str) -> Event:
    return {"multiValueHeaders": {"content-type": list(content_types)}}
