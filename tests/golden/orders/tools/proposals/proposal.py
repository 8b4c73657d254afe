"""A change that a weekly job proposes: what a target of the Makefile changes, as a patch, and the branch made of it.

`proposal.py make TARGET` runs `make TARGET` and keeps what it printed and changed in .build/proposal. The job that does
this may write nowhere; another one, which runs nothing but git and this, makes the branch: `branch`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

#: What may be proposed, and how that is called.
TITLES = {"update": "Update the template with holdfast", "upgrade": "Take newer versions of what is locked"}
FOLDER = Path(".build/proposal")
HOLDFAST = Path("tools/holdfast.txt")
PATCH, SUMMARY = FOLDER / "change.patch", FOLDER / "summary.txt"
NOBODY = ("-c", "user.name=proposal", "-c", "user.email=proposal@localhost", "-c", "commit.gpgsign=false")


def git(*words: str) -> str:
    """What git answers; ends the program with its own words where it refuses."""
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)  # noqa: S607 (as on PATH)
    if done.returncode:
        sys.exit(f"proposal: git {words[0]}: {done.stderr.strip()}")
    return done.stdout


def make(target: str) -> int:
    """Run the target, keep what it printed and changed; the exit code is its own, so that a conflict is no proposal."""
    if git("status", "--porcelain"):
        sys.exit("proposal: there are changes here that are not committed")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if target == "update" and not HOLDFAST.is_file():
        print(f"proposal: there is no {HOLDFAST} yet, so no update is looked for; `make update` says what it takes")
        PATCH.touch()
        return 0
    done = subprocess.run([os.environ.get("MAKE", "make"), target], stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="")
    if done.returncode:
        return done.returncode
    git("add", "--all")
    patch = git("diff", "--cached", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
    git("reset", "--quiet")
    PATCH.write_text(patch, "utf-8", newline="\n")
    SUMMARY.write_text(done.stdout, "utf-8", newline="\n")
    print(f"proposal: {len(touched())} files changed")
    return 0


def touched() -> list[str]:
    """The files that the patch changes."""
    if not PATCH.is_file():
        sys.exit(f"proposal: there is no {PATCH}")
    found = re.findall(r'^diff --git "?a/(.+?)"? "?b/.+"?$', PATCH.read_text("utf-8"), re.MULTILINE)
    return sorted(set(found))


def branch(target: str) -> str:
    """Commit the patch on a branch of its own, made anew from where we are, and give the branch's name."""
    name = f"holdfast/{target}"
    git("checkout", "--quiet", "-B", name)
    git("apply", "--index", str(PATCH))
    git(*NOBODY, "commit", "--quiet", "--no-verify", "--message", TITLES[target])
    return name


def body() -> str:
    """What the target said, for whoever reviews it."""
    said = SUMMARY.read_text("utf-8").strip()
    text = said if len(said) < 20_000 else f"{said[:20_000]}\n…"
    return "\n".join(f"    {line}" for line in text.splitlines())


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "make" or sys.argv[2] not in TITLES:
        sys.exit(f"proposal.py make {'|'.join(TITLES)}")
    sys.exit(make(sys.argv[2]))
