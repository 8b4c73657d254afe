"""nightly-report: business code only. What is not as event.py says never gets here."""

from ... import resources
from ...guard import Context, guarded, log
from ...guard.sources.schedule import schedule
from .event import NightlyReport


@guarded(schedule(NightlyReport))
def handler(event: NightlyReport, context: Context) -> None:
    """Run on schedule; an error brings the event back, so be ready to run twice for one `event.id`."""
    resources.orders().scan(Limit=25)
    log.info("nightly-report done", id=event.id)
