"""How a log record becomes a line: Powertools' JSON, with every value looked at once more on the way out."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Collection, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from pydantic_core import to_jsonable_python

from .. import settings
from .failure import kind_of, place
from .scrub import described, shown

#: Keys that Powertools and the guard fill themselves.
_OWN_KEYS = frozenset(
    {
        "level", "location", "message", "timestamp", "service", "sampling_rate", "cold_start", "function_name",
        "function_memory_size", "function_arn", "function_request_id", "function_version", "correlation_id",
    }
)  # fmt: skip
#: The form of time that Lambda's own filter of log levels understands.
_RFC3339: dict[str, Any] = {"use_rfc3339": True, "utc": True}
#: What the guard's own records carry: a logger's name would not do, since anybody can ask for a logger by its name.
_MARK, _OWN = "_holdfast", object()
_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}\Z")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_MOST_FIELDS = 30


#: What stands in every line about the item that is being handled.
TAGS: ContextVar[Mapping[str, str]] = ContextVar("tags", default={})  # noqa: B039 - never changed, only replaced


class Vetted(NamedTuple):
    """A value that the guard made itself, and that holds nothing of an event but what a model has checked."""

    value: object


def own_fields(fields: Mapping[str, object], taken: Iterable[str]) -> dict[str, object]:
    """`fields` as a log record of the guard can take them: none that would overwrite the record's own or what is
    `taken`, none with a chosen name.
    """
    kept = _named(fields, _RESERVED.union(taken))
    withheld = {"withheld": Vetted(len(fields) - len(kept))} if len(fields) > len(kept) else {}
    return kept | withheld | {_MARK: _OWN}


def attributes(fields: Mapping[str, object]) -> dict[str, bool | int | float | str]:
    """`fields` as the attributes of a span: by the rule of a log line, and none that guard sets itself."""
    judged = {name: _value(name, value) for name, value in _named(fields, _OWN_KEYS).items()}
    return {name: value for name, value in judged.items() if isinstance(value, bool | int | float | str)}


def vetted_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields that guard made itself, whatever they are called, as a log record can take them."""
    return {name: Vetted(value) for name, value in fields.items()} | {_MARK: _OWN}


def is_taken(name: str) -> bool:
    """Whether a line with a metric has a field of this name already."""
    return name in _RESERVED or name in TAGS.get() or name == "stage"


def _named(fields: Mapping[str, object], reserved: Collection[str]) -> dict[str, object]:
    """The first fields with a fitting name; one that is reserved gets a `_` at its end."""
    named = {name: value for name, value in fields.items() if _FIELD_NAME.match(name)}
    kept = dict(list(named.items())[:_MOST_FIELDS])
    return {f"{name}_" if name in reserved else name: value for name, value in kept.items()}


class Formatter(LambdaPowertoolsFormatter):
    """Shows values under allowed keys only, exceptions as type and place, other people's messages not at all."""

    def __init__(self) -> None:
        super().__init__(json_serializer=_line, json_deserializer=str, serialize_stacktrace=False, **_RFC3339)

    def format(self, record: logging.LogRecord) -> str:
        safe = logging.makeLogRecord(record.__dict__)
        if safe.__dict__.pop(_MARK, None) is not _OWN:
            safe = logging.makeLogRecord({key: record.__dict__[key] for key in _PLACE if key in record.__dict__})
            safe.msg, safe.logger = "vendor_log", Vetted(record.name)
        elif not isinstance(record.msg, str):
            safe.msg = described(record.msg)
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            safe.error, safe.place = Vetted(kind_of(error)), Vetted(place(error))
        safe.__dict__.update({name: Vetted(value) for name, value in TAGS.get().items()})
        safe.args, safe.exc_info, safe.exc_text, safe.stack_info = (), None, None, None
        if safe.levelno == logging.DEBUG and shows_values():
            fields = {key: value for key, value in safe.__dict__.items() if key not in _RESERVED}
            safe.__dict__.update({key: Vetted(_plain(value)) for key, value in fields.items()})
        return super().format(safe)

    def serialize(self, log: Any) -> str:
        return self.json_serializer({key: _value(key, value) for key, value in log.items()})


#: Names of stages that are in use: nothing of an event is shown there.
_PRODUCTION = frozenset({"live", "prd", "prod"})


def shows_values() -> bool:
    """Whether debug lines may show values in this stage."""
    stage = os.environ.get("STAGE", "")
    # A service from before this setting has none.
    return stage in getattr(settings, "DEBUG_VALUES", ()) and stage not in _PRODUCTION


def _plain(value: object) -> object:
    """A value as JSON can show it."""
    if isinstance(value, Vetted):
        return value.value
    return to_jsonable_python(value, fallback=described, inf_nan_mode="strings")


_PLACE = ("name", "levelname", "levelno", "created", "msecs", "funcName", "lineno", "pathname", "filename")
_RESERVED = frozenset({*logging.makeLogRecord({}).__dict__, "asctime", "xray_trace_id", "withheld", *_OWN_KEYS})


def _value(key: str, value: object) -> object:
    if isinstance(value, Vetted):
        return value.value
    if key == "xray_trace_id":
        return value if isinstance(value, str) and _TRACE_ID.match(value) else described(value)
    return shown(value) if key in _OWN_KEYS or key in settings.LOG_FIELDS else described(value)


def _line(log: Any) -> str:
    return json.dumps(log, separators=(",", ":"), default=described)
