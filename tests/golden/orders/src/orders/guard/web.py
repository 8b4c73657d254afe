"""What a model and a handler say about HTTP: where a field comes from, and what is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError, to_json

from .disposal import Attempt, Done, Failed, Refused
from .models import Payload
from .origin import Origin
from .rejection import UNSAFE_TEXT
from .source import Item
from .text import Line

#: Bytes of an answer as JSON, which Lambda cuts off at 6 MB; the caller gets a 502 then, and no log says why.
_LARGEST_ANSWER = 6_000_000
_JSON = {"content-type": "application/json", "x-content-type-options": "nosniff"}
_PRIVATE = {"cache-control": "no-store"}
#: Headers that the guard answers for, and those that say where an answer ends.
_KEPT = frozenset(
    {
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "set-cookie",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-content-type-options",
    }
)
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}\Z")
_VALUE = re.compile(r"[!-~](?:[ -~]{0,2046}[!-~])?\Z")
_JSON_TYPE = re.compile(r"application/(?:[a-z0-9.-]+\+)?json\Z")


class AnswerTooLarge(ValueError):
    """The function returned more than is passed on."""


@dataclass(frozen=True)
class Reply:
    """An answer with a status of its own: `return Reply(201, {"id": event.id}, {"location": f"/orders/{event.id}"})`.

    Raises ValueError for a header that could end before its line does, or that is the guard's: no answer is cached,
    sets a cookie or is taken for anything but JSON, of which a content type may say the kind.
    """

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError("an answer's status is between 200 and 599")
        headers = {name.lower(): value for name, value in self.headers.items()}
        if len(headers) != len(self.headers) or not all(map(_allowed, headers, headers.values())):
            raise ValueError("an answer's header is not allowed: see guard.web")
        object.__setattr__(self, "headers", headers)


def _allowed(name: str, value: str) -> bool:
    if name in _KEPT or not _NAME.match(name) or not _VALUE.match(value):
        return False
    return name != "content-type" or bool(_JSON_TYPE.match(value))


def _named(value: str) -> str:
    if value.isspace():
        raise PydanticCustomError(UNSAFE_TEXT, "a blank names nobody")
    return value


Name = Annotated[Line, AfterValidator(_named)]


class Caller(Payload):
    """Who calls, as the API's authorizer vouches for it: an IAM principal's ARN, a token's subject, or the name that an
    authorizer of the API's own found out.
    """

    kind: Literal["iam", "jwt", "custom"]
    id: Name
    #: The principal's account, the token's issuer, or the API.
    authority: Name
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
    """The caller is answered: 400 with the correlation id and what is wrong, 500 with the correlation id alone.

    The request, which is the one item, says how its source words an answer.
    """

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        (item,) = items
        outcome = attempt(item)
        return outcome.value if isinstance(outcome, Done) else item.answer(_reply(outcome, correlation_id))

    def refuse(self, refused: Refused, correlation_id: str) -> object:
        return answered(_reply(refused, correlation_id))


def _reply(outcome: Refused | Failed, correlation_id: str) -> Reply:
    if isinstance(outcome, Failed):
        return Reply(500, {"correlation_id": correlation_id})
    errors = [problem.public() for problem in outcome.problems]
    return Reply(400, {"correlation_id": correlation_id, "errors": errors})


def answered(value: object) -> dict[str, object]:
    """What a function returned as an HTTP answer: a `Reply` as it says, None as 204, anything else as JSON with 200."""
    reply = value if isinstance(value, Reply) else Reply(204 if value is None else 200, value)
    if reply.body is None:
        return {"statusCode": reply.status, "headers": {**_PRIVATE, **reply.headers}}
    body = to_json(reply.body, inf_nan_mode="null").decode("utf-8")
    headers = {**_JSON, **_PRIVATE, **reply.headers}
    answer = {"statusCode": reply.status, "headers": headers, "body": body, "isBase64Encoded": False}
    refuse_larger(answer, _LARGEST_ANSWER)
    return answer


def refuse_larger(answer: Mapping[str, object], most: int) -> None:
    """Raise `AnswerTooLarge` for an answer of more than `most` bytes."""
    # No character takes more than four. Measuring takes as long as writing, so only what could be large is measured.
    if 8 * len(str(answer.get("body", ""))) > most and len(to_json(answer)) > most:
        raise AnswerTooLarge
