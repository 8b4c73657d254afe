"""place-order: business code only. What is not as event.py says never gets here."""

from ... import resources
from ...guard import Context, guarded, log
from ...guard.sources.http_api import http_api
from .event import PlaceOrder


@guarded(http_api(PlaceOrder))
def handler(event: PlaceOrder, context: Context) -> dict[str, str]:
    """Answer POST /orders."""
    resources.orders().put_item(Item=event.model_dump(mode="json"))
    resources.inbox().send_message(MessageBody=event.model_dump_json())
    log.info("place-order done", id=event.id)
    return {"id": event.id}
