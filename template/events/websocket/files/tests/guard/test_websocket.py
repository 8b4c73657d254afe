"""What a function of the WebSocket API may count on."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from {{ project.package }}.guard.sources import websocket

ADDRESS = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/test"


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """Stands in for API Gateway."""
    client = boto3.client("apigatewaymanagementapi", endpoint_url=ADDRESS)
    monkeypatch.setattr(websocket, "_client", lambda: client)
    return Stubber(client)


def test_a_client_gets_json(clients: Stubber) -> None:
    clients.add_response("post_to_connection", {}, {"ConnectionId": "a=", "Data": b'{"price":1}'})
    with clients:
        assert websocket.send("a=", {"price": 1})
    clients.assert_no_pending_responses()


def test_a_client_that_has_left_is_no_error(clients: Stubber) -> None:
    clients.add_client_error("post_to_connection", "GoneException", http_status_code=410)
    with clients:
        assert not websocket.send("a=", {"price": 1})


def test_what_may_not_be_sent_is_an_error(clients: Stubber) -> None:
    """Without the right to send, nobody must believe that a client has left."""
    clients.add_client_error("post_to_connection", "ForbiddenException", http_status_code=403)
    with clients, pytest.raises(ClientError, match="ForbiddenException"):
        websocket.send("a=", {"price": 1})
