"""A tiny template that changes, and a project of it in a real repository: what the tests of add, sync and update share."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from holdfast import cli
from minimal import ROOT

LINES = "".join(f"line {number}\n" for number in range(1, 21))
Changes = Mapping[str, "str | bytes | None"]
#: What every project of the tiny template has; `{version}` is the template's.
TEMPLATE: Changes = {
    "cookiecutter.json": '{"project_name": "orders", "project_owner": "payments"}',
    "template/template.toml": 'format = 1\nname = "tiny"\nversion = "{version}"\n[derived]\ncommand = "make lock"\n',
    "template/project/part.toml": (
        '[tables.project.name]\nrequired = true\n[files]\nseeded = ["mine.txt"]\nderived = ["requirements.txt"]\nexecutable = ["run.sh"]\n'
    ),
    "template/project/files/a.txt": LINES,
    "template/project/files/code/b.txt": "".join(f"code {number}\n" for number in range(1, 21)),
    "template/project/files/code/c.txt": "".join(f"more {number}\n" for number in range(1, 11)),
    "template/project/files/gone.txt": "".join(f"going {number}\n" for number in range(1, 11)),
    "template/project/files/image.bin": b"\x00\x01\x02image",
    "template/project/files/run.sh": "#!/bin/sh\necho run\n",
    "template/project/files/mine.txt": "mine from the first minute\n",
    "template/project/files/requirements.txt": "# made\nalpha==1 \\\n    --hash=sha256:aa\nbeta==1 \\\n    --hash=sha256:bb\n",
    "template/project/files/list.yaml": (
        'owner: {{ project.owner | quote }}\nfunctions:\n{% slot "list.yaml/functions" %}\n  # Yours go below this line.\n'
    ),
    "template/function/part.toml": '[counts]\neach = 2\n[files]\nseeded = ["functions/*"]\n[options.memory]\ntype = "integer"\ndefault = 128\n',
    "template/function/each/files/functions/{{ function.module }}/handler.py": (
        "from functions.{{ function.module }} import event\n\n\ndef handler():\n    return event, {{ function.name | quote }}\n"
    ),
    "template/function/each/slots/list.yaml/functions": "  {{ function.name }}: {{ event.word | quote }}\n",
    "template/events/call/part.toml": "[options.word]\nrequired = true\n",
    "template/events/pull/part.toml": '[options.box]\ntype = "resource"\nresource = "box"\nrequired = true\n[options.word]\ndefault = "none"\n',
    "template/resources/box/part.toml": '[options.size]\ntype = "integer"\ndefault = 1\n',
    "template/resources/box/grants.toml": 'arn = "arn:aws:box:::{{ resource.name }}"\nvalue = "x"\n[grants.get]\ntitle = "look"\nactions = ["s3:GetObject"]\n',
}
SPEC = """\
schema = 1

# Who and what.
[project]
name = "orders"  # short
owner = "payments"

# Says hello.
[functions.hello]
event = { kind = "call", word = "hello" }
"""


@dataclass
class Done:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class World:
    """A folder with a template and a project of it; `git` and `holdfast` work on the project."""

    place: Path
    patch: pytest.MonkeyPatch
    files: dict[str, str | bytes | None] = field(default_factory=lambda: dict(TEMPLATE))

    @property
    def template(self) -> Path:
        return self.place / "template"

    @property
    def project(self) -> Path:
        return self.place / "orders"

    def release(self, version: str, changes: Changes | None = None) -> None:
        """The template as it is from now on."""
        self.files |= changes or {}
        subprocess.run(["rm", "-rf", str(self.template)], check=True)
        for path, content in self.files.items():
            if content is None:
                continue
            target = self.template / path
            target.parent.mkdir(parents=True, exist_ok=True)
            data = content.replace("{version}", version).encode() if isinstance(content, str) else content
            target.write_bytes(data)

    def start(self, text: str = SPEC, *, git: bool = True, root: Path | None = None) -> None:
        """Make the project, committed."""
        (self.place / "spec.toml").write_text(text, encoding="utf-8")
        target = root or self.project
        done = self.holdfast(
            "new",
            str(target),
            "--spec",
            str(self.place / "spec.toml"),
            "--template",
            str(self.template),
            "--no-git",
            cwd=self.place,
        )
        assert done.code == 0, done.err
        if git:
            self.git("init", "--quiet")
            self.commit("start")

    def holdfast(self, *arguments: str, cwd: Path | None = None) -> Done:
        """Run the command in this process."""
        self.patch.chdir(cwd or self.project)
        out, err = io.StringIO(), io.StringIO()
        self.patch.setattr(sys, "argv", ["holdfast", *arguments])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli._run()
        if code == 3:
            raise AssertionError(err.getvalue())
        return Done(code, out.getvalue(), err.getvalue())

    def command(self, *arguments: str, cwd: Path | None = None, **extra: str) -> subprocess.Popen[str]:
        """Start the command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "holdfast", *arguments],
            cwd=cwd or self.project,
            env={**os.environ, **extra},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(["git", *arguments], cwd=cwd or self.project, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(self, message: str = "work") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def write(self, path: str, content: str | bytes) -> None:
        target = self.project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        return (self.project / path).read_bytes().decode()

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        self.write(path, text.replace(old, new))

    def outcome(self, *arguments: str) -> dict[str, object]:
        """Run a command with --json, and what it said."""
        done = self.holdfast(*arguments, "--json")
        assert done.code in (0, 1), done.err
        return {"code": done.code, **json.loads(done.out)}

    def state(self) -> tuple[dict[str, tuple[int, bytes]], str, str]:
        """Everything that a user could miss: files with modes, the index, what git says."""
        return tree(self.project), self.git("ls-files", "-s"), self.git("status", "--porcelain")

    def lock(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.read("holdfast.lock"))
        return found


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and link below `root` but git's own."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] in (".git", ".holdfast") or (path.is_dir() and not path.is_symlink()):
            continue
        content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
        found[name] = (path.lstat().st_mode & 0o111, content)
    return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with version 1 of the template and an empty home."""
    (tmp_path / "home").mkdir()
    for key in [key for key in os.environ if key.startswith(("GIT_", "XDG_", "HOLDFAST_"))]:
        monkeypatch.delenv(key)
    settings = {
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "PYTHONPATH": str(ROOT / "generator"),
    }
    for key, value in settings.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr("holdfast.cli.living.ignore_interrupts", lambda: None)
    monkeypatch.setattr("holdfast.cli.starting.ignore_interrupts", lambda: None)
    made = World(tmp_path, monkeypatch)
    made.release("1.0.0")
    return made
