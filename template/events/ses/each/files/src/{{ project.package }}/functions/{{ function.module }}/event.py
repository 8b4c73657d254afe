"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from ...guard import Ident, Line, Payload
from ...guard.addresses import Email
from ...guard.sources.ses import Verdict


class {{ function.id }}(Payload):
    """What SES says of a mail. It has also: time, recipients, from_addresses, to, cc, reply_to, message_id, spf, dkim,
    dmarc, dmarc_policy. Whoever sends a mail writes all of it, the addresses too; the verdicts are SES's own.
    """

    id: Ident
    source: Email | None = None
    subject: Line | None = None
    spam: Verdict
    virus: Verdict
