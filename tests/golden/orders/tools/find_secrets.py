"""Secrets in files: those named, else all that git has or would take. Nothing that is found is sent anywhere to try it.

A line that only looks like one says so with `# pragma: allowlist secret`. What is not text of ours is left out: locks
are hashes, and a sample event's ids look like keys, so there the shape of a key counts, not its disorder.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

SCAN = (sys.executable, "-m", "detect_secrets.pre_commit_hook", "--no-verify")
#: Actions, ARNs and names of secrets; AWS's own examples of a key and of traces, what moto is given, a token without a
#: signature.
NONE = (
    *("--exclude-lines", r'\b(?:iam|kms|secretsmanager|sts):[A-Z]|\barn:[^ ]*:secretsmanager:|^secret = "[a-z-]+"$'),
    *("--exclude-secrets", r"^(?:AKIAIOSFODNN7EXAMPLE|53995c3f42cd8ad8|65943e2f1a2b3c4d5e6f708192a3b4c5)$"),
    *("--exclude-secrets", r"^(?:correct horse|local|testing|eyJhbGciOiJub25lIn0\..*)$"),
    *("--exclude-files", r"^(?:holdfast\.lock|(?:requirements[a-z-]*|tools/[a-z-]+)\.txt)$"),
)
SAMPLES = "events/"
UNORDERED = ("--disable-plugin", "Base64HighEntropyString", "--disable-plugin", "HexHighEntropyString")
AT_ONCE = 200


def listed() -> list[str]:
    """What git tracks here, and what it would take: all but what it ignores."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    done = subprocess.run(words, capture_output=True, check=False)
    names = [name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name]
    if done.returncode or not names:
        sys.exit("secrets: git knows no files here: `git init` first, or name the files")
    return names


def scan(names: Sequence[str], *options: str) -> bool:
    """Whether nothing was found in these files; what was found is printed with its file and line, not its value."""
    clean = True
    for start in range(0, len(names), AT_ONCE):
        words = [*SCAN, *NONE, *options, "--", *names[start : start + AT_ONCE]]
        clean &= subprocess.run(words, check=False).returncode == 0
    return clean


def main(names: Sequence[str]) -> int:
    names = [name.replace("\\", "/") for name in names or listed()]
    samples = [name for name in names if name.startswith(SAMPLES)]
    others = [name for name in names if not name.startswith(SAMPLES)]
    clean = [scan(others), scan(samples, *UNORDERED)]
    if all(clean):
        print(f"secrets: none in {len(names)} files")
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
