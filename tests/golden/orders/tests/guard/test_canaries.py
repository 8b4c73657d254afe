"""A secret is planted wherever one could be, and looked for wherever somebody could read it."""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from orders import settings
from orders.guard import Context, annotate, boundary, log, metric, span
from orders.guard.context import Handler

from .functions import FUNCTIONS
from .harness import Function, Run, attacked, leaves, run, with_value

#: Passes for an identifier, so that it gets as far as a model lets it.
CANARY = "canary7d1f0c2e5b"

each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)


@pytest.fixture(autouse=True)
def _planted_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret beside the switches of Powertools that would print more than they should."""
    monkeypatch.setenv("API_TOKEN", CANARY)
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    monkeypatch.setenv("POWERTOOLS_DEV", "true")


def _withheld(result: Run) -> str:
    """The log without the fields that settings.LOG_FIELDS shows on purpose."""
    return json.dumps([{key: line[key] for key in line if key not in settings.LOG_FIELDS} for line in result.lines])


def _left(result: Run) -> str:
    """What the Lambda runtime would print of an error that left the handler."""
    return "".join(traceback.format_exception(result.error)) if result.error else ""


@each_function
@pytest.mark.parametrize("ending", ["\x00", "\u202e", "\ud800", " " * 2_000])
def test_a_refused_event_is_not_shown(
    function: Function, ending: str, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    sample, shown = function.sample(), function.carrier().shown
    for place, _ in leaves(sample):
        result = attacked(function, with_value(sample, place, CANARY + ending), context, capfd)
        if result.named("event_rejected"):
            assert CANARY not in result.output, place
            assert CANARY not in _left(result), place
            assert CANARY not in json.dumps(result.value), place
        assert shown & {str(key) for key in place} or CANARY not in _withheld(result), place


@pytest.mark.usefixtures("aws")
@each_function
def test_an_event_is_logged_by_allowed_fields_alone(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """The real handler; what it logs by name, it was allowed to in settings.py."""
    sample, carrier, model = function.sample(), function.carrier(), function.model()
    places = [place for place, _ in leaves(sample) if not carrier.shown & {str(key) for key in place}]
    events = [with_value(sample, place, CANARY) for place in places]
    payloads = [carrier.put(model, sample, place, CANARY) for place in carrier.values(model, sample)]
    for event in (*events, *filter(None, payloads)):
        result = run(function.handler(), event, context, capfd)
        assert CANARY not in _withheld(result)
        assert CANARY not in _left(result)


@contextmanager
def debugging() -> Iterator[None]:
    """Let debug lines through, as LogLevel or DebugSampleRate of template.yaml do."""
    logger = logging.getLogger(os.environ["POWERTOOLS_SERVICE_NAME"])
    before = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(before)


def _plainly() -> NoReturn:
    raise ValueError(CANARY)


def _chained() -> NoReturn:
    try:
        _plainly()
    except ValueError as error:
        error.add_note(CANARY)
        raise KeyError(CANARY) from error


def _grouped() -> NoReturn:
    raise ExceptionGroup(CANARY, [ValueError(CANARY)])


def _exiting() -> NoReturn:
    raise SystemExit(CANARY)


def _from_the_environment() -> NoReturn:
    raise RuntimeError(dict(os.environ))


def _printing_itself() -> NoReturn:
    class Loud(Exception):
        def __str__(self) -> str:
            log.error("printed", text=CANARY)
            raise ValueError(CANARY)

        __repr__ = __str__

    raise Loud(CANARY)


@each_function
@pytest.mark.parametrize(
    "fails", [_plainly, _chained, _grouped, _exiting, _from_the_environment, _printing_itself], ids=lambda f: f.__name__
)
def test_an_error_says_nothing(
    function: Function, fails: object, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """An error in business code leaves its type and place in the log, and a correlation id for the caller."""

    def failing(_event: object, _context: Context) -> object:
        assert callable(fails)
        return fails()

    result = run(function.around(failing), function.sample(), context, capfd)
    assert CANARY not in result.output
    assert CANARY not in _left(result)
    assert CANARY not in json.dumps(result.value)
    failures = result.named("function_failed")
    assert failures
    assert result.lines == failures, "an error leaves one line"
    assert failures[0].keys() >= {"error", "place", "correlation_id", "function_name", "function_version", "cold_start"}
    assert result.error is None or (result.error.__cause__, result.error.__context__) == (None, None)
    function.carrier().check_failed(result)


@each_function
def test_a_tracer_sees_no_more(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever records answers and errors of the handler, as tracers do, stands outside the boundary."""
    seen: list[str] = []

    def recording(handler: Handler) -> Handler:
        def recorded(event: object, context: Context) -> object:
            try:
                value = handler(event, context)
            except BaseException as error:
                seen.extend(traceback.format_exception(error))
                raise
            seen.append(repr(value))
            return value

        return recorded

    def failing(_event: object, _context: Context) -> NoReturn:
        raise ValueError(CANARY)

    monkeypatch.setattr(boundary, "traced", recording)
    run(function.around(failing), function.sample(), context, capfd)
    assert seen
    assert CANARY not in "".join(seen)


@pytest.mark.parametrize("stage", ["test", "prod"])
def test_debug_lines_show_no_values_where_settings_do_not_say_so(
    stage: str, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_event: object, _context: Context) -> NoReturn:
        log.debug("fields", token=CANARY)
        raise ValueError(CANARY)

    monkeypatch.setenv("STAGE", stage)
    allowed: frozenset[str] = getattr(settings, "DEBUG_VALUES", frozenset())  # An older service has none.
    monkeypatch.setattr(settings, "DEBUG_VALUES", allowed | {"prod"}, raising=False)
    with debugging():
        result = run(FUNCTIONS[0].around(failing), FUNCTIONS[0].sample(), context, capfd)
    assert result.named("fields"), "there are debug lines"
    assert CANARY not in result.output


def test_debug_lines_show_values_on_a_developers_machine(
    context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_event: object, _context: Context) -> NoReturn:
        log.debug("fields", token=CANARY)
        log.info("fields", token=CANARY)
        raise ValueError(CANARY)

    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setattr(settings, "DEBUG_VALUES", frozenset({"local"}), raising=False)
    with debugging():
        result = run(FUNCTIONS[0].around(failing), FUNCTIONS[0].sample(), context, capfd)
    debug, info = result.named("fields")
    assert (debug["token"], info["token"]) == (CANARY, f"<str, {len(CANARY)}>")
    assert result.named("error_text")[0]["text"] == CANARY


@each_function
def test_an_answer_that_cannot_be_sent_says_nothing(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    class Strange:
        def __repr__(self) -> str:
            return CANARY

    result = run(function.around(lambda _event, _context: {CANARY: Strange()}), function.sample(), context, capfd)
    assert CANARY not in result.output
    assert CANARY not in _left(result)


@each_function
def test_the_log_cannot_be_talked_into_it(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever a handler hands to `log`, and whatever a library logs, no value of an unnamed field comes out."""

    def talkative(event: object, _context: Context) -> None:
        sample = function.sample()
        log.info("fields", token=CANARY, event=event, headers={"authorization": CANARY}, text=[CANARY], error=CANARY)
        log.warning("reserved", message=CANARY, name=CANARY, args=CANARY, exc_info=CANARY, correlation_id=CANARY)
        log.info("environment", **dict(os.environ))
        log.info("names", **{CANARY: 1, f"{CANARY} x": 1})
        log.info({"token": CANARY, **sample})  # type: ignore[arg-type]
        log.debug("debug", token=CANARY)
        for name in ("botocore", "botocore.endpoint", "boto3.resources", "urllib3", "aws_lambda_powertools"):
            logging.getLogger(name).debug("request %s", CANARY)
            logging.getLogger(name).info(CANARY)

    result = run(function.around(talkative), function.sample(), context, capfd)
    assert result.error is None
    assert not result.named("function_failed")
    lines = [{key: value for key, value in line.items() if CANARY not in key} for line in result.lines]
    assert CANARY not in json.dumps(lines)
    assert lines


@each_function
def test_what_is_traced_and_counted_cannot_be_talked_into_it(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_facade.py looks at what the backend gets; this at what is printed, as in Lambda, by whatever backend."""

    def talkative(event: object, _context: Context) -> None:
        annotate(token=CANARY, event=event, **dict(os.environ))
        metric("orders", CANARY)  # type: ignore[arg-type]
        metric("orders", 1, unit=CANARY)  # type: ignore[arg-type]
        metric(f"{CANARY} x", 1)
        metric("orders", 1)
        with span("outer"), span("inner"):
            annotate(token=CANARY)
            raise ValueError(CANARY)

    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
    result = run(function.around(talkative), function.sample(), context, capfd)
    assert [line["error"] for line in result.named("function_failed")] == ["ValueError"]
    assert [line["wrong"] for line in result.named("metric_withheld")] == ["value", "unit", "name"]
    assert len(result.named("metric")) == 1
    assert CANARY not in result.output
    assert CANARY not in _left(result)


def test_the_runtime_prints_no_message_of_a_library(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    """In Lambda a handler of the runtime prints what libraries log; the guard puts its own format on it."""
    printed = type("Printed", (logging.StreamHandler,), {"__module__": "awslambdaric.bootstrap", "terminator": ""})()
    logging.getLogger().addHandler(printed)
    try:

        def noisy(_event: object, _context: Context) -> None:
            try:
                _plainly()
            except ValueError:
                logging.getLogger("library").exception("failed with %s", CANARY)
                logging.getLogger("library").error(CANARY)
            logging.getLogger("py.warnings").warning("%s", CANARY)

        result = run(FUNCTIONS[0].around(noisy), FUNCTIONS[0].sample(), context, capfd)
    finally:
        logging.getLogger().removeHandler(printed)
    assert CANARY not in result.output
    printed_lines = [(line["logger"], line.get("error")) for line in result.named("vendor_log")]
    assert printed_lines == [("library", "ValueError"), ("library", None), ("py.warnings", None)]
