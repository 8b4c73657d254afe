"""Requests in payload format 2.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from .harness import Event, Model, with_value
from .web import ENVELOPE, PAYLOAD, SIZE, Pairs, WebCarrier, nested

AUTHORIZER = ("requestContext", "authorizer")


class PayloadV2(WebCarrier):
    def headed(self, sample: Event, headers: Mapping[str, str]) -> Event:
        return {**sample, "headers": dict(headers)}

    def queried(self, sample: Event) -> Pairs:
        return parse_qsl(sample["rawQueryString"], keep_blank_values=True)

    def asking(self, sample: Event, query: Pairs) -> Event | None:
        return {**sample, "rawQueryString": urlencode(query, errors="surrogatepass")}

    def claiming(self, sample: Event, name: str, value: str) -> Event | None:
        claims = sample["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims")
        return None if claims is None else with_value(sample, (*AUTHORIZER, "jwt", "claims", name), value)

    def anonymous(self, sample: Event) -> Event:
        return with_value(sample, AUTHORIZER, {})

    def called_by(self, sample: Event, name: str) -> Event | None:
        return with_value(sample, AUTHORIZER, {"iam": {"accountId": "111122223333", "userArn": name}})

    def odd(self, model: Model, sample: Event) -> Iterator[tuple[str, str, tuple[str, ...], Event]]:
        for name, why, change in (
            ("version", "another payload format", {"version": "1.0"}),
            ("no-context", "no word of who calls", {"requestContext": None}),
            ("identity-text", "an identity as text", {"requestContext": {"authorizer": "admin"}}),
            ("identity-list", "claims as a list", {"requestContext": {"authorizer": {"jwt": {"claims": ["sub"]}}}}),
            ("identity-number", "a number for a name", {"requestContext": {"authorizer": {"iam": {"userArn": 1}}}}),
            ("headers-text", "headers as text", {"headers": "a: b"}),
            ("header-list", "a header that is no text", {"headers": {"content-type": ["application/json"]}}),
            ("parameters-list", "parameters that are no text", {"pathParameters": {"id": ["a"]}}),
            ("query-list", "a query that is no text", {"rawQueryString": ["a"]}),
            ("encoded-text", "a text where true or false is meant", {"isBase64Encoded": "false"}),
        ):
            yield name, why, ENVELOPE, change
        yield "query-bytes", "no UTF-8", PAYLOAD, {"rawQueryString": "id=%ff%fe"}
        yield "deep", "exhausts the stack", SIZE, {"requestContext": nested(1_000)}
