"""Requests to a REST API, payload format 1.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..harness import Event, Model, with_value
from ..web import ENVELOPE, SIZE, Pairs, WebCarrier, nested

CONTEXT = ("requestContext",)


class RestApi(WebCarrier):
    def headed(self, sample: Event, headers: Mapping[str, str]) -> Event:
        many = {name: [value] for name, value in headers.items()}
        return {**sample, "headers": dict(headers), "multiValueHeaders": many}

    def queried(self, sample: Event) -> Pairs:
        query = sample["multiValueQueryStringParameters"] or {}
        return [(name, value) for name, values in query.items() for value in values]

    def asking(self, sample: Event, query: Pairs) -> Event | None:
        many: dict[str, list[str]] = {}
        for name, value in query:
            many.setdefault(name, []).append(value)
        return {**sample, "queryStringParameters": dict(query), "multiValueQueryStringParameters": many}

    def claiming(self, sample: Event, name: str, value: str) -> Event | None:
        claims = sample["requestContext"].get("authorizer", {}).get("claims")
        return None if claims is None else with_value(sample, (*CONTEXT, "authorizer", "claims", name), value)

    def anonymous(self, sample: Event) -> Event:
        identity = {**sample["requestContext"]["identity"], "userArn": None, "accountId": None, "caller": None}
        kept = {key: value for key, value in sample["requestContext"].items() if key != "authorizer"}
        return {**sample, "requestContext": {**kept, "identity": identity}}

    def called_by(self, sample: Event, name: str) -> Event | None:
        return with_value(self.anonymous(sample), (*CONTEXT, "authorizer"), {"principalId": name})

    def odd(self, model: Model, sample: Event) -> Iterator[tuple[str, str, tuple[str, ...], Event]]:
        context = sample["requestContext"]
        types = ["application/json", "text/xml"]
        cases = {"Content-Type": types[:1], "content-type": types[1:]}
        for name, why, change in (
            ("version", "another payload format", {"httpMethod": None}),
            ("no-context", "no word of who calls", {"requestContext": None}),
            ("identity-text", "an identity as text", {"requestContext": {**context, "identity": "admin"}}),
            ("identity-list", "a list for a name", {"requestContext": {"identity": {"userArn": ["root"]}}}),
            ("authorizer-text", "an authorizer as text", {"requestContext": {**context, "authorizer": "admin"}}),
            ("headers-text", "headers as text", {"multiValueHeaders": "a: b"}),
            ("header-text", "a header that is no list", {"multiValueHeaders": {"content-type": "application/json"}}),
            ("header-twice", "two types: parsers disagree", {"multiValueHeaders": {"content-type": types}}),
            ("header-cases", "two types, spelled differently", {"multiValueHeaders": cases}),
            ("parameters-list", "parameters that are no text", {"pathParameters": {"id": ["a"]}}),
            ("query-text", "parameters as text", {"multiValueQueryStringParameters": "id=a"}),
            ("query-one", "a parameter that is no list", {"multiValueQueryStringParameters": {"id": "a"}}),
            ("query-object", "an operator as a parameter", {"multiValueQueryStringParameters": {"id": [{"$ne": 1}]}}),
            ("encoded-text", "a text where true or false is meant", {"isBase64Encoded": "false"}),
        ):
            yield name, why, ENVELOPE, {"body": "{}", **change}
        yield "deep", "exhausts the stack", SIZE, {"requestContext": nested(1_000)}


CARRIER = RestApi()
