"""Metrics as CloudWatch reads them out of the log: a line in its embedded metric format for each value.

Such a line is a line of the log like any other. Nothing is called, and nothing is lost when an invocation times out.
"""

from __future__ import annotations

import os
import time

from .logs import log

_DIMENSIONS = {"stage": "STAGE", "function_name": "AWS_LAMBDA_FUNCTION_NAME"}


def measured(name: str, value: float, unit: str) -> None:
    """Write one value of a metric, in the service's namespace, by stage and function."""
    dimensions = {key: os.environ.get(variable, "none") for key, variable in _DIMENSIONS.items()}
    directive = {
        "Namespace": os.environ.get("POWERTOOLS_SERVICE_NAME", "none"),
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    told = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    log.metered({"_aws": told, **dimensions, name: value})
