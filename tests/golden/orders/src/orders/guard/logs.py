"""The log: Powertools' Logger behind an allowlist, so that a secret cannot be printed by mistake."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from aws_lambda_powertools.logging import Logger

from .context import Context, Handler
from .failure import kind_of, place
from .log_format import TAGS, Formatter, Vetted, own_fields, shows_values, vetted_fields

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

#: These print requests, answers and credentials when they are asked for more than warnings.
_VENDORS = ("botocore", "boto3", "s3transfer", "urllib3", "aws_lambda_powertools")
_LOGGERS = (logging.getLogger(), *map(logging.getLogger, _VENDORS))


class _Stdout(logging.StreamHandler[TextIO]):
    """Writes to what is standard output now, and loses a line rather than print what it could not format."""

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _stream: TextIO) -> None: ...

    def handleError(self, record: logging.LogRecord) -> None: ...  # noqa: N802 - logging's own name


class _Ended(logging.Formatter):
    """Ends each line, as the Lambda runtime's own formatters do: its handler does not."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return self._formatter.format(record) + "\n"


class _Tagged:
    """`TAGS` for a block. Powertools' own append_context_keys takes ten times as long, for each record of a batch."""

    __slots__ = ("_before", "_fields")

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def __enter__(self) -> None:
        self._before = TAGS.set({**TAGS.get(), **self._fields})

    def __exit__(self, *_: object) -> None:
        TAGS.reset(self._before)


class Log:
    """Writes one JSON line a call, never raises. A field shows its value where settings.LOG_FIELDS names it, and is a
    plain scalar; anything else shows its type and size. `message` is a fixed text: put nothing of an event into it.
    """

    def __init__(self) -> None:
        self._formatter = Formatter()
        self._logger = Logger(logger_handler=_Stdout(), logger_formatter=self._formatter)
        self._hush()

    def debug(self, message: str, /, **fields: object) -> None:
        self._write(self._logger.debug, message, fields)

    def info(self, message: str, /, **fields: object) -> None:
        self._write(self._logger.info, message, fields)

    def warning(self, message: str, /, **fields: object) -> None:
        self._write(self._logger.warning, message, fields)

    def error(self, message: str, /, **fields: object) -> None:
        self._write(self._logger.error, message, fields)

    def why(self, error: BaseException) -> None:
        """What an error says, for whoever develops: a debug line, and only where settings.DEBUG_VALUES allows it."""
        if shows_values():
            with suppress(Exception):
                self.debug("error_text", text=str(error))

    def tagged(self, fields: Mapping[str, str]) -> _Tagged:
        """Put the guard's own `fields` into every line until the block ends."""
        return _Tagged(fields)

    def metered(self, fields: Mapping[str, object]) -> None:
        """Write guard's own `fields` about a metric, at a level that neither Powertools nor Lambda filters out."""
        with suppress(Exception):
            write = self._logger.info if self._logger.log_level <= logging.INFO else self._logger.warning
            write("metric", stacklevel=5, extra=vetted_fields(fields))

    def around(self, handler: Handler) -> Handler:
        """`handler` with the invocation's own keys in every line, and none left over from the invocation before."""

        def keyed(event: object, context: Context) -> Any:
            self._hush()
            self._logger.append_keys(correlation_id=context.aws_request_id, function_version=context.function_version)
            return handler(event, context)

        return self._logger.inject_lambda_context(keyed, log_event=False, clear_state=True)

    def _write(self, write: Any, message: object, fields: dict[str, object]) -> None:
        with suppress(Exception):  # A line in the log is never worth an invocation.
            write(message, stacklevel=4, extra=own_fields(fields, (*self._formatter.get_current_keys(), *TAGS.get())))

    def _hush(self) -> None:
        hush(self._formatter)
        threading.excepthook = self._thread_failed
        sys.unraisablehook = self._cleanup_failed

    def _thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        """In place of Python's own hook, which prints the error with its values."""
        if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
            self._left("thread_failed", failed.exc_value)

    def _cleanup_failed(self, failed: UnraisableHookArgs) -> None:
        """In place of Python's own hook, for errors in `__del__` and callbacks that nobody could catch."""
        if failed.exc_value is not None:
            self._left("cleanup_failed", failed.exc_value)

    def _left(self, message: str, error: BaseException) -> None:
        self.error(message, error=Vetted(kind_of(error)), place=Vetted(place(error)))


def hush(formatter: logging.Formatter) -> None:
    """Keep everybody else's logs at warnings, and what the Lambda runtime's handler prints of them free of values."""
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    for logger in _LOGGERS:
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        if type(handler).__module__.startswith("awslambdaric"):
            handler.setFormatter(_Ended(formatter))


log = Log()
