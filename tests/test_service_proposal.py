"""The weekly proposal of a service: a patch made where nothing may be written, and a branch made of it where git alone runs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from minimal import ROOT
from support import tools

#: A service as far as a proposal sees one.
MAKEFILE = """\
upgrade:
	@echo 'requirements.txt: urllib3 1.0 -> 2.0'
	@echo 'urllib3==2.0' > requirements.txt
	@echo new > 'a file.txt'
	@printf '\\0\\377' > binary
	@test ! -f deep || { mkdir -p .github/workflows; echo x > .github/workflows/ci.yml; }
update:
	@echo 'template.yaml: both changed the same lines'; exit 1
"""
#: `gh` of GitHub's runners, as far as it is asked: it writes down what it was told, and says what is open.
GH = """\
#!{python}
import json, os, sys
with open(os.environ["GH_LOG"], "a") as log:
    body = sys.stdin.read() if "--body-file" in sys.argv else ""
    print(json.dumps([*sys.argv[1:], body]), file=log)
if sys.argv[2] == "list":
    print(os.environ.get("GH_OPEN", "[]"))
"""


@dataclass(frozen=True)
class Place:
    """A repository with a remote, as a job finds it, and what `gh` was told."""

    work: Path
    remote: Path
    log: Path

    def run(self, *words: str, **env: str) -> CompletedProcess[str]:
        path = f"{self.log.parent}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "GH_LOG": str(self.log), "GIT_CONFIG_GLOBAL": os.devnull}
        return tools.attempt([sys.executable, "-m", *words], cwd=self.work, env={**own, **env})

    def told(self) -> list[list[str]]:
        return (
            [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
            if self.log.exists()
            else []
        )

    def remote_git(self, *words: str) -> str:
        return tools.run(["git", "-C", str(self.remote), *words])


def git(place: Path, *words: str) -> str:
    own = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    return tools.run(["git", *own, "-C", str(place), *words])


@pytest.fixture(params=["github", "gitlab"])
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path, system: str) -> Place:
    work, remote, gh = tmp_path / "work", tmp_path / "server/acme/orders.git", tmp_path / "bin/gh"
    (work / "tools/proposals").mkdir(parents=True)
    shutil.copy(ROOT / "template/project/files/tools/proposals/proposal.py", work / "tools/proposals")
    shutil.copy(ROOT / f"template/ci/{system}/files/tools/proposals/propose.py", work / "tools/proposals")
    (work / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (work / ".gitignore").write_text(".build/\n__pycache__/\n", encoding="utf-8")
    (work / "requirements.txt").write_text("urllib3==1.0\n", encoding="utf-8")
    git(work, "init", "--quiet", "--initial-branch", "main")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "start")
    tools.run(["git", "clone", "--quiet", "--bare", str(work), str(remote)])
    git(remote, "config", "receive.advertisePushOptions", "true")
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_. | grep -v COUNT | sort > "$GIT_DIR/options"\n', encoding="utf-8"
    )
    hook.chmod(0o755)
    git(work, "remote", "add", "origin", str(remote))
    gh.parent.mkdir()
    gh.write_text(GH.format(python=sys.executable), encoding="utf-8")
    gh.chmod(0o755)
    return Place(work, remote, tmp_path / "bin/log")


def propose(place: Place, system: str, **env: str) -> CompletedProcess[str]:
    """Both jobs, the second in a checkout of its own that has nothing of the first but the patch."""
    made = place.run("tools.proposals.proposal", "make", "upgrade")
    assert made.returncode == 0, made.stdout
    git(place.work, "checkout", "--quiet", "--", ".")
    git(place.work, "clean", "--quiet", "--force", "-d")
    git(place.work, "checkout", "--quiet", "main")
    if system == "gitlab":
        env |= {"CI_SERVER_URL": f"file://{place.remote.parents[1]}", "CI_PROJECT_PATH": "acme/orders"}
    return place.run("tools.proposals.propose", "upgrade", "main", **env)


def test_a_proposal_is_a_branch_with_all_that_changed(place: Place, system: str) -> None:
    done = propose(place, system)
    assert done.returncode == 0, done.stdout
    assert place.remote_git("show", "--format=%s", "--name-status", "holdfast/upgrade").split("\n") == [
        "Take newer versions of what is locked", "", "A\ta file.txt", "A\tbinary", "M\trequirements.txt", "",
    ]  # fmt: skip
    assert place.remote_git("rev-parse", "holdfast/upgrade^") == place.remote_git("rev-parse", "main")
    if system == "github":
        setup, listed, created = place.told()
        assert setup[:2] == ["auth", "setup-git"]
        assert listed[:6] == ["pr", "list", "--head", "holdfast/upgrade", "--state", "open"]
        assert created[:6] == ["pr", "create", "--base", "main", "--head", "holdfast/upgrade"]
        assert "urllib3 1.0 -> 2.0" in created[-1]
        assert "close this and open it again" in created[-1]
    else:
        options = (place.remote / "options").read_text(encoding="utf-8").splitlines()
        assert [line.split("=", 1)[1] for line in options] == [
            "merge_request.create",
            "merge_request.target=main",
            "merge_request.title=Take newer versions of what is locked",
        ]


def test_a_second_week_brings_the_open_one_up_to_date(place: Place, system: str) -> None:
    assert propose(place, system).returncode == 0
    first = place.remote_git("rev-parse", "holdfast/upgrade")
    git(place.work, "checkout", "--quiet", "main")
    git(place.work, "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
    done = propose(place, system, GH_OPEN='[{"number": 1}]')
    assert done.returncode == 0, done.stdout
    assert place.remote_git("rev-parse", "holdfast/upgrade") != first
    assert sum(words[:2] == ["pr", "create"] for words in place.told()) == (1 if system == "github" else 0)


def test_nothing_changed_is_no_proposal(place: Place, system: str) -> None:
    (place.work / "Makefile").write_text("upgrade:\n\t@echo nothing newer\n", encoding="utf-8")
    git(place.work, "commit", "--quiet", "--all", "--message", "still")
    done = propose(place, system)
    assert (done.returncode, done.stdout) == (0, "propose: nothing changed\n")
    assert place.remote_git("branch", "--list").split() == ["*", "main"]
    assert place.told() == []


@pytest.mark.parametrize("system", ["github"], indirect=True)
def test_what_a_workflow_may_not_push_is_said_in_an_issue(place: Place, system: str) -> None:
    (place.work / "deep").touch()
    git(place.work, "add", "--all")
    git(place.work, "commit", "--quiet", "--message", "deep")
    assert propose(place, system).returncode == 0
    listed, created = place.told()
    assert listed[:2] == ["issue", "list"]
    assert created[:4] == ["issue", "create", "--title", "Take newer versions of what is locked"]
    assert "    make upgrade\n" in created[-1]
    assert place.remote_git("branch", "--list").split() == ["*", "main"]
    assert propose(place, system, GH_OPEN=json.dumps([{"title": created[3]}])).returncode == 0
    assert [words[1] for words in place.told()] == ["list", "create", "list"]


def test_a_change_that_fails_is_no_proposal(place: Place) -> None:
    (place.work / "tools/holdfast.txt").write_text("holdfast==1\n", encoding="utf-8")
    git(place.work, "add", "--all")
    git(place.work, "commit", "--quiet", "--message", "locked")
    done = place.run("tools.proposals.proposal", "make", "update")
    assert done.returncode == 2
    assert "template.yaml: both changed the same lines" in done.stdout
    assert not (place.work / ".build/proposal/change.patch").exists()


def test_without_a_locked_holdfast_no_update_is_looked_for(place: Place) -> None:
    done = place.run("tools.proposals.proposal", "make", "update")
    assert done.returncode == 0
    assert done.stdout.startswith("proposal: there is no tools/holdfast.txt yet, so no update is looked for")
    assert (place.work / ".build/proposal/change.patch").read_bytes() == b""


def test_what_is_not_committed_is_not_proposed(place: Place) -> None:
    (place.work / "requirements.txt").write_text("mine\n", encoding="utf-8")
    done = place.run("tools.proposals.proposal", "make", "upgrade")
    assert (done.returncode, done.stdout) == (1, "proposal: there are changes here that are not committed\n")
    assert (place.work / "requirements.txt").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("words", [[], ["make"], ["make", "deploy"]])
def test_only_what_is_meant_for_it_can_be_proposed(place: Place, words: list[str]) -> None:
    done = place.run("tools.proposals.proposal", *words)
    assert (done.returncode, done.stdout) == (1, "proposal.py make update|upgrade\n")
