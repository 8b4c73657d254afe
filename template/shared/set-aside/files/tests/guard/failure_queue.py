"""A stand-in for the queue that refused records are set aside in."""

from __future__ import annotations

import json
from typing import Any

from {{ project.package }}.guard import set_aside

#: What makes the real client.
CLIENT = set_aside.client


class FailureQueue:
    """Takes what SQS takes, and keeps it: `messages` holds what a message says, in order. Every test starts empty."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        entries: list[dict[str, str]] = call["Entries"]
        assert call["QueueUrl"]
        assert 0 < len(entries) <= 10
        assert len({entry["Id"] for entry in entries}) == len(entries)
        assert sum(len(entry["MessageBody"].encode("utf-8")) for entry in entries) <= 1024 * 1024
        self.messages += [json.loads(entry["MessageBody"]) for entry in entries]
        return {"Successful": [{"Id": entry["Id"]} for entry in entries]}


QUEUE = FailureQueue()
