"""One call of git: the user's hooks, filters and signing agents have no part in what it reads."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from holdfast.errors import HoldfastError

#: Variables by which a surrounding git (a hook, an alias) would redirect ours to its own repository.
_REDIRECTING = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DEFAULT_HASH",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_TEMPLATE_DIR",
        "GIT_WORK_TREE",
    }
)
_OWN = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.autocrlf=false",
    "-c",
    "core.safecrlf=false",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "advice.detachedHead=false",
)


#: Since this version git merges trees without a work tree.
OLDEST = (2, 38)


def run(
    arguments: Sequence[str], directory: Path, *, stdin: bytes | Path = b"", extra: Mapping[str, str] | None = None
) -> bytes:
    """What git prints. Refused with git's own reason where it fails."""
    done = call(arguments, directory, stdin=stdin, extra=extra)
    if done.returncode:
        why = reason(done.stderr.decode("utf-8", "replace"))
        raise HoldfastError(f"git {arguments[0]} failed: {why}", where=str(directory), todo="mend that and try again")
    return done.stdout


def call(
    arguments: Sequence[str], directory: Path, *, stdin: bytes | Path = b"", extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """One run of git in `directory`, whatever it ends with; `extra` is put into its environment.

    It is in a session of its own: who kills us with our whole group does not stop git halfway through its index. What
    it must read to the end in that case is given as a file.
    """
    program = shutil.which("git")
    if not program:
        raise HoldfastError("git is not installed", todo="install git, or use --no-git")
    environment = {key: value for key, value in os.environ.items() if key not in _REDIRECTING}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", **(extra or {})}
    command = [program, *_OWN, *arguments]
    with stdin.open("rb") if isinstance(stdin, Path) else nullcontext() as file:
        return subprocess.run(
            command,
            cwd=directory,
            env=environment,
            stdin=file,
            input=None if isinstance(stdin, Path) else stdin,
            capture_output=True,
            check=False,
            start_new_session=True,
        )


def require() -> None:
    """Refuse to go on without a git that merges trees."""
    if not shutil.which("git"):
        raise HoldfastError(f"git is not installed, and {_oldest()} or later is needed", todo="install git")
    printed = run(["version"], Path.cwd()).decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)\S*", printed)
    if not found or (int(found[1]), int(found[2])) < OLDEST:
        raise HoldfastError(
            f"git {found[0] if found else printed} is installed, and {_oldest()} or later is needed", todo="update git"
        )


def _oldest() -> str:
    return ".".join(map(str, OLDEST))


def reason(text: str) -> str:
    """Why git failed: its first line that is no hint; what follows is advice for other cases."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("warning:", "hint:"))]
    return re.sub(r"^(fatal|error): ", "", lines[0]).rstrip(".:") if lines else "it said nothing"


def without_password(url: str) -> str:
    """`url` as it may be shown or written into a file: no password, and for the web no user either."""
    hidden = re.sub(r"^(https?://)[^/@]*@", r"\1", url)
    return re.sub(r"^([a-z][a-z0-9+.-]*://[^/@:]*):[^/@]*@", r"\1@", hidden)
