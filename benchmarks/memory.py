"""What memory a process holds, as Linux counts it: `getrusage` gives a child what its parent held."""

from __future__ import annotations

import re
from pathlib import Path


def held(name: str) -> float:
    """MiB: VmRSS is what this process holds now, VmHWM the most that it ever held."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    assert found
    return int(found[1]) / 1024
