"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload
from ...guard.names import S3Key


class {{ function.id }}(Payload):
    """What S3 says of an object. It has also: bucket, size, etag, version_id, sequencer, event_name, time."""

    id: Ident
    key: S3Key
