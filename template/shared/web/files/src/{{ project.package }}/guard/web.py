"""What a model and a handler say about HTTP: where a field comes from, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import to_json

from .disposal import Attempt, Done, Outcome, Refused
from .models import Payload
from .origin import Origin
from .source import Item
from .text import Line

_HEADERS = {"content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True)
class Reply:
    """An answer with a status of its own: `return Reply(201, {"id": event.id})`."""

    status: int
    body: object = None

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError("an answer's status is between 200 and 599")


class Caller(Payload):
    """Who calls, as the API's authorizer vouches for it: an IAM principal's ARN, or a token's subject."""

    kind: Literal["iam", "jwt"]
    id: Line
    #: The principal's account, or the token's issuer.
    authority: Line
    scopes: tuple[Line, ...] = ()


class Path(Origin):
    """A parameter of the route: `id: Annotated[Ident, Path()]`."""

    part = "path"


class Query(Origin):
    """A parameter of the query string: `limit: Annotated[int, Query("page-size")] = 20`. A list takes repeated ones."""

    part = "query"


class Claim(Origin):
    """A claim of the verified token: `tenant: Annotated[Ident, Claim("custom:tenant")]`."""

    part = "claims"


class Identity(Origin):
    """The caller: `caller: Annotated[Caller, Identity()]`, or `Annotated[Caller | None, Identity()] = None`."""

    part = "identity"
    optional = False


class Respond:
    """The caller is answered: 400 with the correlation id and what is wrong, 500 with the correlation id alone."""

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        return self._conclude(attempt(items[0]), correlation_id)

    def refuse(self, refused: Refused, correlation_id: str) -> object:
        return self._conclude(refused, correlation_id)

    def _conclude(self, outcome: Outcome, correlation_id: str) -> object:
        if isinstance(outcome, Done):
            return outcome.value
        if isinstance(outcome, Refused):
            errors = [problem.public() for problem in outcome.problems]
            return answered(Reply(400, {"correlation_id": correlation_id, "errors": errors}))
        return answered(Reply(500, {"correlation_id": correlation_id}))


def answered(value: object) -> dict[str, object]:
    """What a function returned as an HTTP answer: a `Reply` as it says, None as 204, anything else as JSON with 200."""
    reply = value if isinstance(value, Reply) else Reply(204 if value is None else 200, value)
    if reply.body is None:
        return {"statusCode": reply.status, "headers": {"cache-control": "no-store"}}
    body = to_json(reply.body, inf_nan_mode="null").decode("utf-8")
    return {"statusCode": reply.status, "headers": dict(_HEADERS), "body": body, "isBase64Encoded": False}
