"""Requests in payload format 2.0, as HTTP APIs and function URLs hand them over."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from .models import Envelope
from .request import Request, RequestEnvelope, body_text, parameters
from .web import Caller


class _Part(Envelope):
    model_config = ConfigDict(alias_generator=to_camel)


class _Headers(Envelope):
    content_type: Annotated[str, Field(alias="content-type", max_length=256)] = ""


class _Iam(_Part):
    account_id: str
    user_arn: str


class _Jwt(_Part):
    claims: dict[str, Any]
    scopes: list[str] | None = None


class _Authorizer(_Part):
    iam: _Iam | None = None
    jwt: _Jwt | None = None
    custom: Annotated[dict[str, Any] | None, Field(alias="lambda")] = None

    def claims(self) -> dict[str, str]:
        """What the token says, or a Lambda authorizer, as far as it is text."""
        claims = {} if self.iam else self.jwt.claims if self.jwt else self.custom or {}
        return {name: value for name, value in claims.items() if isinstance(value, str)}

    def caller(self) -> Caller | None:
        """Who calls; an error where there is an authorizer's word that names nobody."""
        if self.iam:
            return Caller(kind="iam", id=self.iam.user_arn, authority=self.iam.account_id)
        if self.jwt:
            said, scopes = self.claims(), tuple(self.jwt.scopes or ())
            return Caller(kind="jwt", id=said.get("sub", ""), authority=said.get("iss", ""), scopes=scopes)
        return None


class _Context(_Part):
    authorizer: _Authorizer | None = None


class PayloadV2(RequestEnvelope):
    """The request in format 2.0. Only what is declared here is looked at: no header but the content type, no cookie;
    who calls is what the authorizer put into the request context.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    version: Literal["2.0"]
    raw_query_string: str = ""
    headers: _Headers
    path_parameters: dict[str, str] | None = None
    request_context: _Context
    body: str | None = None
    is_base64_encoded: bool

    def request(self) -> Request:
        authorizer = self.request_context.authorizer or _Authorizer()
        return Request(
            body=body_text(self.body or "", self.headers.content_type, self.is_base64_encoded),
            path=self.path_parameters or {},
            query=parameters(self.raw_query_string),
            claims=authorizer.claims(),
            caller=authorizer.caller,
        )
