"""API Gateway REST APIs, payload format 1.0."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from ..models import Envelope
from ..rejection import Problem, Rejected
from ..request import Request, RequestEnvelope, WebSource, body_text
from ..source import E
from ..web import Caller

_LONGEST_TYPE = 256


class _Part(Envelope):
    model_config = ConfigDict(alias_generator=to_camel)


class _Identity(_Part):
    account_id: str | None = None
    user_arn: str | None = None


class _Context(_Part):
    api_id: str = ""
    identity: _Identity = _Identity()
    authorizer: dict[str, Any] | None = None

    def claims(self) -> dict[str, str]:
        """What a user pool's token says, or an authorizer of the API's own, as far as it is text."""
        said = self.authorizer or {}
        claims = said["claims"] if isinstance(said.get("claims"), dict) else said
        return {name: value for name, value in claims.items() if isinstance(value, str)}

    def caller(self) -> Caller | None:
        """Who calls; an error where there is an authorizer's word that names nobody."""
        if self.identity.user_arn is not None:
            return Caller(kind="iam", id=self.identity.user_arn, authority=self.identity.account_id or "")
        if self.authorizer is None:
            return None
        said = self.claims()
        if isinstance(self.authorizer.get("claims"), dict):
            scopes = tuple(said.get("scope", "").split())
            return Caller(kind="jwt", id=said.get("sub", ""), authority=said.get("iss", ""), scopes=scopes)
        return Caller(kind="custom", id=said.get("principalId", ""), authority=self.api_id)


class RestApiEvent(RequestEnvelope):
    """The request in format 1.0. Only what is declared here is looked at: no header but the content type, no cookie;
    who calls is what API Gateway put into the request context.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    http_method: str
    multi_value_headers: dict[str, list[str]] | None = None
    multi_value_query_string_parameters: dict[str, list[str]] | None = None
    path_parameters: dict[str, str] | None = None
    request_context: _Context
    body: str | None = None
    is_base64_encoded: bool

    def request(self) -> Request:
        query = self.multi_value_query_string_parameters or {}
        return Request(
            body=body_text(self.body or "", self._content_type(), self.is_base64_encoded),
            path=self.path_parameters or {},
            query=[(name, value) for name, values in query.items() for value in values],
            claims=self.request_context.claims(),
            caller=self.request_context.caller,
        )

    def _content_type(self) -> str:
        """The one content type: names of headers come as they were sent, and a header may come twice."""
        headers = (self.multi_value_headers or {}).items()
        found = [value for name, values in headers if name.lower() == "content-type" for value in values]
        if len(found) > 1 or any(len(value) > _LONGEST_TYPE for value in found):
            raise Rejected("envelope", Problem("content_type"))
        return found[0] if found else ""


class RestApi(WebSource[E]):
    """What a REST API lets through: who calls is what IAM, a user pool or an authorizer of the API's own found out."""

    name = "rest-api"
    parts = frozenset({"path", "query", "claims", "identity"})
    envelope = RestApiEvent


def rest_api(model: type[E]) -> RestApi[E]:
    """Requests to a REST API as `model`: fields come from the body, unless the model says otherwise (guard.web)."""
    return RestApi(model)
