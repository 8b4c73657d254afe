"""`holdfast new` as a user runs it: whole or not at all, one line for what is wrong, the right exit code."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from minimal import ROOT

ORDERS = ROOT / "examples" / "orders.toml"
Run = Callable[..., subprocess.CompletedProcess[str]]
IDENTITY = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}  # fmt: skip


def environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "PYTHONDONTWRITEBYTECODE", "SYSTEMROOT") if key in os.environ}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT / "generator"), "GIT_CONFIG_NOSYSTEM": "1", **extra}


@pytest.fixture
def holdfast(tmp_path: Path) -> Run:
    """Run holdfast in an empty folder with an empty home and no terminal."""
    home = tmp_path / "home"
    home.mkdir()
    work = tmp_path / "work"
    work.mkdir()

    def run(*arguments: str, env: Mapping[str, str] = IDENTITY, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "holdfast", *arguments]
        return subprocess.run(
            command,
            cwd=work,
            env=environment(home, env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            **options,
        )

    return run


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_spec_becomes_a_repository_with_one_commit(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "orders", "--spec", str(ORDERS))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("orders is in orders: 3 functions, 2 resources, ")
    assert "make invoke FUNCTION=place-order EVENT=events/place_order.json" in done.stdout
    for risk in ("events", "dependencies", "observability", "privilege", "errors"):
        assert f"  {risk} " in done.stdout
    project = work / "orders"
    assert (project / "holdfast.toml").read_bytes() == ORDERS.read_bytes()
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "log", "--format=%an %s") == "A Start orders with holdfast 0.3.0"
    assert sorted(work.iterdir()) == [project]


def test_defaults_take_the_name_of_the_folder(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "deep/billing", "--defaults", "--no-git", "--json")
    outcome = json.loads(done.stdout)
    assert outcome["directory"] == str(work / "deep/billing")
    assert outcome["functions"] == ["hello"]
    assert outcome["commit"] is None
    assert outcome["not_committed"] == "not asked for"
    assert 'name = "billing"' in (work / "deep/billing/holdfast.toml").read_text()
    assert not (work / "deep/billing/.git").exists()


def test_set_wins_over_the_spec_and_keeps_its_comments(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "--spec", str(ORDERS), "--no-git", "--quiet", "--set", "project.name=shop",
                    "--set", "functions.fulfil.memory=512")  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (work / "shop/holdfast.toml").read_text()
    assert "# POST /orders keeps the order and queues the work." in text
    assert 'name = "shop"' in text
    assert "memory = 512" in text
    assert "MemorySize: 512" in (work / "shop/template.yaml").read_text()


def test_sets_alone_are_enough(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "notes", "--no-git", "--quiet", "--set", "project.owner=me", "--set",
                    "functions.take.event.kind=http-api", "--set", "functions.take.event.route=PUT /notes/{id}")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert 'Path: "/notes/{id}"' in (work / "notes/template.yaml").read_text()


def test_the_defaults_own_function_can_be_set(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "notes", "--defaults", "--no-git", "--quiet", "--set", "functions.hello.timeout=5")
    assert (done.returncode, done.stderr) == (0, "")
    assert "timeout = 5" in (work / "notes/holdfast.toml").read_text()


def test_what_functions_and_resources_lack_is_named_at_once(holdfast: Run) -> None:
    done = holdfast("new", "a", "--set", "functions.a.event.kind=http-api", "--set", "functions.b.event.kind=sqs",
                    "--set", "resources.c.attempts=3")  # fmt: skip
    assert done.stderr == (
        "holdfast: answers: missing: project.owner, functions.a.event.route, functions.b.event.queue, resources.c.kind; "
        "give each with --set KEY=VALUE\n"
    )


def test_without_a_terminal_every_missing_answer_is_named(holdfast: Run, work: Path) -> None:
    done = holdfast("new")
    assert done.returncode == 2
    assert done.stderr == (
        "holdfast: nobody can be asked, this is no terminal, and missing are project.name, project.owner, "
        "functions (at least one, such as functions.hello.event.kind and .route); "
        "say what to build with --defaults, --spec or --set\n"
    )
    done = holdfast("new", "--set", "project.description=x")
    assert done.returncode == 2
    assert done.stderr == (
        "holdfast: answers: missing: project.name, project.owner, functions (at least one, such as "
        "functions.hello.event.kind and .route); give each with --set KEY=VALUE, or use --defaults\n"
    )
    assert list(work.iterdir()) == []


def test_git_without_an_identity_stages(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "orders", "--spec", str(ORDERS), env={})
    assert done.returncode == 0
    assert "not committed: git does not know your name and address yet" in done.stdout
    assert '\n  cd orders\n  git config user.name "…"\n  git config user.email "…"\n  git commit\n' in done.stdout
    assert "A  holdfast.lock" in git(work / "orders", "status", "--porcelain")


def test_an_example_for_an_answer_is_warned_of(holdfast: Run) -> None:
    done = holdfast("new", "shop", "--defaults", "--no-git", "--json")
    assert json.loads(done.stdout)["warnings"] == [
        "project.owner is 'my-team', which is only an example: give yours with --set project.owner=…"
    ]
    done = holdfast("new", "other", "--defaults", "--no-git", "--json", "--set", "project.owner=payments")
    assert json.loads(done.stdout)["warnings"] == []


def test_an_error_in_a_set_value_is_reported_as_that(holdfast: Run, work: Path) -> None:
    """Not at a line of the file, which may hold a good value or have no such line."""
    spec = work / "s.toml"
    spec.write_text(ORDERS.read_text("utf-8"), "utf-8")
    for key, value in (("project.owner", "@me"), ("functions.fulfil.memory", "1"), ("api.rate", "0")):
        done = holdfast("new", "x", "--spec", "s.toml", "--set", f"{key}={value}")
        assert done.returncode == 2
        assert done.stderr.startswith(f"holdfast: --set {key}: "), done.stderr


def test_the_end_of_a_file_is_a_line_too(holdfast: Run, work: Path) -> None:
    (work / "e.toml").write_text("[project]\nowner = [\n", "utf-8")
    assert holdfast("new", "x", "--spec", "e.toml").stderr.startswith("holdfast: e.toml:2: not TOML: ")


def test_in_a_repository_nothing_is_committed(holdfast: Run, work: Path) -> None:
    git(work, "init", "--quiet")
    done = holdfast("new", "services/orders", "--spec", str(ORDERS))
    assert f"not committed: inside the repository {work}" in done.stdout
    warning = f"warning: GitHub reads .github at the root of a repository alone: move it to {work}"
    assert warning in done.stdout.splitlines()
    assert not (work / "services/orders/.git").exists()
    assert git(work, "status", "--porcelain") == "?? services/"


def test_git_that_is_not_there(holdfast: Run, work: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = holdfast("new", "orders", "--spec", str(ORDERS), env={"PATH": str(tmp_path / "bin")})
    assert done.returncode == 0
    assert "not committed: git is not installed" in done.stdout


def test_the_users_git_hooks_and_templates_do_not_run(holdfast: Run, work: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "templates/hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-commit", "post-commit", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "home/.gitconfig").write_text(
        f"[init]\ntemplateDir = {tmp_path}/templates\n[core]\nhooksPath = {hooks}\n"
    )
    assert holdfast("new", "orders", "--spec", str(ORDERS)).returncode == 0
    assert not (tmp_path / "ran").exists()
    assert git(work / "orders", "log", "--format=%s").startswith("Start orders")


def test_an_empty_folder_and_the_working_directory_will_do(holdfast: Run, work: Path) -> None:
    (work / "orders").mkdir()
    assert holdfast("new", "orders", "--spec", str(ORDERS), "--no-git").returncode == 0
    inner = work / "here"
    inner.mkdir()
    command = [sys.executable, "-m", "holdfast", "new", ".", "--defaults", "--set", "project.name=here"]
    done = subprocess.run(
        command, cwd=inner, env=environment(work, IDENTITY), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("here is in .: 1 function, 0 resources")
    assert "\n  cd " not in done.stdout
    assert (inner / "holdfast.lock").is_file()
    assert git(inner, "status", "--porcelain") == ""


def refuse(target: str, why: str) -> str:
    return f"holdfast: {target}: {why}\n"


def test_a_target_that_is_taken(holdfast: Run, work: Path) -> None:
    (work / "full").mkdir()
    (work / "full/mine.txt").write_text("mine")
    (work / "file").write_text("mine")
    (work / "link").symlink_to(work / "nowhere")
    for target, line in {
        "full": refuse("full", "the folder is not empty; name a new one, or empty it"),
        "file": refuse("file", "there is a file of that name; name another folder"),
        "link": refuse("link", "there is a file of that name; name another folder"),
    }.items():
        done = holdfast("new", target, "--defaults")
        assert (done.returncode, done.stderr) == (2, line)
    assert (work / "full/mine.txt").read_text() == "mine"
    assert sorted(p.name for p in work.iterdir()) == ["file", "full", "link"]


def test_a_target_that_cannot_be_written(holdfast: Run, work: Path) -> None:
    (work / "file").write_text("mine")
    done = holdfast("new", "file/orders", "--defaults")
    assert (done.returncode, done.stderr) == (2, "holdfast: file: it is a file, not a folder; name another folder\n")
    done = holdfast("new", "/proc/orders", "--defaults")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("holdfast: /proc: nothing can be written there: ")
    assert done.stderr.endswith("; choose another place, or get the right to write there\n")


def test_folders_above_a_target_go_with_it(holdfast: Run, work: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    (work / "there").mkdir()
    done = holdfast("new", "there/a/b/orders", "--spec", str(ORDERS), preexec_fn=full)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert [path.name for path in work.iterdir()] == ["there"]
    assert list((work / "there").iterdir()) == []


def test_a_repository_that_cannot_be_filled_is_no_project(holdfast: Run, work: Path, tmp_path: Path) -> None:
    """Files fit and git's objects do not: nothing is left, and it is no success."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(
        "#!/bin/sh\necho 'error: unable to write loose object file: No space left' >&2\nexit 128\n"
    )
    (tools / "git").chmod(0o755)
    done = holdfast("new", "orders", "--defaults", env={**IDENTITY, "PATH": f"{tools}:{os.environ['PATH']}"})
    assert done.returncode == 2
    assert "git init failed: unable to write loose object file: No space left; mend that and try again" in done.stderr
    assert list(work.iterdir()) == []


def test_a_spec_without_end_is_not_read(holdfast: Run) -> None:
    done = holdfast("new", "orders", "--spec", "/dev/zero")
    assert (done.returncode, done.stderr) == (
        2,
        "holdfast: /dev/zero: it is too large for a spec; name a holdfast.toml\n",
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--defaults", "--template", ""), "--template: no template is named; name a folder or a git URL"),
        (
            ("--defaults", "--set", "functions.hello.event.kind=sqs"),
            "answers functions.hello.event: queue is missing: Which queue; write the name of a resource of kind queue",
        ),
        (
            ("--defaults", "--set", "api.authorizer=jwt"),
            "answers: missing: api.issuer, api.audience; give each with --set KEY=VALUE",
        ),
    ],
)
def test_what_was_not_said_is_not_blamed(holdfast: Run, work: Path, arguments: tuple[str, ...], line: str) -> None:
    done = holdfast("new", "orders", *arguments)
    assert (done.returncode, done.stderr) == (2, f"holdfast: {line}\n")
    assert list(work.iterdir()) == []


def test_a_project_that_is_no_table_is_the_files_own_mistake(holdfast: Run, work: Path) -> None:
    (work / "spec.toml").write_text("project = 3\n")
    done = holdfast("new", "orders", "--spec", "spec.toml")
    assert done.stderr == ("holdfast: spec.toml:1 project: it must be a table; write [project] and keys below it\n")


def test_in_somebody_elses_repository_it_says_what_must_move(holdfast: Run, work: Path) -> None:
    git(work, "init", "--quiet")
    done = holdfast("new", "orders", "--defaults", "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)["warnings"]
    assert f"GitHub reads .github at the root of a repository alone: move it to {work}" in said
    done = holdfast("new", "others", "--defaults", "--set", "ci.system=gitlab", "--json")
    said = json.loads(done.stdout)["warnings"]
    assert f"GitLab reads .gitlab-ci.yml at the root of a repository alone: move it to {work}" in said
    assert not any("GitHub" in warning for warning in said)


def test_a_full_standard_output_is_said(holdfast: Run, work: Path) -> None:
    command = [sys.executable, "-m", "holdfast", "schema"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, env=environment(work, {}), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        2,
        "holdfast: standard output: No space left on device; mend that and try again\n",
    )


def test_a_full_disk_leaves_nothing(holdfast: Run, work: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = holdfast("new", "orders", "--spec", str(ORDERS), "--no-git", preexec_fn=full)
    assert done.returncode == 2
    assert "it cannot be written: File too large" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("moment", [0.05, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5])
def test_a_killed_run_leaves_no_target_or_the_whole_one(
    work: Path, holdfast: Run, tmp_path: Path, moment: float
) -> None:
    command = [sys.executable, "-m", "holdfast", "new", "orders", "--spec", str(ORDERS)]
    process = subprocess.Popen(
        command,
        cwd=work,
        env=environment(tmp_path / "home", IDENTITY),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if (work / "orders").exists():
        assert git(work / "orders", "status", "--porcelain") == ""
        assert (work / "orders/holdfast.lock").is_file()
    else:
        assert holdfast("new", "orders", "--spec", str(ORDERS)).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("moment", [0.1, 0.2, 0.3, 0.4])
def test_a_stopped_run_leaves_nothing_or_all(
    work: Path, holdfast: Run, tmp_path: Path, number: signal.Signals, moment: float
) -> None:
    command = [sys.executable, "-m", "holdfast", "new", "orders", "--spec", str(ORDERS), "--quiet"]
    process = subprocess.Popen(
        command,
        cwd=work,
        env=environment(tmp_path / "home", IDENTITY),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(moment)
    process.send_signal(number)
    said = process.communicate()[1]
    left = sorted(path.name for path in work.iterdir())
    if left:
        assert left == ["orders"]
        assert (work / "orders/holdfast.lock").is_file()
        assert "nothing was written" not in said
    else:
        assert process.returncode in (128 + number, -number)


def test_a_fresh_repository_is_filled(holdfast: Run, work: Path) -> None:
    git(work, "init", "--quiet", "orders")
    done = holdfast("new", "orders", "--spec", str(ORDERS))
    assert done.returncode == 0
    assert "not committed: it was a repository already" in " ".join(done.stdout.split())
    assert (work / "orders/holdfast.lock").is_file()
    assert [path.name for path in work.iterdir()] == ["orders"]


def test_a_link_to_an_empty_folder_is_that_folder(holdfast: Run, work: Path) -> None:
    (work / "real").mkdir()
    (work / "link").symlink_to(work / "real")
    assert holdfast("new", "link", "--spec", str(ORDERS), "--no-git").returncode == 0
    assert (work / "real/holdfast.lock").is_file()
    assert (work / "link").is_symlink()


def test_what_is_printed_can_be_pasted(holdfast: Run) -> None:
    done = holdfast("new", "a;id $(id) it's", "--defaults", "--set", "project.name=x", "--no-git")
    assert """\n  cd 'a;id $(id) it'"'"'s'\n""" in done.stdout


def test_a_summary_that_nobody_reads_is_no_error(work: Path, holdfast: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "holdfast", "new", "orders", "--spec", str(ORDERS), "--no-git"]
    with subprocess.Popen(
        command, cwd=work, env=environment(tmp_path, {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert (work / "orders/holdfast.lock").is_file()


def test_streams_that_are_closed(work: Path, holdfast: Run, tmp_path: Path) -> None:
    words = f"exec '{sys.executable}' -m holdfast new orders --defaults --no-git"
    for closed, code in {"<&-": 0, "2>&-": 2}.items():
        done = subprocess.run(
            ["sh", "-c", f"{words} {closed}"],
            cwd=work,
            env=environment(tmp_path, {}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, "")


def test_a_password_is_never_shown(holdfast: Run) -> None:
    done = holdfast("new", "a", "--defaults", "--template", "https://user:s3cr3t@127.0.0.1:1/x.git@v1")
    assert done.returncode == 2
    assert done.stderr.startswith("holdfast: https://127.0.0.1:1/x.git: it cannot be fetched: unable to access")
    assert "s3cr3t" not in done.stderr


def test_why_git_failed_is_its_first_word(holdfast: Run, work: Path) -> None:
    done = holdfast("new", "a", "--defaults", "--template", f"file://{work}/nothing.git")
    assert done.stderr == (
        f"holdfast: file://{work}/nothing.git: it cannot be fetched: '{work}/nothing.git' does not appear to be a git "
        "repository; check the address, or clone it yourself and name the folder\n"
    )


def test_what_a_killed_run_left_is_swept_away_later(holdfast: Run, work: Path) -> None:
    stale, fresh, mine, backup = (
        work / f".orders.{name}" for name in ("holdfast-abcdefgh", "holdfast-12345678", "mine", "holdfast-savedold")
    )
    for folder in (stale, fresh, mine, backup):
        (folder / "project").mkdir(parents=True)
        (folder / "project/x").write_text("x")
    (backup / "precious").write_text("mine")
    for folder in (stale, mine, backup):
        os.utime(folder, (0, 0))
    assert holdfast("new", "orders", "--spec", str(ORDERS), "--no-git").returncode == 0
    assert not stale.exists()
    assert fresh.exists()
    assert mine.exists()
    assert (backup / "precious").exists()


USAGE = {
    ("new", "--defaults", "--spec", "x"): "holdfast: --defaults and --spec are two ways to say the same: give one; see "
    "holdfast new --help",
    ("new", "--spec", "nowhere.toml"): "holdfast: nowhere.toml: it cannot be read: No such file or directory; name a "
    "holdfast.toml",
    ("new", "--spec", "."): "holdfast: .: it cannot be read: Is a directory; name a holdfast.toml",
    ("new", "--colour"): "holdfast: No such option '--colour'; see holdfast new --help",
    ("build",): "holdfast: No such command 'build'; see holdfast --help",
    ("new", "--defaults", "--set", "name"): "holdfast: --set name: it is not KEY=VALUE; write it as --set "
    "project.description=Orders",
    ("new", "--defaults", "--set", "project.nam=x"): "holdfast: --set project.nam: the key 'nam' is unknown; known here: "
    "name, description, owner, runtime, region, architecture",
    ("new", "--defaults", "--template", "./nowhere"): "holdfast: ./nowhere: there is no such folder; name a template's "
    "folder or git URL",
    ("new", "--defaults", "--set", "functions.hello.memory=" + "9" * 5000): "holdfast: --set functions.hello.memory: "
    f"'{'9' * 77}'… is not a whole number; write a whole number from 128 to 10240",
    ("new", "--defaults", "--set", "functions.hello.environment=" + "[" * 3000): "holdfast: --set "
    "functions.hello.environment: it is not a table of texts; write names in capitals, none of AWS's, Python's or a backend's own, 3,000 characters in all, and never a "
    "secret: whoever may read the function's configuration reads it",
    ("new", "--defaults", "--template", "~nobody-here/x"): "holdfast: ~nobody-here/x: there is no such folder; name a "
    "template's folder or git URL",
    ("new", "../Orders", "--defaults"): "holdfast: answers project.name: 'Orders' is not a name: it may hold lower-case "
    "letters, digits and single hyphens, starting with a letter; choose another name",
}  # fmt: skip


@pytest.mark.parametrize("arguments", USAGE, ids=lambda words: " ".join(words)[:60])
def test_wrong_usage_is_one_line_and_writes_nothing(holdfast: Run, work: Path, arguments: tuple[str, ...]) -> None:
    done = holdfast(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", USAGE[arguments] + "\n")
    assert list(work.iterdir()) == []


def test_a_spec_that_is_no_text(holdfast: Run, work: Path) -> None:
    (work / "spec.toml").write_bytes(b"name = \xff")
    done = holdfast("new", "--spec", "spec.toml")
    assert (done.returncode, done.stderr) == (2, "holdfast: spec.toml: it is not UTF-8 (byte 7); save it as UTF-8\n")


def test_a_spec_with_a_mark_and_windows_line_ends(holdfast: Run, work: Path) -> None:
    (work / "spec.toml").write_bytes(b"\xef\xbb\xbf" + ORDERS.read_bytes().replace(b"\n", b"\r\n"))
    assert holdfast("new", "orders", "--spec", "spec.toml", "--no-git").returncode == 0
    assert (work / "orders/holdfast.toml").read_bytes() == ORDERS.read_bytes()


def test_a_teams_template_and_its_commit_in_the_lock(holdfast: Run, work: Path, tmp_path: Path) -> None:
    team = tmp_path / "team"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "team")
    for name in ("cookiecutter.json", "template"):
        subprocess.run(["cp", "-r", str(ROOT / name), str(team / name)], check=True)
    manifest = team / "template/template.toml"
    manifest.write_text(manifest.read_text().replace('name = "holdfast"', 'name = "team"'))
    git(team, "add", "--all", "--force")
    git(team, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one")
    git(team, "tag", "v1")
    done = holdfast("new", "orders", "--spec", str(ORDERS), "--template", f"{team}@v1", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (applied,) = json.loads((work / "orders/holdfast.lock").read_text())["templates"]
    assert (applied["name"], applied["location"]) == ("team", f"{team.as_posix()}@{git(team, 'rev-parse', 'HEAD')}")


def test_the_list_of_commands_cuts_no_sentence_short(holdfast: Run) -> None:
    """click ends what does not fit a terminal of 80 columns in dots, and a pipe has as many."""
    for group in ((), ("add",), ("remove",), ("rename",)):
        listed = holdfast(*group, "--help").stdout.partition("Commands:\n")[2].splitlines()
        assert listed
        assert [line for line in listed if not line.endswith(".") or line.endswith("...")] == []


def test_help_and_version(holdfast: Run) -> None:
    assert holdfast("--version").stdout == "holdfast 0.3.0\n"
    shown = holdfast("new", "--help").stdout
    for option in ("--defaults", "--spec", "--set", "--template", "--trust", "--no-git", "--quiet", "--json"):
        assert option in shown


def test_a_bug_is_one_line_and_its_traceback_is_for_who_asks(holdfast: Run) -> None:
    broken = {"PYTHONPATH": f"{ROOT / 'tests' / 'broken'}{os.pathsep}{ROOT / 'generator'}"}
    done = holdfast("new", "--defaults", env=broken)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert done.stderr.startswith("holdfast: a bug in holdfast, RuntimeError: broken on purpose; please report it")
    assert "Traceback" in holdfast("new", "--defaults", env={**broken, "HOLDFAST_DEBUG": "1"}).stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "holdfast", "schema"]
    with subprocess.Popen(
        command, env=environment(tmp_path, {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_get_their_completion(holdfast: Run, shell: str) -> None:
    done = holdfast(env={"_HOLDFAST_COMPLETE": f"{shell}_source"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "_HOLDFAST_COMPLETE" in done.stdout


def test_options_are_completed(holdfast: Run) -> None:
    words = {"_HOLDFAST_COMPLETE": "zsh_complete", "COMP_WORDS": "holdfast new --d", "COMP_CWORD": "2"}
    assert "--defaults" in holdfast(env=words).stdout


def test_nothing_to_do_prints_the_help(holdfast: Run) -> None:
    done = holdfast()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: holdfast [OPTIONS] COMMAND [ARGS]...\n")
