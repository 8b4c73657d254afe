"""Settings of template.yaml, samconfig.toml and holdfast.toml that put events, answers or errors into logs and traces,
or a key where the configuration is read.

A stage may log more on purpose: an override of the level in samconfig.toml is fine where the stage is not production.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from . import allow
from .finding import Finding

RULE = "verbose-setting"
FILES = ("template.yaml", "samconfig.toml", "holdfast.toml")

_KEY = "holds a key for whoever reads the configuration"
_VARIABLES = {
    "DD_API_KEY": _KEY,
    "DD_CAPTURE_LAMBDA_PAYLOAD": "sends events and answers to Datadog",
    "NEW_RELIC_LICENSE_KEY": _KEY,
    "OTEL_EXPORTER_OTLP_HEADERS": _KEY,
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS": _KEY,
    "POWERTOOLS_DEBUG": "logs events",
    "POWERTOOLS_DEV": "answers errors with their tracebacks",
    "POWERTOOLS_LOGGER_LOG_EVENT": "logs events",
    "POWERTOOLS_TRACER_CAPTURE_ERROR": "puts the text of errors into traces",
    "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "puts answers into traces",
}
_PROPERTIES = {
    "DataTraceEnabled": "logs requests and answers",
    "IncludeExecutionData": "logs what goes into every state and out of it",
}
_LEVEL = re.compile(r"(?:[A-Z0-9_]*_)?LOG_LEVEL|(?!System)[A-Za-z0-9]*LogLevel")
_OVERRIDE = re.compile(r"""\b([A-Za-z0-9]*LogLevel)["']?(?:,ParameterValue)?=["']?([A-Za-z]+)""")
_STAGE = re.compile(r"""\bStage["']?(?:,ParameterValue)?=["']?([A-Za-z0-9]+)""")
_VERBOSE = frozenset({"DEBUG", "NOTSET", "TRACE"})
_OFF = frozenset({"", "0", "f", "false", "n", "no", "off"})
_PRODUCTION = frozenset({"live", "prd", "prod", "production"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Line and column from 1, and what is wrong there.
Said = tuple[int, int, str]


def findings(root: Path, file: str) -> Iterator[Finding]:
    """What is wrong in one of `FILES`, without what a comment allows."""
    text = (root / file).read_text("utf-8", errors="replace")
    try:
        said = set(_in_yaml(text) if file.endswith(".yaml") else _in_toml(text))
    except (yaml.YAMLError, tomllib.TOMLDecodeError):
        yield Finding(file, 1, 1, "syntax", f"is no {Path(file).suffix[1:].upper()}: mend it first", 1)
    else:
        raised = [Finding(file, line, column, RULE, message, line) for line, column, message in said]
        yield from allow.apply(raised, file, allow.in_lines(text), {RULE})


def _in_yaml(text: str) -> Iterator[Said]:
    """Every mapping of the file, at whatever depth."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(yaml.compose(text, Loader=_LOADER), ())]
    seen = set()  # An alias is the node that it names, even inside itself.
    while waiting:
        node, path = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, yaml.SequenceNode):
            waiting += [(each, path) for each in node.value]
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                waiting.append((value, inner))
                # A value that CloudFormation computes is no literal.
                written = value.value if isinstance(value, yaml.ScalarNode) and not value.tag.startswith("!") else None
                message = _message(inner[-1], written) or _default(inner, written)
                if message and not _is_other_stage(inner):
                    yield value.start_mark.line + 1, value.start_mark.column + 1, message


def _default(path: tuple[str, ...], written: str | None) -> str:
    """A parameter's default is what production gets where nobody says otherwise."""
    is_level = len(path) == 3 and path[0] == "Parameters" and path[2] == "Default" and _LEVEL.fullmatch(path[1])
    return _verbose(path[1], written) if is_level else ""


def _is_other_stage(path: tuple[str, ...]) -> bool:
    return path[0] == "Mappings" and not _PRODUCTION & set(path)


def _message(name: str, written: str | None) -> str:
    if name in _VARIABLES and (written is None or written.lower() not in _OFF):
        return f"{name} {_VARIABLES[name]}: take it out"
    if name in _PROPERTIES and (written is None or written.lower() not in _OFF):
        return f"{name} {_PROPERTIES[name]}: make it false"
    return _verbose(name, written) if _LEVEL.fullmatch(name) else ""


def _verbose(name: str, written: str | None) -> str:
    if written is None or written.upper() not in _VERBOSE:
        return ""
    return f"{name} is {written}, for production too: make it INFO, and override it for a stage in samconfig.toml"


def _in_toml(text: str) -> Iterator[Said]:
    lines = text.splitlines()
    for stage, table in tomllib.loads(text).items():
        start = next((number for number, line in enumerate(lines) if re.match(rf'\["?{re.escape(stage)}\b', line)), 0)
        for name, value in _pairs(table):
            for found in _wrong(stage, name, value):
                yield from _places(lines, start, *found)


def _pairs(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every key in a table and in those inside it, with its value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, key)
    else:
        yield name, value


def _wrong(stage: str, name: str, value: object) -> Iterator[tuple[str, str, str]]:
    """The words by which to find a wrong setting, and what is wrong."""
    if name == "parameter_overrides":
        given = " ".join(map(str, value)) if isinstance(value, list) else str(value)
        if _PRODUCTION & {stage, *_STAGE.findall(given)}:
            for parameter, level in _OVERRIDE.findall(given):
                if level.upper() in _VERBOSE:
                    yield parameter, level, f"{parameter} is {level} in production: make it INFO"
    elif message := _message(name, str(value)):
        yield name, "", message


def _places(lines: list[str], start: int, first: str, second: str, message: str) -> Iterator[Said]:
    """Where both words stand: TOML's reader does not say."""
    found = [number for number in range(start, len(lines)) if re.search(rf"\b{first}\b.*{second}", lines[number])]
    for number in found[:1]:
        yield number + 1, lines[number].index(first) + 1, message
    if not found:
        yield start + 1, 1, message
