"""A command that dies, or that the system refuses something, at every moment of its work; and what is left then.

Run as a program of its own: it forks, and kills what it forked. Prints what went wrong, a line each, then a count.
`interrupting.py PROJECT HOW N SEED COMMAND…`: HOW is `kill` (before a change to a file), `random` (at any moment), or the
name of an error that a change to a file is refused with; at N moments of all, chosen by SEED.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from holdfast import cli

#: What changes files, as Python's audit names it.
CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.chmod"}
ROOT = Path.cwd()

Moment = Callable[[], None]


class Watch:
    """Counts the changes to files below a folder, and does something at one of them."""

    def __init__(self, below: Path, at: int, what: Moment) -> None:
        self.count = 0
        self._below, self._at, self._what = str(below), at, what

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in CHANGES or (event == "open" and not _writes(arguments)):
            return
        if not str(arguments[0]).startswith(self._below):
            return
        self.count += 1
        if self.count == self._at:
            self._what()


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def run(project: Path, words: list[str]) -> int:
    """The command, silently."""
    os.chdir(project)
    sys.argv = ["holdfast", *words]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return cli._run()


def forked(work: Callable[[], int]) -> int:
    """Start `work` in a process of its own."""
    child = os.fork()
    if child:
        return child
    try:
        os._exit(work())
    except BaseException:  # noqa: BLE001 - the child must end here, whatever it died of
        os._exit(99)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(project: Path) -> tuple[object, ...]:
    """Files with their modes, and what git says of them."""
    files = {}
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project).as_posix()
        if name.split("/")[0] in (".git", ".holdfast") or (path.is_dir() and not path.is_symlink()):
            continue
        files[name] = (path.lstat().st_mode, os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes())
    if not (project / ".git").exists():
        return (files,)
    said = [subprocess.run(["git", *words], cwd=project, capture_output=True, check=True).stdout for words in GIT]
    return (files, *said)


GIT = (["ls-files", "-s"], ["status", "--porcelain"])


def kept(project: Path, old: dict[str, tuple[int, bytes]]) -> list[str]:
    """The files of before whose content is nowhere now: neither in the project nor in the backup."""
    there = {path.read_bytes() for path in project.rglob("*") if path.is_file() and not path.is_symlink()}
    there |= {os.fsencode(path.readlink()) for path in project.rglob("*") if path.is_symlink()}
    return [name for name, (_, content) in old.items() if content not in there]


def restore(saved: Path, project: Path) -> None:
    shutil.rmtree(project)
    subprocess.run(["cp", "-a", str(saved), str(project)], check=True)


def main(project: Path, how: str, most: int, seed: int, words: list[str]) -> int:
    run(project, ["sync", "--dry-run"])  # What is imported now is not imported in each fork.
    saved = project.with_name(f"{project.name}.saved")
    subprocess.run(["cp", "-a", str(project), str(saved)], check=True)
    old = state(project)
    watch = Watch(project, 0, lambda: None)
    start = time.perf_counter()
    code = ended(forked(lambda: _watched(project, words, watch, project.parent / "count")))
    took = time.perf_counter() - start
    new = state(project)
    total = int((project.parent / "count").read_text())
    if code not in (0, 1):
        return _say(f"the command itself ends with {code}")
    chosen = random.Random(seed)  # noqa: S311 - moments, no secrets
    moments: list[int] | list[float] = sorted(chosen.sample(range(1, total + 1), min(most, total)))
    if how == "random":
        moments = [chosen.uniform(0, took * 1.1) for _ in range(most)]
    wrong = 0
    for moment in moments:
        restore(saved, project)
        wrong += bool(_interrupted(project, how, words, moment, old, new))
    sys.stdout.write(f"{len(moments)}\n")
    return 1 if wrong else 0


def _interrupted(
    project: Path, how: str, words: list[str], moment: float, old: tuple[object, ...], new: tuple[object, ...]
) -> int:
    if how == "random":
        child = forked(lambda: run(project, words))
        time.sleep(moment)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        ended(child)
        time.sleep(0.03)  # A git that was started goes on to its end.
    elif how == "kill":
        watch = Watch(project, int(moment), lambda: os.kill(os.getpid(), signal.SIGKILL))
        if ended(forked(lambda: _watched(project, words, watch))) != -signal.SIGKILL:
            return _say(f"{moment}: it was not killed")
    else:
        number = getattr(errno, how)
        watch = Watch(project, int(moment), lambda: _refuse(number))
        code = ended(forked(lambda: _watched(project, words, watch)))
        if state(project) != (old if code == 2 else new):
            return _say(f"{moment}: it ended with {code}, and the project is neither the old one nor the new one")
        return 0
    return _lost(project, words, moment, old, new) or _unfinished(project, words, moment, old, new)


def _lost(project: Path, words: list[str], moment: float, old: tuple[object, ...], new: tuple[object, ...]) -> int:
    """Whether anything is gone between the kill and the next command."""
    files = old[0]
    assert isinstance(files, dict)
    if words[0] == "continue":
        files = {name: content for name, content in files.items() if name != "holdfast.lock"}  # Which it writes anew.
    if words[0] != "abort" and state(project) != new and (gone := kept(project, files)):
        return _say(f"{moment}: nowhere to be found: {gone}")
    return 0


def _unfinished(
    project: Path, words: list[str], moment: float, old: tuple[object, ...], new: tuple[object, ...]
) -> int:
    """Whether the next command finds or makes one project or the other, and the first can be repeated."""
    code = ended(forked(lambda: run(project, ["continue"])))
    if code not in (1, 2) and words[0] != "continue":
        return _say(f"{moment}: the next command ended with {code}")
    if list(project.rglob("index.lock")):
        return _say(f"{moment}: a lock of git's is left")
    found = state(project)
    if found not in (old, new):
        return _say(f"{moment}: neither the old project nor the new one: {_difference(found, old, new)}")
    if code == 2 and ended(forked(lambda: run(project, words))) not in (0, 1, 2):
        return _say(f"{moment}: the command cannot be repeated")
    if state(project) not in (old, new):
        return _say(f"{moment}: repeated, it gives another project")
    return 0


def _difference(found: tuple[object, ...], old: tuple[object, ...], new: tuple[object, ...]) -> str:
    files, before, after = (each[0] for each in (found, old, new))
    assert isinstance(files, dict)
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    mixed = [
        name for name in sorted(files.keys() | before.keys() | after.keys()) if before.get(name) != after.get(name)
    ]
    return ", ".join(
        f"{name} {'old' if files.get(name) == before.get(name) else 'new' if files.get(name) == after.get(name) else 'other'}"
        for name in mixed
    )


def _watched(project: Path, words: list[str], watch: Watch, count: Path | None = None) -> int:
    sys.addaudithook(watch)
    code = run(project, words)
    if count:
        count.write_text(str(watch.count))
    return code


def _refuse(number: int) -> None:
    raise OSError(number, os.strerror(number), str(ROOT))


def _say(what: str) -> int:
    sys.stdout.write(f"{what}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))
