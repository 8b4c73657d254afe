"""Mail that SES receives: what it says of each. The mail itself lies in a bucket."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from ..asynchronous import AsynchronousSource, Moment
from ..binding import bound
from ..limits import KIB, Limits
from ..models import Envelope
from ..origin import Filled, Origin
from ..rejection import UNSAFE_TEXT, Problem, Rejected
from ..source import E, records

#: What SES found out. GRAY: it does not know; DISABLED: it did not look.
Verdict = Literal["PASS", "FAIL", "GRAY", "PROCESSING_FAILED", "DISABLED"]

#: One mailbox: an address in brackets behind any name, or alone; a comment may follow.
_MAILBOX = re.compile(
    r'\s*+(?:(?:"(?:[^"\\]|\\.)*+"|[^"<>,;\\])*+<([^<>\s"]++)>|([^<>\s",;:()]++))\s*+(?:\([^()<>"\\]*+\)\s*+)?',
)
#: `undisclosed-recipients:;` names nobody.
_NOBODY = re.compile(r"[^:;,<>@]*+:\s*+;\s*+")
#: What of a mail is a list of mailboxes.
_MAILBOXES = frozenset({"cc", "from_addresses", "reply_to", "to"})


class Header(Origin):
    """A header of the mail, by its name: `reply: Annotated[Line | None, Header("In-Reply-To")] = None`.

    The sender's words, like all of a mail. A list takes one that stands there more than once. SES cuts headers beyond
    10 KB, so any can be missing.
    """

    part = "headers"


class _Verdict(Envelope):
    status: str


class _Receipt(Envelope):
    """What SES did. Each check's verdict can be missing, and the action is any of the rule's."""

    recipients: list[str]
    spam: _Verdict | None = Field(None, alias="spamVerdict")
    virus: _Verdict | None = Field(None, alias="virusVerdict")
    spf: _Verdict | None = Field(None, alias="spfVerdict")
    dkim: _Verdict | None = Field(None, alias="dkimVerdict")
    dmarc: _Verdict | None = Field(None, alias="dmarcVerdict")
    dmarc_policy: str | None = Field(None, alias="dmarcPolicy")


class _Header(Envelope):
    name: str
    value: str


class _CommonHeaders(Envelope):
    """What the sender wrote, or left out."""

    from_addresses: list[str] | None = Field(None, alias="from")
    to: list[str] | None = None
    cc: list[str] | None = None
    reply_to: list[str] | None = Field(None, alias="replyTo")
    message_id: str | None = Field(None, alias="messageId")
    subject: str | None = None


class _Mail(Envelope):
    id: str = Field(alias="messageId")
    time: Moment = Field(alias="timestamp")
    #: Empty for a mail that says what became of another.
    source: str | None = None
    headers: list[_Header] = Field(default_factory=list)
    common: _CommonHeaders = Field(default_factory=_CommonHeaders, alias="commonHeaders")


class _Message(Envelope):
    mail: _Mail
    receipt: _Receipt


class SesRecord(Envelope):
    """One mail. What it says of itself is the sender's choice; the receipt is SES's own."""

    event_source: Literal["aws:ses"] = Field(alias="eventSource")
    message: _Message = Field(alias="ses")


class Ses(AsynchronousSource[E]):
    """Of mailboxes a model gets the address alone: anybody may put any name beside it, another address too."""

    name = "ses"
    parts = frozenset({Header.part})
    described = _MAILBOXES | {
        "dkim",
        "dmarc",
        "dmarc_policy",
        "id",
        "message_id",
        "recipients",
        "source",
        "spam",
        "spf",
        "subject",
        "time",
        "virus",
    }
    #: SES cuts the headers at 10 KB; the rest is addresses.
    limits = Limits(bytes=256 * KIB, records=1)

    def payloads(self, event: object) -> list[E]:
        found = records(event, "Records", self.limits)
        return [self._payload(self.open(SesRecord, record).message) for record in found]

    def _payload(self, message: _Message) -> E:
        known = _known(message)
        asked: dict[str, object] = {}
        for key, filled in self.origins.items():
            if filled.part == Header.part:
                asked[key] = _header(message.mail.headers, filled, key)
            elif filled.name in _MAILBOXES:
                asked[key] = _addresses(known[filled.name], key)
            else:
                asked[key] = known[filled.name]
        return bound(self.model, self.origins, "{}", {k: v for k, v in asked.items() if v is not None}, self.limits)


def _known(message: _Message) -> Mapping[str, Any]:
    """What a model may ask for, by its name; None is what the mail or SES left out."""
    mail, receipt = message.mail, message.receipt
    known = {**mail.common.model_dump(), **receipt.model_dump(), "id": mail.id, "time": mail.time}
    known |= {name: value["status"] for name, value in known.items() if isinstance(value, dict)}
    return known | {"source": mail.source or None}


def _header(headers: Sequence[_Header], asked: Filled, key: str) -> str | list[str] | None:
    name = asked.name.lower().replace("_", "-")
    values = [header.value for header in headers if header.name.lower() == name]
    if asked.many:
        return values
    if len(values) > 1:
        raise Rejected("payload", Problem("repeated", (key,)))
    return values[0] if values else None


def _addresses(mailboxes: Sequence[str] | None, key: str) -> list[str] | None:
    """The address of each mailbox, refused where it is not clear which one that is."""
    if mailboxes is None:
        return None
    found = []
    for mailbox in mailboxes:
        match = _MAILBOX.fullmatch(mailbox)
        if match:
            found.append(match[1] or match[2])
        elif not _NOBODY.fullmatch(mailbox):
            raise Rejected("payload", Problem(UNSAFE_TEXT, (key,)))
    return found


def ses(model: type[E]) -> Ses[E]:
    """What SES says of a mail as `model`, by the names of its fields: id, time, recipients, source, from_addresses, to,
    cc, reply_to, subject, message_id, the verdicts spam, virus, spf, dkim and dmarc, dmarc_policy; and by a `Header`.

    What a mail leaves out is missing: give such a field None for a default.
    """
    return Ses(model)
