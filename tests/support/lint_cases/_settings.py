"""Settings that show nothing, and settings that show too much."""

from __future__ import annotations

import json


def _function(*lines: str) -> str:
    """A template with one function that holds these lines."""
    head = "Resources:\n  Function:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    return head + "".join(f"      {line}\n" for line in lines)


def _variable(line: str) -> str:
    return _function("Environment:", "  Variables:", f"    {line}")


def _parameter(default: str) -> str:
    allowed = "    AllowedValues: [DEBUG, INFO]\n"
    return f"Parameters:\n  LogLevel:\n    Type: String\n    Default: {default}\n{allowed}"


def _stage(name: str, *overrides: str) -> str:
    return f"version = 0.1\n[{name}.deploy.parameters]\nparameter_overrides = {json.dumps(overrides)}\n"


def _environment(line: str) -> str:
    return f'[functions.a]\nevent = {{ kind = "sqs" }}\n[functions.a.environment]\n{line}\n'


#: What may stand in a service's settings, by file.
QUIET = [
    ("template.yaml", _variable("LOG_LEVEL: !Ref LogLevel")),
    ("template.yaml", _variable("LOG_LEVEL: !If [IsProduction, INFO, DEBUG]")),
    ("template.yaml", _variable("POWERTOOLS_DEV: false")),
    ("template.yaml", _variable('POWERTOOLS_LOGGER_LOG_EVENT: "0"')),
    ("template.yaml", _variable("POWERTOOLS_SERVICE_NAME: debug")),
    ("template.yaml", _variable("POWERTOOLS_DEV: true # allow: verbose-setting because nothing secret gets here")),
    ("template.yaml", _function("LoggingConfig:", "  ApplicationLogLevel: !If [SamplesDebug, DEBUG, !Ref LogLevel]")),
    ("template.yaml", _function("LoggingConfig:", "  SystemLogLevel: DEBUG")),
    ("template.yaml", _function("MethodSettings:", "  - LoggingLevel: INFO", "    DataTraceEnabled: false")),
    ("template.yaml", _parameter("INFO")),
    ("template.yaml", "Mappings:\n  Stages:\n    dev:\n      LogLevel: DEBUG\n"),
    ("template.yaml", ""),
    ("samconfig.toml", _stage("dev", "Stage=dev", "LogLevel=DEBUG")),
    ("samconfig.toml", _stage("prod", "Stage=prod", "LogLevel=INFO")),
    ("samconfig.toml", "version = 0.1\n[prod.deploy.parameters]\nparameter_overrides = 'Stage=prod'\n"),
    ("holdfast.toml", _environment('LOG_FORMAT = "json"')),
]

#: What may not, with the line and the start of the message.
VERBOSE = [
    ("template.yaml", _variable("LOG_LEVEL: DEBUG"), 7, "LOG_LEVEL is DEBUG, for production too: make it INFO"),
    ("template.yaml", _variable('POWERTOOLS_LOG_LEVEL: "debug"'), 7, "POWERTOOLS_LOG_LEVEL is debug"),
    ("template.yaml", _variable("AWS_LAMBDA_LOG_LEVEL: TRACE"), 7, "AWS_LAMBDA_LOG_LEVEL is TRACE"),
    (
        "template.yaml",
        _variable("POWERTOOLS_DEV: true"),
        7,
        "POWERTOOLS_DEV answers errors with their tracebacks: take",
    ),
    ("template.yaml", _variable("POWERTOOLS_DEV: 1"), 7, "POWERTOOLS_DEV"),
    ("template.yaml", _variable("POWERTOOLS_DEV: !Ref Dev"), 7, "POWERTOOLS_DEV"),
    ("template.yaml", _variable("POWERTOOLS_DEBUG: 'on'"), 7, "POWERTOOLS_DEBUG logs events"),
    ("template.yaml", _variable("POWERTOOLS_LOGGER_LOG_EVENT: yes"), 7, "POWERTOOLS_LOGGER_LOG_EVENT logs events"),
    ("template.yaml", _variable("POWERTOOLS_TRACER_CAPTURE_RESPONSE: true"), 7, "POWERTOOLS_TRACER_CAPTURE_RESPONSE"),
    ("template.yaml", _variable("POWERTOOLS_TRACER_CAPTURE_ERROR: true"), 7, "POWERTOOLS_TRACER_CAPTURE_ERROR"),
    ("template.yaml", _variable("DD_CAPTURE_LAMBDA_PAYLOAD: true"), 7, "DD_CAPTURE_LAMBDA_PAYLOAD"),
    ("template.yaml", _variable("OTEL_EXPORTER_OTLP_HEADERS: a=b"), 7, "OTEL_EXPORTER_OTLP_HEADERS holds a key"),
    ("template.yaml", _variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS: !Ref A"), 7, "OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
    (
        "template.yaml",
        _variable("DD_API_KEY: abc"),
        7,
        "DD_API_KEY holds a key for whoever reads the configuration: take",
    ),
    ("template.yaml", _variable("NEW_RELIC_LICENSE_KEY: abc"), 7, "NEW_RELIC_LICENSE_KEY holds a key"),
    ("template.yaml", _function("LoggingConfig:", "  ApplicationLogLevel: DEBUG"), 6, "ApplicationLogLevel is DEBUG"),
    ("template.yaml", _function("MethodSettings:", "  - DataTraceEnabled: true"), 6, "DataTraceEnabled logs requests"),
    ("template.yaml", _function("Logging:", "  IncludeExecutionData: true"), 6, "IncludeExecutionData logs what goes"),
    ("template.yaml", _parameter("DEBUG"), 4, "LogLevel is DEBUG, for production too"),
    (
        "template.yaml",
        "Globals:\n  Function:\n    Environment:\n      Variables: {LOG_LEVEL: DEBUG}\n",
        4,
        "LOG_LEVEL is",
    ),
    ("template.yaml", "Mappings:\n  Stages:\n    prod:\n      LogLevel: DEBUG\n", 4, "LogLevel is DEBUG"),
    ("template.yaml", "Resources: [", 1, "is no YAML: mend it first"),
    (
        "samconfig.toml",
        _stage("dev", "LogLevel=DEBUG") + _stage("prod", "LogLevel=DEBUG")[14:],
        5,
        "LogLevel is DEBUG in",
    ),
    ("samconfig.toml", _stage("production", "LogLevel=debug"), 3, "LogLevel is debug in production: make it INFO"),
    ("samconfig.toml", _stage("default", "Stage=prod", "LogLevel=DEBUG"), 3, "LogLevel is DEBUG in production"),
    (
        "samconfig.toml",
        '[prod.deploy.parameters]\nparameter_overrides = "Stage=prod LogLevel=\\"DEBUG\\""\n',
        2,
        "LogLevel",
    ),
    (
        "samconfig.toml",
        '[prod.deploy.parameters]\nparameter_overrides = "ParameterKey=LogLevel,ParameterValue=DEBUG"\n',
        2,
        "LogLevel is DEBUG",
    ),
    ("samconfig.toml", "[prod", 1, "is no TOML: mend it first"),
    ("holdfast.toml", _environment('POWERTOOLS_DEV = "true"'), 4, "POWERTOOLS_DEV answers errors"),
    ("holdfast.toml", _environment('DD_LOG_LEVEL = "DEBUG"'), 4, "DD_LOG_LEVEL is DEBUG"),
]
