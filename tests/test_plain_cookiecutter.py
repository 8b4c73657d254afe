"""`cookiecutter PATH-OR-GIT-URL` builds what `holdfast new` builds, or ends with one line and leaves nothing."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import site
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from holdfast import gather, plain, project, spec
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from minimal import ROOT

PARTS = ("cookiecutter.json", "template", "generator", "hooks")
#: cookiecutter's answers where nobody says anything.
DEFAULTS = {
    key: value[0] if isinstance(value, list) else value
    for key, value in json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8")).items()
    if not key.startswith("_")
}
NO_CACHES = shutil.ignore_patterns("__pycache__", ".*_cache", "*.pyc")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as a user has it: what plain cookiecutter needs of it, in a folder."""
    root = tmp_path_factory.mktemp("repository") / "holdfast"
    root.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=NO_CACHES)
        else:
            shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture(scope="module")
def git_url(repository: Path) -> str:
    """The same as a bare git repository."""
    bare = repository.parent / "holdfast.git"
    work = repository.parent / "work"
    shutil.copytree(repository, work)
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for arguments in (["init", "--quiet"], ["add", "--all"], [*identity, "commit", "--quiet", "--message=A"]):
        subprocess.run(["git", *arguments], cwd=work, check=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", str(work), str(bare)], check=True)
    return bare.as_uri()


def cookiecutter(
    template: object, where: Path, *arguments: str, stdin: str = "", python: object = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run cookiecutter in the empty folder `where`, with nothing of this process on its path."""
    where.mkdir(exist_ok=True)
    scratch = where.parent / f"{where.name}-scratch"
    scratch.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "HOME": str(scratch),
        "USERPROFILE": str(scratch),
        "TMPDIR": str(scratch),
        "COLUMNS": "80",
    }
    environment.pop("PYTHONPATH", None)
    if python != sys.executable:
        environment["PYTHONPATH"] = os.pathsep.join(site.getsitepackages())
    return subprocess.run(
        [str(python), "-m", "cookiecutter", str(template), *arguments],
        cwd=where,
        env=environment,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def wanted(catalogue: Catalogue, **answers: str) -> dict[str, tuple[bytes, bool]]:
    """What `holdfast new --defaults` writes with these answers."""
    sets = tuple(f"{key.replace('_', '.', 1)}={value}" for key, value in answers.items())
    data = gather.preset(gather.Request(defaults=True, sets=sets), catalogue)
    parsed = spec.from_data(data, catalogue)
    files = project.files(parsed, spec.dump(parsed, catalogue), catalogue)
    return {path: (files[path].content, files[path].executable) for path in files}


def built(directory: Path) -> dict[str, tuple[bytes, bool]]:
    """What is in `directory`, every file by its path."""
    return {
        path.relative_to(directory).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR))
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("kind", ["path", "git"])
def test_plain_cookiecutter_builds_what_new_builds(
    kind: str, repository: Path, git_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    """The same bytes, the same lock, and nothing beside them."""
    done = cookiecutter(repository if kind == "path" else git_url, tmp_path / "out", "--no-input")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["my-service"]
    assert built(tmp_path / "out" / "my-service") == wanted(catalogue)


def test_hostile_free_text_arrives_as_it_is(repository: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    description = 'It\'s "quoted",\n\ta: \\ \'\'\'; rm -rf ~ # """ $(id) `id` ${AWS::Region} 🦀 \u202ertl\u202c {x} %} }} <b>&amp;</b>'
    answers = {"project_name": "orders", "project_description": description, "project_runtime": "python3.12"}
    done = cookiecutter(
        repository, tmp_path / "out", "--no-input", *[f"{key}={value}" for key, value in answers.items()]
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert built(tmp_path / "out" / "orders") == wanted(catalogue, **answers)


@pytest.mark.parametrize("description", ["", "yes", "1.10", "\n", "'", "\\", '"}'])
def test_texts_that_other_formats_read_otherwise(description: str, catalogue: Catalogue, tmp_path: Path) -> None:
    answers = {"project_name": "orders", "project_owner": "payments", "project_description": description}
    plain.build({**DEFAULTS, **answers}, tmp_path)
    assert built(tmp_path) == wanted(catalogue, **answers)


def test_cookiecutter_asks_the_same_questions(repository: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    """Answers that are typed build the same as those that are given, and again from cookiecutter's replay."""
    done = cookiecutter(repository, tmp_path / "out", stdin="orders\n\npayments\n2\n" + "\n" * 4)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[1/8] Name of the service" in done.stdout
    expected = wanted(catalogue, project_name="orders", project_owner="payments", project_runtime="python3.14")
    assert built(tmp_path / "out" / "orders") == expected
    shutil.rmtree(tmp_path / "out")
    assert cookiecutter(repository, tmp_path / "out", "--replay").returncode == 0
    assert built(tmp_path / "out" / "orders") == expected


NO_NAME = "is not a name: it may hold lower-case letters, digits and single hyphens, starting with a letter"


@pytest.mark.parametrize("name", ["../x", "a/b/c"])
def test_a_refused_answer_ends_it_with_one_line_and_no_folder(name: str, repository: Path, tmp_path: Path) -> None:
    done = cookiecutter(repository, tmp_path / "out", "--no-input", f"project_name={name}")
    line = f"holdfast: answers project.name: {name!r} {NO_NAME}; choose another name\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, line, "")
    assert list((tmp_path / "out").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out-scratch"]


@pytest.mark.parametrize(
    ("answer", "value", "message"),
    [
        ("project_name", "Orders", f"project.name: 'Orders' {NO_NAME}; choose another name"),
        ("project_name", "json", "project.name: a package 'json' would hide Python's own; choose another name"),
        ("project_owner", "a\n🦀", "project.owner: 'a\\n🦀' does not fit; write a GitHub user, or organisation/team, without the @"),
        ("project_region", "moon", "project.region: 'moon' does not fit; write an AWS region, such as eu-west-1"),
        ("project_description", "\a", "project.description: it holds a control character; write any text of at most 250 characters"),
        ("ci_system", "none", "ci.system: 'none' is not one of its choices; choose from github, gitlab"),
    ],
)  # fmt: skip
def test_answers_are_refused_as_new_refuses_them(answer: str, value: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(HoldfastError) as caught:
        plain.check({**DEFAULTS, answer: value, "_output_dir": str(tmp_path)})
    assert str(caught.value) == f"answers {message}"


def test_a_folder_that_holds_something_is_left_alone(repository: Path, tmp_path: Path) -> None:
    """Not even cookiecutter's --overwrite-if-exists replaces a file that somebody wrote."""
    own = tmp_path / "out" / "my-service" / "README.md"
    own.parent.mkdir(parents=True)
    own.write_text("mine", encoding="utf-8")
    done = cookiecutter(repository, tmp_path / "out", "--no-input", "--overwrite-if-exists")
    assert done.returncode == 1
    assert done.stdout == f"holdfast: {own.parent}: the folder is not empty; name a new one, or empty it\n"
    assert built(tmp_path / "out" / "my-service") == {"README.md": (b"mine", False)}


def test_without_hooks_it_ends_with_one_line(repository: Path, tmp_path: Path) -> None:
    done = cookiecutter(repository, tmp_path / "out", "--no-input", "--accept-hooks", "no")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "Unable to load extension: holdfast builds in its hooks, and they did not run; use cookiecutter 2.4 or later, "
        "with --accept-hooks yes\n"
    )
    assert list((tmp_path / "out").iterdir()) == []


def test_on_an_older_python_it_ends_with_one_line(repository: Path, tmp_path: Path) -> None:
    """All of cookiecutter is pure Python, so what is installed here may run on an older Python too."""
    python = next(filter(runs_cookiecutter, older_pythons()), None)
    if python is None:
        pytest.skip("there is no Python older than 3.11 here that could run the cookiecutter which is installed")
    done = cookiecutter(repository, tmp_path / "out", "--no-input", python=python)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.fullmatch(
        r"Unable to load extension: holdfast needs Python 3\.11 or later and cookiecutter runs on 3\.(9|10)\.\d+; "
        r"install it for a newer one\n",
        done.stdout,
    )
    assert list((tmp_path / "out").iterdir()) == []


def older_pythons() -> Iterator[Path]:
    for version in ("3.10", "3.9"):
        yield from Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")
        found = shutil.which(f"python{version}")
        if found:
            yield Path(found)


def runs_cookiecutter(python: Path) -> bool:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(site.getsitepackages())}
    return (
        subprocess.run(
            [python, "-c", "import cookiecutter.cli"], env=environment, capture_output=True, check=False
        ).returncode
        == 0
    )


@pytest.mark.parametrize(
    ("version", "prepared", "said"),
    [
        (
            (3, 8, 18),
            True,
            "holdfast needs Python 3.11 or later and cookiecutter runs on 3.8.18; install it for a newer one",
        ),
        (
            (3, 10, 0),
            False,
            "holdfast needs Python 3.11 or later and cookiecutter runs on 3.10.0; install it for a newer one",
        ),
        ((3, 11, 0), True, ""),
        ((4, 0, 0), True, ""),
        (
            (3, 14, 0),
            False,
            "holdfast builds in its hooks, and they did not run; use cookiecutter 2.4 or later, with --accept-hooks yes",
        ),
    ],
)
def test_what_it_says_of_a_python_and_of_hooks(
    version: tuple[int, ...], prepared: bool, said: str, extension: ModuleType, tmp_path: Path
) -> None:
    if prepared:
        (tmp_path / extension.FOLDER).mkdir()
    assert extension.problem(version, tmp_path) == said


@pytest.fixture
def extension(repository: Path, tmp_path: Path) -> ModuleType:
    """hooks/extension.py, loaded out of a copy in which pre_prompt has run."""
    copy = tmp_path / "copy"
    shutil.copytree(repository / "hooks", copy / "hooks")
    subprocess.run([sys.executable, "hooks/pre_prompt.py"], cwd=copy, check=True)
    found = importlib.util.spec_from_file_location("hooks_extension", copy / "hooks" / "extension.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["pre_prompt.py", "extension.py"])
def test_an_old_python_can_read_what_must_refuse_it(name: str) -> None:
    ast.parse((ROOT / "hooks" / name).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_only_what_cookiecutter_brings_is_imported() -> None:
    """The engine runs in cookiecutter's environment, where our other libraries may be missing."""
    code = (
        "import sys; sys.path.insert(0, 'generator')\n"
        "from holdfast import plain, project, tree; from holdfast.commands import new\n"
        "print(*sorted({'tomlkit', 'questionary', 'prompt_toolkit', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
