"""A handler with Powertools' Logger and Metrics alone: nothing looks at its event."""

# Runs where Powertools is installed, which is not where mypy runs.
# mypy: ignore-errors

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics(namespace="bench")


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(_event, _context):
    """Answer the request."""
    logger.info("done")
    return {"statusCode": 200}
