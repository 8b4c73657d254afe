"""A handler as the Powertools documentation has it: Logger, Metrics, Tracer and Parser."""

# Runs where Powertools is installed, which is not where mypy runs.
# mypy: ignore-errors

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.parser import BaseModel, event_parser
from aws_lambda_powertools.utilities.parser.envelopes import ApiGatewayV2Envelope

logger = Logger()
metrics = Metrics(namespace="bench")
tracer = Tracer()


class Order(BaseModel):
    """What the generated starter model holds."""

    id: str


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
@event_parser(model=Order, envelope=ApiGatewayV2Envelope)
def handler(event, _context):
    """Answer the request."""
    logger.info("done")
    return {"statusCode": 200, "body": event.id}
