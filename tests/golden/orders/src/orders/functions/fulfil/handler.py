"""fulfil: business code only. What is not as event.py says never gets here."""

from ... import resources
from ...guard import Context, guarded, log
from ...guard.sources.sqs import sqs
from .event import Fulfil


@guarded(sqs(Fulfil))
def handler(event: Fulfil, context: Context) -> None:
    """Do what one message of the queue inbox asks for; an error brings it back, so be ready for that."""
    resources.orders().get_item(Key={"id": event.id})
    resources.orders().update_item(
        Key={"id": event.id},
        UpdateExpression="SET seen = :seen",
        ExpressionAttributeValues={":seen": True},
    )
    log.info("fulfil done", id=event.id)
