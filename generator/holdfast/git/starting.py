"""A new repository, and the one that a folder lies in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from holdfast.git.running import call, reason, run


@dataclass(frozen=True)
class Started:
    """A new repository: the first commit, or why there is none yet (everything is staged then), and the way to it."""

    commit: str
    reason: str
    todo: tuple[str, ...] = ()


def enclosing(directory: Path) -> Path | None:
    """The work tree that `directory` lies in, if any; it need not exist yet."""
    for parent in (directory, *directory.parents):
        if (parent / ".git").exists():
            return parent
    return None


#: What makes the first commit of a repository that git could not make for want of a name.
_INTRODUCED = ('git config user.name "…"', 'git config user.email "…"', "git commit")


def start(directory: Path, message: str) -> Started:
    """Make `directory` a repository with one commit of all that is in it, signed where the user's git signs.

    Only the commit may fail; all is staged then.
    """
    run(["init", "--quiet", "--initial-branch=main", "--template="], directory)
    run(["add", "--all", "--force", "."], directory)
    made = call(["-c", "user.useConfigOnly=true", "commit", "--quiet", "--no-verify", "--message", message], directory)
    if made.returncode:
        text = made.stderr.decode("utf-8", "replace")
        unknown = "user.useConfigOnly" in text or "tell me who you are" in text or "empty ident" in text
        if unknown:
            return Started("", "git does not know your name and address yet", _INTRODUCED)
        return Started("", reason(text), ("git commit",))
    return Started(run(["rev-parse", "--short", "HEAD"], directory).decode().strip(), "")
