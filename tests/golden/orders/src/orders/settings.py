"""What this service decides itself: yours to change."""

#: Fields that log lines show by value. Name only what is no secret and nobody's personal data; every other field of a
#: `log.info(…)` shows its type and size.
LOG_FIELDS: frozenset[str] = frozenset({"id"})

#: Limits by event source, where its own are too wide or too narrow: bytes, depth, nodes and records of one event.
#: {"http-api": {"bytes": 64 * 1024, "depth": 8}} makes the API refuse any larger body.
LIMITS: dict[str, dict[str, int]] = {}

#: Stages in which debug lines show every field by value, and the text of errors; `make invoke` runs in "local". In a
#: stage called prod, prd or live nothing is shown, whatever stands here.
DEBUG_VALUES: frozenset[str] = frozenset({"local"})
