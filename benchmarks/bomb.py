"""What a gzip bomb costs: `bomb.py EVENT SERVICE` or `bomb.py EVENT` for the stock parser; prints JSON.

A process of its own for each side, because a process never gives its peak of memory back.
"""

# mypy: ignore-errors

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from memory import held


def _ours(service: str):
    sys.path.insert(0, str(Path(service) / "src"))
    from bench.functions.logs.handler import handler

    return lambda event: [payload for item in handler.source.items(event) for payload in item.parse()]


def _stock():
    from aws_lambda_powertools.utilities.parser import parse
    from aws_lambda_powertools.utilities.parser.models import CloudWatchLogsModel

    return lambda event: parse(event, model=CloudWatchLogsModel)


def main(event_file: str, *service: str) -> None:
    """Parse a small event, so that all is loaded, then the bomb."""
    small, bomb = json.loads(Path(event_file).read_text(encoding="utf-8"))
    parsed = _ours(*service) if service else _stock()
    parsed(small)
    before, start, refused = held("VmRSS"), time.perf_counter(), False
    try:
        parsed(bomb)
    except Exception:  # noqa: BLE001 - however it is refused
        refused = True
    seconds = time.perf_counter() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "mebibytes": held("VmHWM") - before, "refused": refused}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
