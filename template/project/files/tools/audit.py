"""Every version that is locked, against the known vulnerabilities; no answer is a failure, never a pass.

pip-audit skips what a marker excludes on the machine it runs on, and stops at a package that is locked twice. So the
locks are taken apart: each (name, version) once, without markers, and a package's second version in a second file.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

#: All that an entry may be: no address and no option but hashes, so that only the index decides where it comes from.
PIN = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.!+_-]*)(?: *; *[A-Za-z0-9_.'\"()<>=! ]+?)?"
    r"((?: +--hash=sha256:[0-9a-f]{64})+) *"
)


def pins(lock: Path) -> dict[tuple[str, str], list[str]]:
    """Each version that `lock` holds, with its hashes. Any other line is refused, and so is a lock that holds none."""
    found: dict[tuple[str, str], list[str]] = {}
    text = re.sub(r"^#.*\n", "", lock.read_text("utf-8"), flags=re.MULTILINE)
    for entry in text.replace("\\\n", " ").splitlines():
        pin = PIN.fullmatch(entry)
        if not pin:
            sys.exit(f"{lock}: not a version with its hash, make the lock again: {entry.split('--hash')[0].strip()}")
        found[pin[1], pin[2]] = pin[3].split()
    if not found:
        sys.exit(f"{lock}: locks nothing, make it again")
    return found


def files(versions: dict[tuple[str, str], list[str]]) -> list[str]:
    """Requirements in which no name stands twice: most of them in the first text, the second versions in the next."""
    texts: list[dict[str, str]] = []
    for (name, version), hashes in sorted(versions.items()):
        text = next((text for text in texts if name not in text), None)
        if text is None:
            texts.append(text := {})
        text[name] = " ".join((f"{name}=={version}", *hashes))
    return ["\n".join(text.values()) + "\n" for text in texts]


def audit(text: str) -> tuple[str, str]:
    """What pip-audit found in these requirements, as a table, and why it cannot tell; both empty where all is well."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        path.write_text(text, "utf-8")
        command = [sys.executable, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip"]
        command += ["--progress-spinner", "off", "--requirement", str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode == 0 or answer.stdout.strip():
        return answer.stdout.strip(), ""
    return "", (answer.stderr.strip() or f"pip-audit ended with {answer.returncode}").splitlines()[-1]


def main(locks: list[str]) -> int:
    if not locks:
        sys.exit("audit.py LOCK …: say which locks")
    versions: dict[tuple[str, str], list[str]] = {}
    for lock in locks:
        versions |= pins(Path(lock))
    status = 0
    for found, unknown in map(audit, files(versions)):
        if found:
            status = 1
            print(found)
        elif unknown:
            status = status or 2
            print(unknown)
    print(
        (
            f"audit: no known vulnerability in {len(versions)} locked versions",
            "audit: vulnerable; raise the version in pyproject.toml and `make lock`, and do not deploy meanwhile",
            "audit: not known, the vulnerability service gave no answer; this is no pass",
        )[status]
    )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
