"""Is .aws-sam/pack what was packed? What the digest stands for is deployed, all of it, and nothing else."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACK = Path(".aws-sam/pack")
SUMS, DIGEST = PACK / "SHA256SUMS", PACK / "DIGEST"


def wrong(digest: str) -> Iterator[str]:
    """What is not as it was packed; `digest` is that of SHA256SUMS, in hexadecimal."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        yield "say which: DIGEST=..., as `make pack` prints it"
        return
    if not SUMS.is_file() or hashlib.sha256(SUMS.read_bytes()).hexdigest() != digest:
        yield f"{SUMS} is not there, or not the one with that digest"
        return
    sums = dict(line.split("  ", 1)[::-1] for line in SUMS.read_text("utf-8").splitlines())
    found = {path.name: path for path in PACK.iterdir() if path not in (SUMS, DIGEST)}
    for name in sorted(sums.keys() | found.keys()):
        if name not in sums:
            yield f"{name} was not packed"
        elif name not in found or not found[name].is_file() or found[name].is_symlink():
            yield f"{name} is missing"
        elif hashlib.sha256(found[name].read_bytes()).hexdigest() != sums[name]:
            yield f"{name} is not what was packed"


def main(digest: str) -> None:
    if found := list(wrong(digest)):
        sys.exit("\n".join(f"pack: {line}" for line in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
