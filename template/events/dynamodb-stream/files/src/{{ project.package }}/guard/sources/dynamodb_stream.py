"""Changes of a DynamoDB table's items, in the order in which each item changed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from ..limits import MIB, Limits
from ..models import Envelope, Payload
from ..origin import Attribute
from ..rejection import Problem, Rejected
from ..set_aside import SetAside
from ..shards import Seconds, SequenceNumber, StreamArn, moment, shard_item
from ..source import E, Item, Source, records

I = TypeVar("I", bound=Payload)  # noqa: E741 - an item

#: Any number that DynamoDB holds: 38 digits between 1E-130 and 1E+126. A plain Decimal takes 38 with all its zeros.
Number = Annotated[Decimal, Field(max_digits=168)]
EventName = Literal["INSERT", "MODIFY", "REMOVE"]
Typed = dict[str, Any]


class Change(Payload, Generic[I]):
    """One change: the item as it is now and as it was, as far as the stream's view shows them.

    A model made of it may add `keys`, and what else DynamoDB says: `expired: Annotated[bool, Attribute()]`.
    """

    event_name: Annotated[EventName, Attribute()]
    new: I | None = None
    old: I | None = None


class Images(Envelope):
    """An item in DynamoDB's typed JSON. What its view leaves out is not there."""

    keys: Typed = Field(alias="Keys")
    new: Typed | None = Field(None, alias="NewImage")
    old: Typed | None = Field(None, alias="OldImage")
    sequence_number: SequenceNumber = Field(alias="SequenceNumber")
    changed: Seconds | None = Field(None, alias="ApproximateCreationDateTime")


class UserIdentity(Envelope):
    """Who changed the item, where DynamoDB itself did."""

    principal_id: str | None = Field(None, alias="principalId")


class DynamodbRecord(Envelope):
    """One record of a batch; all are of one shard."""

    event_source: Literal["aws:dynamodb"] = Field(alias="eventSource")
    event_name: EventName = Field(alias="eventName")
    stream: StreamArn = Field(alias="eventSourceARN")
    images: Images = Field(alias="dynamodb")
    user: UserIdentity | None = Field(None, alias="userIdentity")


class DynamodbStream(Source[E]):
    """A refused record is set aside; an error in business code brings it back, with what follows it."""

    name = "dynamodb-stream"
    trigger = "datasource"
    attributes = frozenset({"event_name", "sequence_number", "changed", "expired", "stream"})
    disposal: ClassVar[SetAside] = SetAside(name)
    #: For each record: two images of 400 KB, in which each value is an object of its own.
    limits = Limits(bytes=2 * MIB, depth=72, nodes=20_000, records=10_000)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [
            shard_item(record, "dynamodb.SequenceNumber", partial(self._parse, record))
            for record in records(event, "Records", self.limits)
        ]

    def _parse(self, record: object) -> Sequence[E]:
        found = self.open(DynamodbRecord, record)
        about = {
            "event_name": found.event_name,
            "sequence_number": found.images.sequence_number,
            "changed": moment(found.images.changed),
            "expired": found.user is not None and found.user.principal_id == "dynamodb.amazonaws.com",
            "stream": found.stream,
        }
        if issubclass(self.model, Change):
            return self.read(self._change(found.images), about)
        if found.event_name == "REMOVE":
            return []
        return self.read(as_json(found.images.keys if found.images.new is None else found.images.new), about)

    def _change(self, images: Images) -> str:
        """The parts of a change that the model asks for."""
        parts = {"keys": images.keys, "new": images.new, "old": images.old}
        shown = {name: part for name, part in parts.items() if part is not None and name in self.model.model_fields}
        return "{" + ",".join(f'"{name}":{as_json(part)}' for name, part in shown.items()) + "}"


def as_json(item: Typed) -> str:
    """`item` as plain JSON text: sets are lists, binary is base64 text. Walks without recursion.

    A number keeps its value or becomes text, which a `Decimal` takes and a `float` does not.
    """
    done: list[str] = []
    waiting: list[str | Typed] = [{"M": item}]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            done.append(value)
            continue
        ((kind, inner),) = value.items() if len(value) == 1 else [("", None)]
        if kind == "M" and isinstance(inner, dict):
            named = [(json.dumps(key, ensure_ascii=False), _typed(member)) for key, member in inner.items()]
            parts = [part for key, member in named for part in (",", f"{key}:", member)]
            waiting += ["}", *reversed(parts[1:]), "{"]
        elif kind == "L" and isinstance(inner, list):
            parts = [part for member in inner for part in (",", _typed(member))]
            waiting += ["]", *reversed(parts[1:]), "["]
        else:
            done.append(_scalar(kind, inner))
    return "".join(done)


def _typed(value: object) -> Typed:
    """`value`, which is no text: text that waits is taken for written."""
    if isinstance(value, dict):
        return value
    raise Rejected("envelope", Problem("dict_type"))


def _scalar(kind: str, value: object) -> str:
    """A value that holds no other, or a set."""
    if kind in ("S", "B") and isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if kind == "N" and isinstance(value, str):
        return _number(value)
    if kind == "BOOL" and isinstance(value, bool):
        return json.dumps(value)
    if kind == "NULL" and value is True:
        return "null"
    if kind in ("SS", "NS", "BS") and isinstance(value, list):
        return "[" + ",".join(_scalar(kind[0], member) for member in value) + "]"
    raise Rejected("envelope", Problem("attribute_value"))


#: No number of DynamoDB is longer, written out.
_LONGEST_NUMBER = 170
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]{1,3})?")


def _number(text: str) -> str:
    """38 digits between 1E-130 and 1E+126, as DynamoDB has it: more would take long, or overflow."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise Rejected("payload", Problem("decimal_parsing"))
    number = Decimal(text)
    if len("".join(map(str, number.as_tuple().digits)).strip("0")) > 38:
        raise Rejected("payload", Problem("decimal_max_digits"))
    if number and not -130 <= number.adjusted() <= 125:
        raise Rejected("size", Problem("finite_number"))
    plain = format(number, "f")
    if number == number.to_integral_value():
        return plain.partition(".")[0]
    return plain if Decimal(repr(float(text))) == number else json.dumps(plain)


def dynamodb_stream(item: type[E]) -> DynamodbStream[E]:
    """Items as INSERT and MODIFY leave them, or their keys where the view has no more; a REMOVE calls nothing.

    `dynamodb_stream(Change[Order])` gives every change, with the item before and after it.
    """
    return DynamodbStream(item)
