"""`make bench`: builds the peers' templates, measures, and writes docs/benchmarks.md."""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks import peers
from benchmarks.measure import Figures, environment, environment_of, interleaved
from holdfast import __version__

HERE = Path(__file__).parent
ROOT = HERE.parent
SPEC = ROOT / "examples/orders.toml"
REPORT = ROOT / "docs/benchmarks.md"
ROUNDS = 21
ENGINE_ROUNDS = 7
SMALL, LARGE = 20, 200
Commands = dict[str, Callable[[], Sequence[str]]]


def main() -> None:
    """Measure, write the report, and fail where a target is missed."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as scratch:
        place = Path(scratch)
        ours, theirs = _environments(place)
        versions = {"holdfast": __version__, "cookiecutter": metadata.version("cookiecutter"), "copier": _version(theirs)}
        files = _files(ours, place)
        templates = _templates(files, place)
        _same_output(ours, theirs, templates, files, place)
        made = interleaved(_creating(ours, theirs, templates, place / "out"), ROUNDS)
        helped = interleaved(_helping(ours, theirs), ROUNDS)
        small, large = (_engine(ours, functions) for functions in (SMALL, LARGE))
    text, missed = _report(versions, len(files), made, helped, small, large)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(text)
    if missed:
        sys.exit(f"Missed: {', '.join(missed)}")


def _environments(place: Path) -> tuple[Path, Path]:
    """holdfast with cookiecutter, and copier: each as its user installs it."""
    wheel = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place / "wheel")]
    subprocess.run(wheel, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (built,) = (place / "wheel").glob("*.whl")
    ours = environment_of(sys.executable, place / "ours", str(ROOT / "requirements.txt"), str(built))
    return ours, environment_of(sys.executable, place / "theirs", str(HERE / "requirements.txt"))


def _version(commands: Path) -> str:
    question = "from importlib.metadata import version; print(version('copier'))"
    return subprocess.run([commands / "python", "-c", question], check=True, capture_output=True, text=True).stdout.strip()


def _files(ours: Path, place: Path) -> dict[str, bytes]:
    """What `holdfast new` writes for the example."""
    words = [ours / "holdfast", "new", place / "files", "--spec", SPEC, "--no-git", "--quiet"]
    subprocess.run(words, check=True, env=environment())
    return _read(place / "files")


def _read(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _templates(files: Mapping[str, bytes], place: Path) -> tuple[Path, Path]:
    answers = {"name": "orders", "description": "Takes and fulfils orders", "owner": "payments", "region": "eu-west-1"}
    return peers.cookiecutter(files, answers, place), peers.copier(files, answers, place)


def _same_output(
    ours: Path, theirs: Path, templates: tuple[Path, Path], files: Mapping[str, bytes], place: Path
) -> None:
    for name, command in _creating(ours, theirs, templates, place / "check").items():
        words = command()
        subprocess.run(words, check=True, capture_output=True, env=environment())
        root = next(path.parent for path in (place / "check" / name).rglob("holdfast.toml"))
        made = _read(root)
        wrong = sorted(path for path in made.keys() | files.keys() if made.get(path) != files.get(path))
        if wrong:
            sys.exit(f"{name} renders other files: {', '.join(wrong)}")


def _creating(ours: Path, theirs: Path, templates: tuple[Path, Path], place: Path) -> Commands:
    count = itertools.count()

    def fresh(name: str) -> str:
        target = place / name / str(next(count))
        shutil.rmtree(place / name, ignore_errors=True)
        target.parent.mkdir(parents=True)
        return str(target)

    return {
        "holdfast": lambda: [
            *(str(ours / "holdfast"), "new", fresh("holdfast")),
            *("--spec", str(SPEC), "--no-git", "--quiet"),
        ],
        "cookiecutter": lambda: [
            *(str(ours / "cookiecutter"), "--no-input", "--output-dir", fresh("cookiecutter"), str(templates[0])),
        ],
        "copier": lambda: [
            *(str(theirs / "copier"), "copy", "--defaults", "--quiet", str(templates[1]), fresh("copier")),
        ],
    }


def _helping(ours: Path, theirs: Path) -> Commands:
    folders = {"holdfast": ours, "cookiecutter": ours, "copier": theirs}
    return {name: lambda name=name: [str(folders[name] / name), "--help"] for name in folders}  # type: ignore[misc]


def _engine(ours: Path, functions: int) -> Figures:
    """The engine alone, each time in a process of its own."""
    found = []
    for _ in range(ENGINE_ROUNDS):
        words = [ours / "python", HERE / "engine.py", str(functions)]
        printed = subprocess.run(words, check=True, capture_output=True, env=environment()).stdout
        found.append(json.loads(printed))
    return Figures(statistics.median(f["seconds"] for f in found), statistics.median(f["mebibytes"] for f in found))


def _report(
    versions: Mapping[str, str],
    files: int,
    made: Mapping[str, Figures],
    helped: Mapping[str, Figures],
    small: Figures,
    large: Figures,
) -> tuple[str, list[str]]:
    """The page, and the targets that were missed."""
    growth = (large.seconds / LARGE) / (small.seconds / SMALL)
    targets = {
        "`new` takes at most 1.3 × cookiecutter's time": _ratio(made, "cookiecutter") <= 1.3,
        "`new` is faster than copier": _ratio(made, "copier") < 1,
        "`--help` is faster than cookiecutter's": _ratio(helped, "cookiecutter") < 1,
        f"a function of {LARGE} takes at most 1.5 × one of {SMALL}": growth <= 1.5,
        "the engine stays below 120 MiB": large.mebibytes < 120,
    }
    lines = [
        "# Benchmarks",
        "",
        "`make bench` writes this page. Medians of interleaved runs, wall clock, each command a process of its own with",
        "compiled bytecode; cookiecutter and copier render templates made from the very files that holdfast writes, and",
        "their output is compared byte by byte before anything is measured.",
        "",
        f"{_machine()}. {', '.join(f'{name} {version}' for name, version in versions.items())}.",
        "",
        *_table(f"Create a project of {files} files ({ROUNDS} runs)", made),
        *_table(f"`--help` ({ROUNDS} runs)", helped),
        f"## The engine alone ({ENGINE_ROUNDS} runs)",
        "",
        "| functions | render | per function | peak memory |",
        "|---|---|---|---|",
        *(
            f"| {n} | {f.seconds * 1000:.0f} ms | {f.seconds / n * 1000:.1f} ms | {f.mebibytes:.0f} MiB |"
            for n, f in ((SMALL, small), (LARGE, large))
        ),
        "",
        f"A function of {LARGE} takes {growth:.2f} × one of {SMALL}.",
        "",
        "## Targets",
        "",
        *(f"- {target}: {'held' if held else '**missed**'}" for target, held in targets.items()),
    ]
    return "\n".join(lines) + "\n", [target for target, held in targets.items() if not held]


def _ratio(figures: Mapping[str, Figures], peer: str) -> float:
    return figures["holdfast"].seconds / figures[peer].seconds


def _table(title: str, figures: Mapping[str, Figures]) -> list[str]:
    rows = [
        f"| {name} | {f.seconds * 1000:.0f} ms | {f.mebibytes:.0f} MiB | {f.seconds / figures['holdfast'].seconds:.2f} × |"
        for name, f in figures.items()
    ]
    head = ["| command | time | peak memory | against holdfast's time |", "|---|---|---|---|"]
    return [f"## {title}", "", *head, *rows, ""]


def _machine() -> str:
    model = platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        named = [line.partition(":")[2].strip() for line in cpus.read_text().splitlines() if line.startswith("model name")]
        model = named[0] if named else model
    return f"{platform.system()}, {model}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
