"""The model of what nightly-report takes; its sample in events/ must be like it."""

from pydantic import AwareDatetime

from ...guard import Ident, Payload


class NightlyReport(Payload):
    """When the function was due. What a schedule sends as `detail` is declared here too; any other field is refused."""

    id: Ident
    time: AwareDatetime
