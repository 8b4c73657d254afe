"""`make bench`: builds the peers' templates, measures, and writes docs/benchmarks.md."""

from __future__ import annotations

import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks import guard, living, peers, privileges, report, shipped
from benchmarks.measure import Figures, environment, environment_of, interleaved, run
from holdfast import __version__

HERE = Path(__file__).parent
ROOT = HERE.parent
SPEC = ROOT / "examples/orders.toml"
REPORT = ROOT / "docs/benchmarks.md"
ROUNDS = 21
ENGINE_ROUNDS = 7
SIZES = (20, 200, 400)
Commands = dict[str, Callable[[], Sequence[str]]]


def main() -> None:
    """Measure, write the report, and fail where a target is missed."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as scratch:
        place = Path(scratch)
        ours, theirs = _environments(place)
        versions = {
            "holdfast": __version__,
            "cookiecutter": metadata.version("cookiecutter"),
            **{
                package: _version(theirs, package)
                for package in ("copier", "cruft", "aws-lambda-powertools", "pydantic")
            },
        }
        files = _files(ours, place)
        templates = _templates(files, place)
        _same_output(ours, theirs, templates, files, place)
        made = interleaved(_creating(ours, theirs, templates, place / "out"), ROUNDS)
        helped = interleaved(_helping(ours, theirs), ROUNDS)
        rendered = {functions: _engine(ours, functions) for functions in SIZES}
        found = privileges.measure(ours, place)
        costs = guard.measure(place)
        artefacts = shipped.measure(place)
        lived = living.measure(ours, theirs, place)
    text, missed = report.page(
        report.Results(
            versions, len(files), made, helped, rendered, ROUNDS, ENGINE_ROUNDS, costs, found, artefacts, lived
        )
    )
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(text)
    if missed:
        sys.exit(f"Missed: {', '.join(missed)}")


def _environments(place: Path) -> tuple[Path, Path]:
    """holdfast with cookiecutter, and copier with cruft: each as its user installs it."""
    wheel = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place / "wheel")]
    subprocess.run(wheel, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (built,) = (place / "wheel").glob("*.whl")
    ours = environment_of(sys.executable, place / "ours", str(ROOT / "requirements.txt"), str(built))
    return ours, environment_of(sys.executable, place / "theirs", str(HERE / "requirements.txt"))


def _version(commands: Path, package: str) -> str:
    question = f"from importlib.metadata import version; print(version('{package}'))"
    return subprocess.run(
        [commands / "python", "-c", question], check=True, capture_output=True, text=True
    ).stdout.strip()


def _files(ours: Path, place: Path) -> dict[str, bytes]:
    """What `holdfast new` writes for the example."""
    words = [str(ours / "holdfast"), "new", str(place / "files"), "--spec", str(SPEC), "--no-git", "--quiet"]
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
        run(command())
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
        words = [str(ours / "python"), str(HERE / "engine.py"), str(functions)]
        printed = subprocess.run(words, check=True, capture_output=True, env=environment()).stdout
        found.append(json.loads(printed))
    return Figures(statistics.median(f["seconds"] for f in found), statistics.median(f["mebibytes"] for f in found))


if __name__ == "__main__":
    main()
