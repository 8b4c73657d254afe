"""The pipelines of a service as they are written: the same jobs in each system, in one order, with no right too many."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast import project, spec
from holdfast.catalogue import Catalogue
from holdfast.tree import Tree
from support import goldens, policies, tools

#: A golden of each CI system.
SYSTEMS = {"github": "orders", "gitlab": "ci-gitlab"}
CHECKS = ["drift", "audit", "locked", "lint", "types", "test", "secrets", "validate", "workflows", "pack"]
STAGES = ["dev", "prod"]
#: What a job says beside `make`: it hands the digest on, and looks at it where nothing of the service may run.
PLAIN = {
    'echo "digest=$(cat .aws-sam/pack/DIGEST)" >> "$GITHUB_OUTPUT"',
    'echo "$DIGEST  SHA256SUMS" | sha256sum --check --strict && sha256sum --check --strict SHA256SUMS',
    'export DIGEST="$(cat .aws-sam/pack/DIGEST)"',
}
#: A deployment's own checkout, on GitLab.
OWN_CHECKOUT = [
    'cd "$(mktemp -d)"',
    "git init --quiet .",
    'test -z "${CI_SERVER_TLS_CA_FILE:-}" || git config "http.$CI_SERVER_URL.sslCAInfo" "$CI_SERVER_TLS_CA_FILE"',
    'git fetch --quiet --depth 1 "$CI_REPOSITORY_URL" "$CI_COMMIT_SHA" && git checkout --quiet FETCH_HEAD',
    'mkdir .aws-sam && cp -R "$CI_PROJECT_DIR/.aws-sam/pack" .aws-sam/pack',
]


@dataclass(frozen=True)
class Job:
    """A job of either system: its commands, the jobs that it waits for, and all else as YAML."""

    name: str
    says: list[str]
    needs: list[str]
    body: dict[str, Any]

    @property
    def targets(self) -> list[str]:
        words = shlex.split(" ".join(line.removeprefix("make ") for line in self.says if line.startswith("make ")))
        return [word for word in words if "=" not in word]


def github(text: str) -> Iterator[Job]:
    for name, body in yaml.safe_load(text)["jobs"].items():
        says = [step["run"] for step in body["steps"] if "run" in step]
        needs = body.get("needs", [])
        yield Job(name, says, needs if isinstance(needs, list) else [needs], body)


def gitlab(text: str) -> Iterator[Job]:
    content = yaml.safe_load(text)
    stages = content["stages"]
    jobs = {name: body for name, body in content.items() if isinstance(body, dict) and "script" in body}
    for name, body in jobs.items():
        before = [other for other in jobs if stages.index(jobs[other]["stage"]) < stages.index(body["stage"])]
        yield Job(name, body["script"], body.get("needs", before), {**content["default"], **body})


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def files(system: str, catalogue: Catalogue) -> Tree:
    return goldens.trees(catalogue)[SYSTEMS[system]]


def _text(files: Tree, path: str) -> str:
    return files[path].content.decode("utf-8")


@pytest.fixture(scope="module")
def jobs(system: str, files: Tree) -> dict[str, Job]:
    """Every job of every file of the pipeline, by name."""
    if system == "gitlab":
        return {job.name: job for job in gitlab(_text(files, ".gitlab-ci.yml"))}
    workflows = [path for path in files if path.startswith(".github/workflows/")]
    assert len(workflows) > 1
    return {job.name: job for path in workflows for job in github(_text(files, path))}


@pytest.fixture(scope="module")
def rules(files: Tree) -> dict[str, str]:
    """The Makefile's targets, each with what it needs."""
    return dict(re.findall(r"^([a-z]+|\.[^:=\s]+):(?!=) *([^#\n]*)", _text(files, "Makefile"), re.MULTILINE))


def test_renovate_takes_no_other_python_than_lambda_and_nothing_that_cannot_wait(
    system: str, files: Tree, catalogue: Catalogue
) -> None:
    """It reads setup-python's version, and raises an image to the newest Python; what it has no date of comes at once."""
    config = json.loads(_text(files, "renovate.json"))
    rules = config["packageRules"]
    assert (config["minimumReleaseAge"], config["internalChecksFilter"]) == ("7 days", "strict")
    assert [rule["matchManagers"] for rule in rules if "groupName" in rule] == [config["enabledManagers"]]
    off = [rule for rule in rules if rule.get("enabled") is False]
    if system == "github":
        assert [rule["matchDepTypes"] for rule in off] == [["uses-with"]]
        return
    assert [rule["matchUpdateTypes"] for rule in off] == [["digest"]]
    (python,) = (rule for rule in rules if "allowedVersions" in rule)
    image, _, tag = yaml.safe_load(_text(files, ".gitlab-ci.yml"))["default"]["image"].partition("@")[0].partition(":")
    assert python["matchPackageNames"] == [image]
    given = spec.parse(goldens.specs(catalogue)[SYSTEMS[system]], catalogue)
    runtime = str(given.tables["project"]["runtime"])
    newest = f"{runtime.removeprefix('python')}.99-bookworm"
    assert [
        bool(re.search(python["allowedVersions"].strip("/"), known)) for known in (tag, newest, "3.99.1", "30.14.0")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_make_check_runs_what_ci_runs_in_its_order(jobs: dict[str, Job], rules: dict[str, str]) -> None:
    assert [name for name in jobs if name in CHECKS] == CHECKS
    assert rules["check"].split() == CHECKS


def test_a_job_calls_targets_that_there_are_and_nothing_else(jobs: dict[str, Job], rules: dict[str, str]) -> None:
    for job in jobs.values():
        assert job.says or job.name == "attest", job.name
        assert [
            line for line in job.says if not line.startswith("make ") and line not in {*PLAIN, *OWN_CHECKOUT}
        ] == [], job.name
        for target in job.targets:
            known = target in rules or re.fullmatch(r"\.tools/[a-z-]+/\.done", target)
            assert known, f"{job.name}: there is no target {target}"
    assert {"smoke", "rollback"} <= rules.keys(), "what `proven` calls"
    assert {name: job.targets for name, job in jobs.items() if name in CHECKS} == {name: [name] for name in CHECKS}


def test_nothing_is_installed_before_it_was_audited(jobs: dict[str, Job]) -> None:
    first = [name for name in CHECKS if not jobs[name].needs]
    assert first == ["drift", "audit", "locked"]
    for name in CHECKS:
        assert name in first or set(first) <= set(jobs[name].needs), name


def test_what_is_deployed_was_checked_and_the_stages_follow_each_other(system: str, jobs: dict[str, Job]) -> None:
    deploys = [jobs[f"deploy-{stage}"] for stage in STAGES]
    for job in deploys:
        assert set(CHECKS) <= set(job.needs)
        assert job.targets[-4:] == [".tools/sam/.done", "signin", "ship", "proven"]
        assert [line for line in job.says if "ship" in line] == [
            f"make signin ship STAGE={job.name.removeprefix('deploy-')}"
        ]
    assert "deploy-dev" in deploys[1].needs


def test_the_job_that_packs_sets_no_variable_of_the_one_that_deploys(files: Tree, jobs: dict[str, Job]) -> None:
    """A report of variables could set PATH beside the identity; and a digest that is a command is none for the shell."""
    for job in jobs.values():
        assert "reports" not in job.body.get("artifacts", {}), job.name
    recipes = re.findall(r"^\t.*$", _text(files, "Makefile"), re.MULTILINE)
    assert [line for line in recipes if "DIGEST" in line and "$(DIGEST)" in line] == []


def test_gitlab_unpacks_artifacts_over_no_checkout_but_that_of_a_deployment(catalogue: Catalogue) -> None:
    """A scanner that was taken over cannot hand a Makefile to the job that packs, nor to the one with the identity."""
    content = yaml.safe_load(_text(goldens.trees(catalogue)["ci-gitlab"], ".gitlab-ci.yml"))
    taken = {}
    for job in gitlab(yaml.safe_dump(content)):
        body = {**content.get(job.body.get("extends", ""), {}), **job.body}
        taken[job.name] = body.get("dependencies", job.needs)
    assert {name: jobs for name, jobs in taken.items() if jobs} == {
        "deploy-dev": ["pack"],
        "deploy-prod": ["pack"],
        "propose": ["proposal"],
    }


@pytest.mark.parametrize("stage", STAGES)
def test_a_deployment_on_gitlab_runs_nothing_that_came_with_the_pack(
    catalogue: Catalogue, tmp_path: Path, stage: str
) -> None:
    """An archive with a Makefile, with programs, with a git folder that runs some, with a digest that make would run.

    What is run is the commit's own.
    """
    (job,) = (
        job
        for job in gitlab(_text(goldens.trees(catalogue)["ci-gitlab"], ".gitlab-ci.yml"))
        if job.name == f"deploy-{stage}"
    )
    assert job.body["variables"]["GIT_STRATEGY"] == "none"
    assert job.says[: len(OWN_CHECKOUT)] == OWN_CHECKOUT
    names = re.findall(r"[\w.-]+(?:/[\w.-]+)*", " ".join(job.targets))
    makefile = "".join(
        f"{name}:\n\t@echo the commit has {name}: $$(cat tools/own.py .aws-sam/pack/DIGEST)\n" for name in names
    )
    origin, checkout, place = (tmp_path / name for name in ("origin", "checkout", "tmp"))
    for folder in (origin / "tools", checkout / ".aws-sam/pack", checkout / "tools", checkout / ".git/hooks", place):
        folder.mkdir(parents=True)
    (origin / "Makefile").write_text(makefile, encoding="utf-8")
    (origin / "tools/own.py").write_text("own", encoding="utf-8")
    git = [
        "git",
        "-C",
        str(origin),
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "x"]):
        tools.run([*git, *words])
    trace = tmp_path / "trace"
    digest = f"0f$(shell touch {trace})"
    (checkout / ".aws-sam/pack/DIGEST").write_text(digest, encoding="utf-8")
    (checkout / "Makefile").write_text("%:\n\t@echo taken over\n", encoding="utf-8")
    (checkout / "tools/own.py").write_text("taken over", encoding="utf-8")
    (checkout / ".git/config").write_text('[core]\n\tfsmonitor = "echo taken over >&2; false"\n', encoding="utf-8")
    (checkout / ".git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    env = {
        "CI_PROJECT_DIR": str(checkout), "CI_REPOSITORY_URL": origin.as_uri(), "TMPDIR": str(place),
        "CI_COMMIT_SHA": tools.run([*git, "rev-parse", "HEAD"]).strip(),
    }  # fmt: skip
    printed = tools.run(["bash", "-eu", "-c", "\n".join(job.says)], cwd=checkout, env=env)
    said = [line for line in printed.splitlines() if line.startswith("the commit has ")]
    assert said == [f"the commit has {name}: own{digest}" for name in (".tools/sam/.done", "signin", "ship", "proven")]
    assert ("taken over" in printed, trace.exists()) == (False, False)


@pytest.mark.parametrize("given", [True, False])
def test_a_deployment_on_gitlab_believes_who_the_runner_believes(tmp_path: Path, given: bool) -> None:
    """A GitLab of one's own may have a certificate that only its runners know; no other place is believed by it."""
    place, authority = tmp_path / "tmp", tmp_path / "authority.pem"
    place.mkdir()
    env = {
        "TMPDIR": str(place),
        "CI_SERVER_URL": "https://gitlab.example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    env |= {"CI_SERVER_TLS_CA_FILE": str(authority)} if given else {}
    tools.run(["bash", "-eu", "-c", "\n".join(OWN_CHECKOUT[:3])], cwd=tmp_path, env=env)
    (own,) = place.iterdir()
    for host, known in (("gitlab.example.com", given), ("example.com", False)):
        asked = ["config", "--get-urlmatch", "http.sslCAInfo", f"https://job:token@{host}/acme/orders.git"]
        done = tools.attempt(["git", *asked], cwd=own, env=env)
        assert done.stdout == (f"{authority}\n" if known else ""), host


#: What became of what a deployment waits for, beside all else that went well, and which stages are deployed then.
RESULTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "all is well": ({}, ["dev", "prod"]),
    "nothing is attested": ({"attest": "skipped"}, ["dev", "prod"]),
    "a check fails": ({"test": "failure", "attest": "skipped"}, []),
    "a check takes too long": ({"test": "cancelled", "attest": "skipped"}, []),
    "what is first takes too long": ({"audit": "cancelled", "pack": "skipped", "attest": "skipped"}, []),
    "attesting takes too long": ({"attest": "cancelled"}, []),
    "the first stage fails": ({"deploy-dev": "failure"}, ["dev"]),
    "the first stage takes too long": ({"deploy-dev": "cancelled"}, ["dev"]),
    "the first stage was left out": ({"deploy-dev": "skipped"}, ["dev"]),
}


def _holds(condition: str, results: dict[str, str]) -> bool:
    """A condition of GitHub's, on a push that may deploy; failure() does not see what was cancelled."""
    known: list[tuple[str, Any]] = [
        (r"contains\(needs\.\*\.result, '(\w+)'\)", lambda found: str(found[1] in results.values())),
        (r"needs\.([\w-]+)\.result", lambda found: repr(results[found[1]])),
        (r"failure\(\)", str("failure" in results.values())),
        (r"cancelled\(\)", "False"),
        (r"github\.event_name", "'push'"),
        (r"vars\.DEPLOY", "'yes'"),
        (r"&&", " and "),
        (r"\|\|", " or "),
        (r"!(?!=)", " not "),
    ]
    for pattern, value in known:
        condition = re.sub(pattern, value, condition)
    return bool(eval(condition.strip(), {"__builtins__": {}}))  # noqa: S307 (a golden's own text)


@pytest.mark.parametrize("name", RESULTS)
def test_github_deploys_nothing_after_what_did_not_end_well(catalogue: Catalogue, name: str) -> None:
    """A job that took too long is cancelled in `needs`, and the workflow goes on."""
    text = _text(goldens.trees(catalogue)["orders"], ".github/workflows/ci.yml")
    ended, deployed = RESULTS[name]
    found = []
    for job in github(text):
        if job.name.startswith("deploy-"):
            results = {need: ended.get(need, "success") for need in job.needs}
            if _holds(job.body["if"], results):
                found.append(job.name.removeprefix("deploy-"))
    assert found == deployed


def test_two_deployments_never_overlap_and_none_is_ended_half_way(system: str, jobs: dict[str, Job]) -> None:
    for stage in STAGES:
        body = jobs[f"deploy-{stage}"].body
        if system == "github":
            assert body["concurrency"] == {"group": f"deploy-{stage}", "cancel-in-progress": False}
            assert body["environment"] == stage
        else:
            assert (body["resource_group"], body["interruptible"]) == (f"deploy-{stage}", False)
            assert body["environment"]["name"] == stage


def test_only_a_push_to_main_that_is_meant_to_deploy_does(system: str, files: Tree, jobs: dict[str, Job]) -> None:
    for name in ("deploy-dev", "deploy-prod", *(["attest"] if system == "github" else [])):
        if system == "github":
            assert "github.event_name == 'push' && vars.DEPLOY == 'yes'" in jobs[name].body["if"]
        else:
            (rule,) = jobs[name].body["rules"]
            assert rule["if"] == '$CI_PIPELINE_SOURCE == "push" && $DEPLOY == "yes"'
    if system == "github":
        assert yaml.safe_load(_text(files, ".github/workflows/ci.yml"))[True]["push"] == {"branches": ["main"]}
    else:
        pushes = [
            r["if"] for r in yaml.safe_load(_text(files, ".gitlab-ci.yml"))["workflow"]["rules"] if "push" in r["if"]
        ]
        assert pushes == ['$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH']


#: Who may do more than read the repository.
RIGHTS = {
    "attest": {"attestations": "write", "id-token": "write"},
    "deploy-dev": {"attestations": "read", "contents": "read", "id-token": "write"},
    "deploy-prod": {"attestations": "read", "contents": "read", "id-token": "write"},
    "propose": {"contents": "write", "issues": "write", "pull-requests": "write"},
}


def test_a_job_has_the_rights_that_it_needs(system: str, files: Tree, jobs: dict[str, Job]) -> None:
    """An identity is where something is signed or deployed, and there runs neither a scanner nor a test."""
    if system == "gitlab":
        assert [name for name, job in jobs.items() if "id_tokens" in job.body] == ["deploy-dev", "deploy-prod"]
        assert "secrets" not in {key for job in jobs.values() for key in job.body}
        return
    for path in (path for path in files if path.startswith(".github/workflows/")):
        assert yaml.safe_load(_text(files, path))["permissions"] == {}
    assert {name: job.body["permissions"] for name, job in jobs.items()} == {
        name: RIGHTS.get(name, {"contents": "read"}) for name in jobs
    }
    assert jobs["propose"].targets == ["propose"]
    assert jobs["attest"].targets == []
    used = {step["uses"].split("@")[0] for step in jobs["attest"].body["steps"] if "uses" in step}
    assert used == {"actions/download-artifact", "actions/attest"}


def test_no_pipeline_holds_what_incidents_were_made_of(system: str, files: Tree) -> None:
    paths = [path for path in files if path.startswith(".github/workflows/") or path == ".gitlab-ci.yml"]
    for path in paths:
        text = _text(files, path)
        assert not re.search(
            r"pull_request_target|workflow_run|secrets[.\[]|cache|continue-on-error|allow_failure",
            re.sub("#.*", "", text),
        )


def test_every_job_has_a_limit_and_everything_foreign_is_pinned(system: str, jobs: dict[str, Job]) -> None:
    for job in jobs.values():
        if system == "gitlab":
            assert re.fullmatch(r"\d+ minutes", job.body["timeout"]), job.name
            assert re.fullmatch(r"python:3\.\d+\.\d+-bookworm@sha256:[0-9a-f]{64}", job.body["image"]), job.name
            continue
        assert 0 < job.body["timeout-minutes"] <= 60, job.name
        for step in job.body["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), job.name
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, job.name


def test_a_pin_says_which_release_it_is(catalogue: Catalogue) -> None:
    for path, file in goldens.trees(catalogue)["orders"].items():
        if path.startswith(".github/workflows/"):
            uses = re.findall(r"uses: (.*)", file.content.decode())
            assert uses
            assert [use for use in uses if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


@pytest.mark.parametrize("runtime", ["python3.12", "python3.13", "python3.14"])
def test_gitlab_runs_what_lambda_runs(catalogue: Catalogue, runtime: str) -> None:
    text = goldens.specs(catalogue)["ci-gitlab"]
    text = re.sub(r"^runtime = .*$", f'runtime = "{runtime}"', text, flags=re.MULTILINE)
    files = project.files(spec.parse(text, catalogue), text, catalogue)
    image = yaml.safe_load(_text(files, ".gitlab-ci.yml"))["default"]["image"]
    assert image.startswith(f"python:{runtime.removeprefix('python')}.")


def test_owners_approve_what_could_deploy(system: str, files: Tree) -> None:
    owners = _text(files, {"github": ".github/CODEOWNERS", "gitlab": ".gitlab/CODEOWNERS"}[system])
    own = {"github": ["/.github/"], "gitlab": ["/.gitlab-ci.yml", "/.gitlab/"]}[system]
    for path in [
        *own,
        "/platform/",
        "/template.yaml",
        "/requirements*.txt",
        "/tools/",
        "/Makefile",
        "/*.py",
        "/waivers.toml",
    ]:
        assert re.search(rf"^{re.escape(path)} @\S+$", owners, re.MULTILINE), path


def test_gitlab_takes_the_role_from_one_branch_of_one_project(catalogue: Catalogue) -> None:
    resources = policies.template(goldens.trees(catalogue)["ci-gitlab"], "platform/deploy.yaml")
    known = policies.KNOWN | {"Repository": "acme/orders", "Claims": resources["Parameters"]["Claims"]["Default"]}
    role = resources["Resources"]["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]
    (statement,) = policies.resolved(role, known)["Statement"]
    assert statement["Principal"]["Federated"].endswith(":oidc-provider/gitlab.example.com")
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "gitlab.example.com:aud": "sts.amazonaws.com",
            "gitlab.example.com:sub": "project_path:acme/orders:ref_type:branch:ref:main",
        }
    }
    assert resources["Resources"]["Provider"]["Properties"]["Url"] == "https://gitlab.example.com"
