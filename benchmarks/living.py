"""A project that lives: `update` against cruft's and copier's on the same template and change, and `sync` alone."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import engine, peers
from benchmarks.measure import Figures, environment, interleaved

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "examples/orders.toml"
ROUNDS, SYNC_ROUNDS = 11, 5
SIZES = (4, 200)
ANSWERS = {"name": "orders", "description": "Takes and fulfils orders", "owner": "payments", "region": "eu-west-1"}
#: What each tool keeps of its own beside the template's files.
OWN = {"holdfast.lock", "holdfast.toml", ".cruft.json", ".copier-answers.yml"}
#: More resources than a stack may hold, for 200 functions: the limit is set aside.
UNLIMITED = "import sys; from holdfast import cli, render; render.MOST_RESOURCES = sys.maxsize; cli.main()"
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Living:
    """What was measured: `update` by tool, `sync` after one added function by the number of functions."""

    files: int
    updated: Mapping[str, Figures]
    synced: Mapping[int, Figures]


def measure(ours: Path, theirs: Path, place: Path) -> Living:
    """Run all of it in `place`; `ours` and `theirs` are folders of commands."""
    place = place / "living"
    place.mkdir()
    template = place / "template"
    shutil.copytree(ROOT / "template", template / "template", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cookiecutter.json", template)
    versions = [_rendered(ours, template, place / "one")]
    _publish(template, "v1")
    _change(template)
    versions.append(_rendered(ours, template, place / "two"))
    _publish(template, "v2")
    commands = {
        "holdfast": _holdfast(ours, template, place),
        "cruft": _cruft(theirs, versions, place),
        "copier": _copier(theirs, versions, place),
    }
    updated = interleaved(commands, ROUNDS)
    results = {name: _files(place / "projects" / name) for name in commands}
    for name, files in results.items():
        if files != results["holdfast"]:
            wrong = sorted(
                path
                for path in files.keys() | results["holdfast"].keys()
                if files.get(path) != results["holdfast"].get(path)
            )
            sys.exit(f"{name} updates to other files: {', '.join(wrong)}")
    synced = {functions: _sync(ours, functions, place) for functions in SIZES}
    return Living(len(versions[0]), updated, synced)


def table(living: Living) -> list[str]:
    """The section of docs/benchmarks.md."""
    unit = living.updated["holdfast"].seconds
    return [
        f"## Update a project of {living.files} files ({ROUNDS} runs)",
        "",
        "The same template at two commits of a local repository, the same edits in the project, no conflict. What the",
        "three tools make of it is compared file by file. holdfast has seen both commits before, as where another",
        "service of the team was updated, and asks for tags alone; cruft and copier clone the template each time.",
        "",
        "| command | time | peak memory | against holdfast's time |",
        "|---|---|---|---|",
        *(
            f"| {name} update | {one.seconds * 1000:.0f} ms | {one.mebibytes:.0f} MiB | {one.seconds / unit:.2f} × |"
            for name, one in living.updated.items()
        ),
        "",
        f"## `holdfast sync` after one added function ({SYNC_ROUNDS} runs)",
        "",
        "| functions | time | peak memory |",
        "|---|---|---|",
        *(
            f"| {count} | {one.seconds * 1000:.0f} ms | {one.mebibytes:.0f} MiB |"
            for count, one in living.synced.items()
        ),
        "",
    ]


def targets(living: Living) -> dict[str, bool]:
    """What is promised, and whether it was held."""
    times = {name: one.seconds for name, one in living.updated.items()}
    small, large = (living.synced[size].seconds for size in SIZES)
    return {
        "`update` takes at most 0.5 × cruft's time": times["holdfast"] <= 0.5 * times["cruft"],
        "`update` takes at most 0.15 × copier's time": times["holdfast"] <= 0.15 * times["copier"],
        "`sync` after one added function takes under 0.3 s": small < 0.3,
        f"and with {SIZES[1]} functions under 2 s": large < 2,
    }


def _change(template: Path) -> None:
    """A second version: ten files say something else, one is new, one is gone."""
    project = template / "template/project/files"
    changed = [path for path in sorted(project.rglob("*.py")) if path.stat().st_size > 600][:9]
    for path in changed:
        path.write_bytes(path.read_bytes() + b"# The second version.\n")
    (project / "NOTICE").write_bytes(b"The second version.\n")
    (project / ".editorconfig").unlink()
    manifest = template / "template/template.toml"
    text = re.sub(r"^version = .*$", 'version = "999"', manifest.read_text("utf-8"), flags=re.MULTILINE)
    manifest.write_text(text, encoding="utf-8")


def _edit(project: Path) -> None:
    """The user's edits: nothing that the template changes too."""
    for name in ("README.md", "template.yaml", "Makefile"):
        path = project / name
        path.write_bytes(path.read_bytes() + b"# Mine.\n")


def _rendered(ours: Path, template: Path, target: Path) -> dict[str, bytes]:
    words = [str(ours / "holdfast"), "new", str(target / "orders"), "--spec", str(SPEC), "--template", str(template)]
    subprocess.run([*words, "--no-git", "--quiet"], check=True, env=environment())
    return _files(target / "orders")


def _files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found if p.name not in OWN}


def _publish(folder: Path, tag: str) -> None:
    if not (folder / ".git").exists():
        subprocess.run([*GIT, "init", "--quiet"], cwd=folder, check=True)
    subprocess.run([*GIT, "add", "--all", "--force"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "--quiet", "--message", tag], cwd=folder, check=True)
    subprocess.run([*GIT, "tag", tag], cwd=folder, check=True)


def _ready(project: Path) -> None:
    """The project as its user left it, committed."""
    _edit(project)
    shutil.rmtree(project / ".git", ignore_errors=True)
    _publish(project, "start")


def _again(project: Path, words: Sequence[str]) -> Callable[[], Sequence[str]]:
    """The command, each time on the project as it was."""

    def fresh() -> Sequence[str]:
        subprocess.run([*GIT, "reset", "--quiet", "--hard", "start"], cwd=project, check=True)
        subprocess.run([*GIT, "clean", "--quiet", "-fdx"], cwd=project, check=True)
        return words

    return fresh


def _holdfast(ours: Path, template: Path, place: Path) -> Callable[[], Sequence[str]]:
    project = place / "projects/holdfast"
    words = [str(ours / "holdfast"), "new", str(project), "--spec", str(SPEC), "--template", f"{template}@v1"]
    subprocess.run([*words, "--no-git", "--quiet"], check=True, env=environment())
    _ready(project)
    return _again(project, [str(ours / "holdfast"), "update", str(project), "--to", "v2", "--defaults"])


def _cruft(theirs: Path, versions: Sequence[Mapping[str, bytes]], place: Path) -> Callable[[], Sequence[str]]:
    repository = _repository(peers.cookiecutter, versions, place / "cruft")
    project = place / "projects/cruft"
    words = [str(theirs / "cruft"), "create", str(repository), "--no-input", "--checkout", "v1"]
    made = place / "made"
    subprocess.run([*words, "--output-dir", str(made)], check=True, env=environment(), stdout=subprocess.DEVNULL)
    (made / "orders").rename(project)
    _ready(project)
    update = [str(theirs / "cruft"), "update", "--skip-apply-ask", "--checkout", "v2", "--project-dir", str(project)]
    return _again(project, update)


def _copier(theirs: Path, versions: Sequence[Mapping[str, bytes]], place: Path) -> Callable[[], Sequence[str]]:
    repository = _repository(peers.copier, versions, place / "copier", answered=True)
    project = place / "projects/copier"
    words = [str(theirs / "copier"), "copy", "--defaults", "--quiet", "--vcs-ref", "v1", str(repository), str(project)]
    subprocess.run(words, check=True, env=environment())
    _ready(project)
    return _again(project, [str(theirs / "copier"), "update", "--defaults", "--quiet", "--vcs-ref", "v2", str(project)])


def _repository(
    make: Callable[[Mapping[str, bytes], peers.Answers, Path], Path],
    versions: Sequence[Mapping[str, bytes]],
    place: Path,
    *,
    answered: bool = False,
) -> Path:
    """A peer's template that renders the first version at v1, the second at v2."""
    repository = place / "repository"
    for number, files in enumerate(versions, start=1):
        made = make(files, ANSWERS, place / str(number))
        if answered:
            name = "{{ _copier_conf.answers_file }}.jinja"
            (made / "template" / name).write_text("{{ _copier_answers|to_nice_yaml }}\n", encoding="utf-8")
        kept = place / "git"
        if repository.exists():
            (repository / ".git").rename(kept)
            shutil.rmtree(repository)
        made.rename(repository)
        if kept.exists():
            kept.rename(repository / ".git")
        _publish(repository, f"v{number}")
    return repository


def _sync(ours: Path, functions: int, place: Path) -> Figures:
    """One more function in holdfast.toml, of a project with so many."""
    project, spec = place / f"sync-{functions}", place / f"sync-{functions}.toml"
    spec.write_text(engine.text(functions), encoding="utf-8")
    python = [str(ours / "python"), "-c", UNLIMITED]
    subprocess.run(
        [*python, "new", str(project), "--spec", str(spec), "--no-git", "--quiet"], check=True, env=environment()
    )
    more = '\n[functions.more]\nevent = { kind = "schedule", schedule = "rate(1 day)" }\n'
    _ready(project)
    text = (project / "holdfast.toml").read_text(encoding="utf-8")
    again = _again(project, [*python, "sync", str(project)])
    count = itertools.count()

    def fresh() -> Sequence[str]:
        words = again()
        (project / "holdfast.toml").write_text(f"{text}{more}# {next(count)}\n", encoding="utf-8")
        return words

    return interleaved({"sync": fresh}, SYNC_ROUNDS)["sync"]
