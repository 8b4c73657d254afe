"""Runs in a service's environment: what the guards of the services named after it make of well-formed events, as JSON.

The arguments are pairs: a service's folder and a file of events by the name of their variant.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def judged(service: Path, events: Path) -> dict[str, str]:
    """For each variant empty where the function would be called with it or it is done without, else what is wrong."""
    (package,) = (path.parent.name for path in (service / "src").glob("*/guard"))
    (module,) = (path.parent.name for path in (service / "src" / package / "functions").glob("*/handler.py"))
    sys.path.insert(0, str(service / "src"))
    source = import_module(f"{package}.functions.{module}.handler").handler.source
    rejected = import_module(f"{package}.guard.rejection").Rejected
    found = {}
    for name, event in json.loads(events.read_text(encoding="utf-8")).items():
        try:
            items = source.items(event)
            for item in items:
                item.parse()
            found[name] = ""
        except rejected as error:
            found[name] = f"refused: {error.stage}, {[problem.public() for problem in error.problems]}"
    return found


def main(words: list[str]) -> None:
    """Print a JSON object: kind (the stem of the events' file), variant, what is wrong."""
    os.environ |= {"POWERTOOLS_SERVICE_NAME": "accepted", "STAGE": "test"}
    pairs = zip(words[::2], words[1::2], strict=True)
    found: dict[str, Any] = {Path(events).stem: judged(Path(service), Path(events)) for service, events in pairs}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
