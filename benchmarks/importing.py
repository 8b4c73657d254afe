"""One import in a fresh process: `importing.py FOLDER MODULE` prints its seconds and the peak memory after it as JSON.

Ends at once afterwards: what Python does to clean up is no part of an import.
"""

from __future__ import annotations

import sys
import time


def main(folder: str, module: str) -> None:
    """Nothing else is imported before: it would be there already when the module asks for it."""
    sys.path.insert(0, folder)
    start = time.perf_counter()
    __import__(module)
    seconds = time.perf_counter() - start

    import json
    import os

    from memory import held  # type: ignore[import-not-found]  # Beside this script.

    loaded = sorted(name for name in sys.modules if name.startswith("bench.guard.sources."))
    sys.stdout.write(json.dumps({"seconds": seconds, "mebibytes": held("VmHWM"), "sources": loaded}))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
