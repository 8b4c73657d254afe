"""Application Load Balancers that have a function for a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from ..models import Envelope
from ..rejection import Problem, Rejected
from ..request import Request, RequestEnvelope, WebSource, body_text, parameters
from ..source import E, Item
from ..web import answered, refuse_larger

#: What a load balancer takes as an answer; it turns a larger one into a 502 of its own, and no log says why.
_LARGEST_ANSWER = 1_000_000
_PHRASES: dict[object, str] = {status.value: status.phrase for status in HTTPStatus}

_ContentType = Annotated[str, Field(max_length=256)]


class _Part(Envelope):
    model_config = ConfigDict(alias_generator=to_camel)


class _Headers(Envelope):
    content_type: _ContentType = Field("", alias="content-type")


class _ManyHeaders(Envelope):
    content_type: list[_ContentType] = Field([], alias="content-type", max_length=1)


class _TargetGroup(_Part):
    target_group_arn: Annotated[str, Field(pattern=r"^arn:[a-z-]+:elasticloadbalancing:", max_length=256)]


class _Context(_Part):
    elb: _TargetGroup


class AlbEvent(RequestEnvelope):
    """The request as the load balancer hands it over: with `headers` and `queryStringParameters`, or with
    `multiValueHeaders` and `multiValueQueryStringParameters`, as its target group is set. Only what is declared here is
    looked at: no header but the content type, so none that says who calls.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    request_context: _Context
    headers: _Headers | None = None
    multi_value_headers: _ManyHeaders | None = None
    query_string_parameters: dict[str, str] | None = None
    multi_value_query_string_parameters: dict[str, list[str]] | None = None
    body: str | None = None
    is_base64_encoded: bool

    def request(self) -> Request:
        if self.headers and not self.multi_value_headers:
            content_type = self.headers.content_type
            query = [f"{name}={value}" for name, value in (self.query_string_parameters or {}).items()]
        elif self.multi_value_headers and not self.headers:
            content_type = "".join(self.multi_value_headers.content_type)
            many = self.multi_value_query_string_parameters or {}
            query = [f"{name}={value}" for name, values in many.items() for value in values]
        else:
            raise Rejected("envelope", Problem("headers"))
        # A load balancer leaves names and values as they were sent.
        return Request(
            body=body_text(self.body or "", content_type, self.is_base64_encoded), query=parameters("&".join(query))
        )


class Alb(WebSource[E]):
    """What a listener's rule forwards; a load balancer vouches for nobody, and its paths have no parameters."""

    name = "alb"
    parts = frozenset({"query"})
    envelope = AlbEvent

    def items(self, event: object) -> Sequence[Item[E]]:
        many = isinstance(event, dict) and "multiValueHeaders" in event
        return [replace(item, answer=partial(_worded, many=many)) for item in super().items(event)]


def _worded(value: object, *, many: bool) -> dict[str, object]:
    """An answer in the load balancer's words: it reads headers only in the form in which it sends them."""
    answer = answered(value)
    status, headers = answer["statusCode"], answer.pop("headers")
    answer["statusDescription"] = f"{status} {_PHRASES.get(status, '')}".rstrip()
    answer["isBase64Encoded"] = False
    if many and isinstance(headers, dict):
        answer["multiValueHeaders"] = {name: [text] for name, text in headers.items()}
    else:
        answer["headers"] = headers
    refuse_larger(answer, _LARGEST_ANSWER)
    return answer


def alb(model: type[E]) -> Alb[E]:
    """Requests through a load balancer as `model`: fields come from the body, or from the query (guard.web.Query)."""
    return Alb(model)
