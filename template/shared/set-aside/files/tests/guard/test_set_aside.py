"""A refused record is in the failure queue or comes again; its neighbours never notice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from {{ project.package }}.guard import set_aside
from {{ project.package }}.guard.disposal import Done, Failed, FunctionFailed, Outcome, Refused
from {{ project.package }}.guard.rejection import Problem
from {{ project.package }}.guard.set_aside import Kept, SetAside, kept
from {{ project.package }}.guard.source import Item

from .failure_queue import QUEUE

DONE, FAILED, REFUSED = Done(None), Failed("ValueError"), Refused("payload", (Problem("json_invalid"),))


def _item(name: str, group: str = "", record: object = "record") -> Item[Any]:
    return Item(list, id=name, group=group, record=Kept({"number": name}, record))


def _settle(items: Sequence[Item[Any]], outcomes: Callable[[str], Outcome]) -> tuple[list[str], object]:
    """The items that were tried, and what Lambda is told."""
    tried: list[str] = []

    def attempt(item: Item[Any]) -> Outcome:
        assert QUEUE.messages == [], "written before all were handled"
        tried.append(item.id)
        return outcomes(item.id)

    answer = SetAside("stream").settle(items, attempt, "an-id")
    assert isinstance(answer, dict)
    return tried, [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_what_follows_a_failure_waits_for_it() -> None:
    """It comes again with the failed one: run now, it would run twice; set aside now, it would be there twice."""
    outcomes: dict[str, Outcome] = {"1": DONE, "2": REFUSED, "3": FAILED, "4": REFUSED, "5": DONE}
    assert _settle([_item(name) for name in outcomes], outcomes.__getitem__) == (["1", "2", "3"], ["3"])
    assert [message["place"] for message in QUEUE.messages] == [{"number": "2"}]


def test_what_has_no_name_is_set_aside_behind_a_failure_too() -> None:
    """It could not be asked for again, and must not bring back what is done."""
    outcomes: dict[str, Outcome] = {"1": DONE, "2": FAILED, "": REFUSED, "3": DONE}
    assert _settle([_item(name) for name in outcomes], outcomes.__getitem__) == (["1", "2", ""], ["2"])
    assert len(QUEUE.messages) == 1


def test_groups_do_not_wait_for_each_other() -> None:
    items = [_item("1", "a"), _item("2", "b"), _item("3", "a"), _item("4", "b")]
    tried, told = _settle(items, lambda name: FAILED if name == "1" else DONE)
    assert (tried, told) == (["1", "2", "4"], ["1"])


def test_many_are_written_in_batches_that_sqs_takes() -> None:
    """The stand-in refuses larger ones."""
    large = [_item(str(number), record="x" * 300_000) for number in range(10)]
    _settle([*large, *(_item(str(number)) for number in range(10, 40))], lambda name: REFUSED)
    assert [message["place"]["number"] for message in QUEUE.messages] == [str(number) for number in range(40)]


@pytest.mark.parametrize(
    "record", ["x" * 1_100_000, float("nan"), object(), {1: {(): 2}}], ids=["large", "nan", "object", "key"]
)
def test_what_no_message_holds_is_named_by_its_place(record: object) -> None:
    assert _settle([_item("1", record=record)], lambda name: REFUSED) == (["1"], [])
    (message,) = QUEUE.messages
    assert "record" not in message
    assert message["place"] == {"number": "1"}


def test_a_record_without_end_is_named_by_its_place() -> None:
    record: list[object] = []
    for _ in range(100_000):
        record = [record]
    _settle([_item("1", record=record)], lambda name: REFUSED)
    assert "record" not in QUEUE.messages[0]


def test_a_message_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQS takes no control characters."""
    sent: list[str] = []

    def send(**call: Any) -> dict[str, Any]:
        sent.extend(entry["MessageBody"] for entry in call["Entries"])
        return {}

    monkeypatch.setattr(QUEUE, "send_message_batch", send)
    _settle([_item("1", record="\x00\x1b\ud800\uffff")], lambda name: REFUSED)
    assert sent[0].isascii()
    assert sent[0].isprintable()
    assert json.loads(sent[0])["record"] == "\x00\x1b\ud800\uffff"


def test_what_the_queue_took_only_in_part_comes_again_in_part(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(QUEUE, "send_message_batch", lambda **_: {"Failed": [{"Id": "2", "SenderFault": False}]})
    tried, told = _settle([_item(str(number)) for number in range(5)], lambda name: REFUSED)
    assert (len(tried), told) == (5, ["2"])
    assert [json.loads(line)["error"] for line in capfd.readouterr().out.splitlines()] == ["NotSetAside"]


def test_a_queue_that_fails_is_not_asked_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that waits for each of them would run out of time, and its good records would come again."""
    asked: list[object] = []

    def fail(**call: Any) -> dict[str, Any]:
        asked.append(call)
        raise ConnectionError

    monkeypatch.setattr(QUEUE, "send_message_batch", fail)
    _, told = _settle([_item(str(number)) for number in range(100)], lambda name: REFUSED)
    assert (len(asked), told) == (1, ["0"])


def test_what_has_no_name_and_could_not_be_written_fails_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no other way to say that it must come again."""
    _settle([_item("")], lambda name: REFUSED)
    assert len(QUEUE.messages) == 1
    QUEUE.messages.clear()
    monkeypatch.setattr(QUEUE, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]})
    with pytest.raises(FunctionFailed, match=r"^NotSetAside, correlation id an-id$"):
        _settle([_item("")], lambda name: REFUSED)


def test_a_place_holds_plain_values_alone() -> None:
    record = {"a": {"b": "shard-1:2"}, "line": "a\nb", "long": "x" * 3_000, "number": 2**70, "bool": True, "at": 5}
    found = kept(record, b="a.b", line="line", long="long", number="number", bool="bool", at="at", gone="a.b.c")
    assert (found.place, found.record) == ({"b": "shard-1:2", "at": 5}, record)
    assert kept("text", a="a.b").place == {}


def test_no_client_is_made_where_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAILURES_QUEUE", raising=False)
    monkeypatch.setattr(set_aside, "client", lambda: pytest.fail("a client was made"))
    assert _settle([_item("1")], lambda name: DONE) == (["1"], [])
    assert "FAILURES_QUEUE" not in os.environ
