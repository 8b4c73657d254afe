"""API Gateway HTTP APIs, payload format 2.0."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from ..limits import MIB, Limits
from ..models import Envelope
from ..rejection import refusing
from ..request import Binding, Request, body_text
from ..source import E, Item, Source
from ..web import Caller, Respond, answered


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

    def claims(self) -> dict[str, str]:
        """What the token says, as far as it is text."""
        claims = self.jwt.claims if self.jwt and not self.iam else {}
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


class HttpApiEvent(_Part):
    """The request as API Gateway hands it over. Only what is declared here is looked at: no header but the content
    type, no cookie; who calls is what the authorizer put into the request context.
    """

    version: Literal["2.0"]
    raw_query_string: str = ""
    headers: _Headers
    path_parameters: dict[str, str] | None = None
    request_context: _Context
    body: str | None = None
    is_base64_encoded: bool

    def request(self) -> Request:
        """The request in the words that every HTTP source shares."""
        authorizer = self.request_context.authorizer or _Authorizer()
        body = body_text(self.body or "", self.headers.content_type, self.is_base64_encoded)
        path, query = self.path_parameters or {}, self.raw_query_string
        return Request(body, path, query, authorizer.claims(), authorizer.caller)


class HttpApi(Source[E]):
    """A refused request is answered with 400, an error with 500; what the function returns becomes JSON."""

    name = "http-api"
    parts = frozenset({"path", "query", "claims", "identity"})
    disposal: ClassVar[Respond] = Respond()
    limits = Limits(bytes=MIB)

    def __init__(self, model: type[E]) -> None:
        super().__init__(model)
        self._binding = Binding(model, self.origins)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [Item(partial(self._parse, event), answer=answered)]

    def _parse(self, event: object) -> Sequence[E]:
        envelope = self.open(HttpApiEvent, event)
        with refusing("envelope", HttpApiEvent):
            request = envelope.request()
        return [self._binding.parse(request, self.limits)]


def http_api(model: type[E]) -> HttpApi[E]:
    """Requests to an HTTP API as `model`: fields come from the body, unless the model says otherwise (guard.web)."""
    return HttpApi(model)
