"""`span`, `annotate` and `metric`: what reaches a backend, and what is seen of a canary that is put into them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest

from orders import settings
from orders.guard import Context, annotate, facade, log, metric, span
from orders.guard.tracing import CURRENT, Scalar, Span

from .functions import FUNCTIONS
from .harness import Run, run

CANARY = "canary7d1f0c2e5b"


@dataclass
class Recorded:
    """A span of no backend: all that it was told."""

    name: str
    fields: dict[str, Scalar] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    inner: list[Recorded] = field(default_factory=list)
    ended: int = 0
    broken: bool = False

    @property
    def ids(self) -> Mapping[str, str]:
        return {"span_id": self.name}

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        self._break()
        self.fields |= fields

    def fail(self, error: str) -> None:
        self._break()
        self.errors.append(error)

    def end(self) -> None:
        self.ended += 1
        self._break()

    def _break(self) -> None:
        if self.broken:
            raise OSError(CANARY)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """The span of an invocation, with a backend that keeps what it is given."""

    def opened(name: str, parent: Span) -> Recorded:
        assert isinstance(parent, Recorded)
        parent.inner.append(Recorded(name, broken=parent.broken))
        return parent.inner[-1]

    monkeypatch.setattr(facade, "opened", opened)
    monkeypatch.setattr(settings, "LOG_FIELDS", frozenset({"id"}))
    outermost = Recorded("root")
    before = CURRENT.set(outermost)
    yield outermost
    CURRENT.reset(before)


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "function-under-test")
    monkeypatch.setattr(facade, "_metrics", set())


def _measuring(
    context: Context, capfd: pytest.CaptureFixture[str], *given: tuple[Any, ...], unit: Any = "Count"
) -> Run:
    """An invocation that measures each of these."""

    def handler(_event: object, _context: Context) -> None:
        for name, value in given:
            metric(name, value, unit=unit)

    return run(FUNCTIONS[0].around(handler), FUNCTIONS[0].sample(), context, capfd)


def test_spans_are_nested_and_named_in_the_log(
    root: Recorded, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    @span("inner")
    def work() -> None:
        log.info("within")

    def handler(_event: object, _context: Context) -> None:
        with span("outer"):
            work()
            work()
        log.info("after")

    result = run(FUNCTIONS[0].around(handler), FUNCTIONS[0].sample(), context, capfd)
    (outer,) = root.inner
    assert (outer.name, [each.name for each in outer.inner]) == ("outer", ["inner", "inner"])
    assert [outer.ended, *(each.ended for each in outer.inner)] == [1, 1, 1]
    assert [line["span_id"] for line in result.named("within")] == ["inner", "inner"]
    assert "span_id" not in result.named("after")[0]


def test_a_span_that_is_kept_may_be_entered_within_itself_and_by_several_threads(root: Recorded) -> None:
    """And has a name: X-Ray takes none without."""
    kept, entered, left = span(""), Event(), Event()

    def work() -> None:
        with kept:
            entered.set()
            left.wait(10)

    thread = Thread(target=copy_context().run, args=(work,))
    with kept, kept:
        thread.start()
        assert entered.wait(10)
        annotate(id="inner")
    left.set()
    thread.join()
    assert CURRENT.get() is root
    outer, other = root.inner
    (first,) = outer.inner
    assert [each.fields for each in (outer, first, other)] == [{}, {"id": "inner"}, {}]
    assert [(each.name, each.ended) for each in (outer, first, other)] == [("_", 1)] * 3


def test_attributes_belong_to_the_innermost_span(root: Recorded) -> None:
    annotate(id="a")
    with span("work"):
        annotate(id="b")
        annotate(id="c")
    assert (root.fields, root.inner[0].fields) == ({"id": "a"}, {"id": "c"})


def test_attributes_are_judged_as_fields_of_the_log_are(root: Recorded) -> None:
    annotate(id=7, token=CANARY, event={"token": CANARY}, nothing=None, correlation_id=CANARY, **{f"{CANARY} x": 1})
    size = len(CANARY)
    assert root.fields == {
        "id": 7,
        "token": f"<str, {size}>",
        "event": "<dict, 1>",
        "nothing": "<NoneType>",
        "correlation_id_": f"<str, {size}>",
    }
    annotate(id=[CANARY])
    assert root.fields["id"] == "<list, 1>"


def test_an_error_in_a_span_says_its_type_alone(root: Recorded) -> None:
    with pytest.raises(ValueError, match=CANARY), span("outer"), span("inner"):
        raise ValueError(CANARY)
    outer = root.inner[0]
    assert (outer.errors, outer.inner[0].errors) == (["ValueError"], ["ValueError"])
    assert CANARY not in repr(root)
    with pytest.raises(Exception, match=CANARY), span("named"):
        raise type(CANARY, (Exception,), {})(CANARY)
    assert CANARY not in repr(root)


def test_an_error_that_the_boundary_takes_fails_the_span_of_the_invocation(
    root: Recorded, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    def handler(_event: object, _context: Context) -> None:
        raise ValueError(CANARY)

    run(FUNCTIONS[0].around(handler), FUNCTIONS[0].sample(), context, capfd)
    assert root.errors == ["ValueError"]


def test_a_backend_that_fails_is_not_noticed(
    root: Recorded, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    def handler(_event: object, _context: Context) -> None:
        with span("work"):
            annotate(id=CANARY)
        raise KeyError(CANARY)

    root.broken = True
    result = run(FUNCTIONS[0].around(handler), FUNCTIONS[0].sample(), context, capfd)
    assert root.inner[0].ended == 1
    assert [line["error"] for line in result.named("function_failed")] == ["KeyError"]
    assert CANARY not in result.output
    assert CURRENT.get() is root


def test_a_backend_that_opens_no_span_is_not_noticed(root: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_name: str, _parent: Span) -> None:
        raise OSError(CANARY)

    for opened in (failing, lambda _name, _parent: None):
        monkeypatch.setattr(facade, "opened", opened)
        with span("work"):
            annotate(id="a")
        assert CURRENT.get() is root
    assert root.fields == {"id": "a"}


def test_a_metric_is_a_line_that_cloudwatch_reads(
    in_lambda: None, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    result = _measuring(context, capfd, ("orders_placed", 2), ("orders_placed", Decimal("0.5")))
    first, second = result.named("metric")
    assert (first["orders_placed"], second["orders_placed"]) == (2, 0.5)
    assert (first["stage"], first["function_name"]) == ("test", "function-under-test")
    assert first["correlation_id"] == context.aws_request_id
    (directive,) = first["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "orders",
        "Dimensions": [["stage", "function_name"]],
        "Metrics": [{"Name": "orders_placed", "Unit": "Count"}],
    }
    assert first["_aws"]["Timestamp"] > 1_700_000_000_000


@pytest.mark.parametrize(
    ("name", "value", "unit", "wrong"),
    [
        (f"{CANARY} x", 1, "Count", "name"),
        (CANARY * 5, 1, "Count", "name"),
        ({CANARY: CANARY}, 1, "Count", "name"),
        ("message", 1, "Count", "name"),
        ("stage", 1, "Count", "name"),
        ("orders_placed", CANARY, "Count", "value"),
        ("orders_placed", [CANARY], "Count", "value"),
        ("orders_placed", True, "Count", "value"),
        ("orders_placed", float("nan"), "Count", "value"),
        ("orders_placed", 10**200, "Count", "value"),
        ("orders_placed", Decimal("sNaN"), "Count", ""),
        ("orders_placed", 1, CANARY, "unit"),
        ("orders_placed", 1, [CANARY], "unit"),
    ],
)
def test_what_is_no_metric_is_withheld(
    name: Any, value: Any, unit: Any, wrong: str, in_lambda: None, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    result = _measuring(context, capfd, (name, value), unit=unit)
    assert result.error is None
    assert [line["wrong"] for line in result.named("metric_withheld")] == ([wrong] if wrong else [])
    assert not result.named("metric")
    assert CANARY not in result.output


def test_a_service_has_no_more_than_a_hundred_metrics(
    in_lambda: None, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    result = _measuring(context, capfd, *((f"metric_{number}", 1) for number in range(102)), ("metric_0", 1))
    assert len(result.named("metric")) == 101
    assert [line["wrong"] for line in result.named("metric_withheld")] == ["number of names"] * 2


def test_nothing_is_seen_outside_lambda(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    """In a test, and on a developer's machine."""

    def handler(_event: object, _context: Context) -> None:
        with span("work"):
            annotate(id=CANARY)
            metric("orders_placed", 1)
        assert CURRENT.get() is None

    result = run(FUNCTIONS[0].around(handler), FUNCTIONS[0].sample(), context, capfd)
    assert (result.error, result.named("function_failed"), result.output) == (None, [], "")


def test_sams_local_lambda_is_not_lambda(
    in_lambda: None, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SAM_LOCAL", "true")
    assert _measuring(context, capfd, ("orders_placed", 1)).output == ""


def test_nothing_is_left_for_the_next_invocation(
    in_lambda: None, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    _measuring(context, capfd, ("orders_placed", 1))
    assert CURRENT.get() is None
    second = _measuring(context, capfd)
    assert CANARY not in json.dumps(second.lines)
    assert not second.named("metric")
