"""WebSocket APIs of API Gateway: clients connect, send messages and leave."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import to_json

from ..limits import KIB, Limits
from ..models import Envelope
from ..request import Request, RequestEnvelope, WebSource, body_text
from ..source import E, Item
from ..web import Caller, Reply, answered

#: The id of a client's connection: `id: Annotated[ConnectionId, Attribute("connection_id")]`.
ConnectionId = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_=-]{1,128}$")]

#: What is said of an event in its context, by the names that a model asks for it by.
_SAID = frozenset(
    {
        "connection_id",
        "disconnect_reason",
        "disconnect_status_code",
        "domain_name",
        "event_type",
        "message_id",
        "route_key",
        "stage",
    }
)
#: Credentials in an address: browsers sign there, since they set no header when they connect. No function's business.
_SIGNATURE = frozenset(
    f"X-Amz-{name}"
    for name in ("Algorithm", "Credential", "Date", "Expires", "Security-Token", "Signature", "SignedHeaders")
)


class _Part(Envelope):
    model_config = ConfigDict(alias_generator=to_camel)


class _Identity(_Part):
    source_ip: str
    account_id: str | None = None
    user_arn: str | None = None


class _Context(_Part):
    event_type: Literal["CONNECT", "MESSAGE", "DISCONNECT"]
    route_key: str
    connection_id: str
    connected_at: Annotated[int, Field(ge=0, lt=2**43)]
    domain_name: str
    stage: str
    identity: _Identity
    message_id: str | None = None
    disconnect_status_code: int | None = None
    disconnect_reason: str | None = None
    authorizer: dict[str, Any] | None = None

    def caller(self) -> Caller | None:
        """Who signed the request to connect; an error where that names nobody."""
        who = self.identity
        if who.user_arn is None:
            return None
        return Caller(kind="iam", id=who.user_arn, authority=who.account_id or "")

    def attributes(self) -> dict[str, object]:
        said = {name: getattr(self, name) for name in _SAID}
        connected = datetime.fromtimestamp(self.connected_at / 1000, UTC)
        said |= {"connected_at": connected.isoformat(), "source_ip": self.identity.source_ip}
        return {name: value for name, value in said.items() if value not in (None, "")}


class WebSocketEvent(RequestEnvelope):
    """What API Gateway says of a client: one that connects has a query, one that sends a message has a body. Only what
    is declared here is looked at, and no header; who calls is what API Gateway found out when the client connected.
    """

    model_config = ConfigDict(alias_generator=to_camel)

    request_context: _Context
    query_string_parameters: dict[str, str] | None = None
    multi_value_query_string_parameters: dict[str, list[str]] | None = None
    body: str | None = None
    is_base64_encoded: bool = False

    def request(self) -> Request:
        one = {name: [value] for name, value in (self.query_string_parameters or {}).items()}
        many = self.multi_value_query_string_parameters or one
        authorizer = self.request_context.authorizer or {}
        return Request(
            body=body_text(self.body or "", "application/json", self.is_base64_encoded),
            query=[(name, value) for name, values in many.items() if name not in _SIGNATURE for value in values],
            claims={name: value for name, value in authorizer.items() if isinstance(value, str)},
            caller=self.request_context.caller,
            attributes=self.request_context.attributes(),
        )


class WebSocket(WebSource[E]):
    """What is refused is answered with 400, an error with 500: a client that wanted to connect is turned away, one that
    sent a message reads the answer if its route has answers.
    """

    name = "websocket"
    parts = frozenset({"query", "claims", "identity"})
    attributes = _SAID | {"connected_at", "source_ip"}
    envelope = WebSocketEvent
    #: A message has 128 KB at most.
    limits = Limits(bytes=256 * KIB)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [replace(item, answer=_answered) for item in super().items(event)]


def _answered(value: object) -> dict[str, object]:
    return answered(Reply(200) if value is None else value)


def websocket(model: type[E]) -> WebSocket[E]:
    """Messages as `model`, whose fields come from the body; clients that connect or leave, whose fields come from the
    query, the caller and the attributes (guard.web, guard.origin.Attribute).
    """
    return WebSocket(model)


def send(connection: str, value: object) -> bool:
    """Send `value` as JSON to a client at any time; False where it has left. For functions with `reply = true`."""
    client = _client()
    try:
        client.post_to_connection(ConnectionId=connection, Data=to_json(value, inf_nan_mode="null"))
    except client.exceptions.GoneException:
        return False
    return True


@cache
def _client() -> Any:
    import boto3

    return boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WEBSOCKET_ENDPOINT"])
