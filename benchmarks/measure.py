"""Commands, timed: interleaved, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One run: wall-clock seconds, and the most memory it held, in MiB."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True)
class Figures:
    """The medians of a command's runs."""

    seconds: float
    mebibytes: float


def interleaved(commands: Mapping[str, Callable[[], Sequence[str]]], rounds: int) -> dict[str, Figures]:
    """The medians of `rounds` runs of each command; a command is made anew for each run, after one that warms up."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name in rotated(list(commands), turn):
            sample = run(commands[name]())
            if turn:
                samples[name].append(sample)
    return {
        name: Figures(statistics.median(s.seconds for s in found), statistics.median(s.mebibytes for s in found))
        for name, found in samples.items()
    }


def rotated(names: list[str], by: int) -> list[str]:
    """`names` from another first one at each turn, so that none always runs after the same other."""
    start = by % len(names)
    return names[start:] + names[:start]


def run(command: Sequence[str]) -> Sample:
    """Run `command` once, silently. What it prints is shown where it fails."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{printed.decode(errors='replace')}")
    return Sample(seconds, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024))


def environment() -> dict[str, str]:
    """The environment of a user: compiled bytecode is kept and used, no folder of this repository is on the path."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}


def environment_of(python: str, place: Path, *requirements: str) -> Path:
    """A virtual environment with these packages, for pip's own command line; its folder of commands."""
    subprocess.run([python, "-m", "venv", place], check=True)
    commands = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(commands / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    for requirement in requirements:
        hashed = ["--require-hashes", "--requirement"] if requirement.endswith(".txt") else []
        subprocess.run([*pip, *hashed, requirement], check=True, env=environment())
    return commands
