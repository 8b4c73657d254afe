"""Is .aws-sam/pack what was packed? One digest stands for each file that it lists."""

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
    for name, digest in sums.items():
        path = PACK / name
        if path.is_symlink() or not path.is_file():
            yield f"{name} is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"{name} is not what was packed"


def main(digest: str) -> None:
    if found := list(wrong(digest)):
        sys.exit("\n".join(f"pack: {line}" for line in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
