"""What is set aside goes to a stand-in, so that attacks need no AWS."""

from __future__ import annotations

import pytest

from {{ project.package }}.guard import set_aside

from .failure_queue import QUEUE


@pytest.fixture(autouse=True)
def _failure_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    QUEUE.messages.clear()
    monkeypatch.setenv("FAILURES_QUEUE", "no-queue-here")
    monkeypatch.setattr(set_aside, "client", lambda: QUEUE)
