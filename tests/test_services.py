"""Every golden service passes its own tests, and what independent tools say of it. These tests take minutes, not seconds.

The tools come from the locks of the services themselves, so that what is tested is what users get.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from holdfast import render, source, spec, tree
from holdfast.catalogue import Catalogue, load
from support import goldens, policies, tools

NAMES = list(goldens.specs(load(source.bundled())))
#: Where scanners look: together these hold every part of the template and every choice that a template sees.
BACKENDS = tuple(name for name in NAMES if name.startswith("observability-"))
SCANNED = ("orders", "everything", "jwt", "platform", "vpc", *BACKENDS)
#: Where mypy looks, which takes as long as all other checks: these hold every Python file of the template, too.
TYPED = (*SCANNED, "defaults", "fifo", "hostile")
#: Which of them as the oldest Python sees them that a service is developed on; the others as their runtime does.
OLDEST = ("orders", "everything")
BUILT = "orders"
#: What invokes a function and does not wait for its answer.
ASYNCHRONOUS = {f"{name}.amazonaws.com" for name in ("events", "iot", "logs", "s3", "ses", "sns")}
#: Choices: a VPC; and no cache of a REST API's answers, which would give one caller's to another.
CHOSEN = ("CKV_AWS_117", "CKV_AWS_120")


@pytest.fixture(scope="module")
def services(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every golden on disk."""
    root = tmp_path_factory.mktemp("services")
    for name, files in goldens.trees(catalogue).items():
        (root / name).mkdir()
        tree.write(files, root / name)
    return {name: root / name for name in NAMES}


def lock_of(service: Path, name: str) -> str:
    return (service / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def jobs(services: dict[str, Path], request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Any]]]:
    """What the selected tests will ask for, running side by side: `sam`, and a job for each golden and its own checks."""
    selected = [
        item for item in request.session.items if item.path == request.path and isinstance(item, pytest.Function)
    ]
    names = {item.callspec.params["name"] for item in selected if "checks" in item.fixturenames}
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 2)) as pool:
        running: dict[str, Future[Any]] = {}
        if any("judged" in item.fixturenames for item in selected):
            running["sam"] = pool.submit(_judged, services)
        for name in NAMES:
            if name in names:
                for tool, words in _own_checks(services[name], typed=name in TYPED).items():
                    running[f"{name}: {tool}"] = pool.submit(_attempt, tool, words, services[name])
        yield running
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def checks(jobs: dict[str, Future[Any]]) -> Callable[[str, str], str]:
    """A function of a golden and a tool that gives what the tool printed; the test fails with it where the tool did."""

    def passed(name: str, tool: str) -> str:
        done: CompletedProcess[str] = jobs[f"{name}: {tool}"].result()
        if done.returncode:
            pytest.fail(f"{name}: {tool} exited with {done.returncode}:\n{done.stdout}", pytrace=False)
        return done.stdout

    return passed


def _service_environment(service: Path) -> Path:
    """What `make setup` makes, shared by all that have the same locks."""
    runtime = re.search(
        r"^RUNTIME := python([\d.]+)$", (service / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert runtime, "the Makefile says no runtime"
    versions = dict.fromkeys((runtime[1], "3.13", "3.12", "3.11", "3.14"))
    return tools.environment(lock_of(service, "requirements-dev.txt"), tuple(versions))


def _attempt(tool: str, words: list[str], service: Path) -> CompletedProcess[str]:
    """mypy gets a cache of its own: it takes a module for one that it knows from another service."""
    return tools.attempt([*words, "--cache-dir", os.devnull] if tool == "mypy" else words, cwd=service)


def _own_checks(service: Path, *, typed: bool) -> dict[str, list[str]]:
    commands = _service_environment(service)
    found = {
        "pytest": [str(commands / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        "ruff check": [str(commands / "ruff"), "check", "--no-cache"],
        "ruff format": [str(commands / "ruff"), "format", "--no-cache", "--check", "--diff"],
        "lint": [str(commands / "python"), "-m", "tools.lint"],
    }
    oldest = ["--python-version", "3.11"] if service.name in OLDEST else []
    return found | ({"mypy": [str(commands / "mypy"), *oldest]} if typed else {})


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_pass(name: str, checks: Callable[[str, str], str], services: dict[str, Path]) -> None:
    printed = checks(name, "pytest")
    passed = re.search(r"(\d+) passed", printed)
    assert passed, printed
    assert int(passed[1]) >= len(list((services[name] / "tests").rglob("test_*.py"))), printed
    assert not re.search(r"\d+ (?:skipped|xfailed|warnings?)", printed), printed


@pytest.mark.parametrize("name", TYPED)
def test_its_own_types_are_right(name: str, checks: Callable[[str, str], str]) -> None:
    checks(name, "mypy")


def test_types_are_looked_at_in_every_file_of_the_template(catalogue: Catalogue) -> None:
    """But for what is a function's own, which is the same in all but names."""
    typed, every = set(), set()
    for name, files in goldens.trees(catalogue).items():
        package = spec.parse(goldens.specs(catalogue)[name], catalogue).name.replace("-", "_")
        own = {path.replace(f"src/{package}/", "src/", 1) for path in files if path.endswith(".py")}
        own = {path for path in own if not path.startswith(("src/functions/", "tests/functions/"))}
        every |= own
        typed |= own if name in TYPED else set()
    assert every - typed == set()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tool", ["ruff check", "ruff format", "lint"])
def test_its_own_lint_is_clean(name: str, tool: str, checks: Callable[[str, str], str]) -> None:
    checks(name, tool)


def _judged(services: dict[str, Path]) -> dict[str, Any]:
    commands = tools.environment(lock_of(services[BUILT], "tools/sam.txt"))
    script = Path(__file__).parent / "support/templates.py"
    words = [str(commands / "python"), str(script), *map(str, services.values())]
    printed = tools.run(words, env={"AWS_DEFAULT_REGION": "eu-west-1"})
    found: dict[str, Any] = json.loads(printed[printed.index("{") :])
    return found


@pytest.fixture(scope="module")
def judged(jobs: dict[str, Future[Any]]) -> dict[str, Any]:
    """What SAM says of every template, and what it makes of it."""
    found: dict[str, Any] = jobs["sam"].result()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_sam_finds_the_template_valid(name: str, judged: dict[str, Any]) -> None:
    assert judged[name]["exit"] == 0, judged[name]["output"]
    assert "is a valid SAM Template" in judged[name]["output"]


def test_cfn_lint_finds_nothing(services: dict[str, Path]) -> None:
    """`sam validate --lint` is cfn-lint on every template.yaml; this is for what SAM does not read."""
    commands = tools.environment(lock_of(services[BUILT], "tools/sam.txt"))
    templates = [path for name in SCANNED for path in (services[name] / "platform").glob("*.yaml")]
    assert templates
    assert tools.run([str(commands / "cfn-lint"), *map(str, templates)]) == ""


def _templates(service: Path) -> list[Path]:
    return [service / "template.yaml", *sorted((service / "platform").glob("*.yaml"))]


@pytest.mark.parametrize("name", NAMES)
def test_the_stack_holds_as_many_resources_as_was_said(name: str, judged: dict[str, Any], catalogue: Catalogue) -> None:
    """The count that warns from 400 and refuses above 500 is that of the translated template, from the parts' counts."""
    wanted = spec.parse(goldens.specs(catalogue)[name], catalogue)
    resources = judged[name]["expanded"]["Resources"]
    kinds = "\n".join(
        f"{count} {kind}" for kind, count in sorted(Counter(r["Type"] for r in resources.values()).items())
    )
    assert render.resource_count(wanted, catalogue) == len(resources), kinds


@pytest.mark.parametrize("name", NAMES)
def test_sam_adds_no_role_and_no_policy(name: str, judged: dict[str, Any], services: dict[str, Path]) -> None:
    written = (services[name] / "template.yaml").read_text(encoding="utf-8")
    for identity, resource in judged[name]["expanded"]["Resources"].items():
        if resource["Type"].startswith("AWS::IAM::"):
            assert f"\n  {identity}:\n" in written, f"SAM added {identity}, {resource['Type']}"
            assert "ManagedPolicyArns" not in resource["Properties"], f"{identity} has policies that are not its own"


@pytest.mark.parametrize("name", NAMES)
def test_every_function_has_a_role_of_its_own_under_the_boundary(
    name: str, judged: dict[str, Any], catalogue: Catalogue
) -> None:
    resources = judged[name]["expanded"]["Resources"]
    functions = {
        identity.removesuffix("Function"): resource["Properties"]["Role"]
        for identity, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    assert len({json.dumps(role) for role in functions.values()}) == len(functions) > 0
    files = goldens.trees(catalogue)[name]
    elsewhere = "platform/roles.yaml" in files
    roles = policies.template(files, "platform/roles.yaml")["Resources"] if elsewhere else resources
    for identity, role in functions.items():
        assert "PermissionsBoundary" in roles[f"{identity}Role"]["Properties"]
        if elsewhere:
            (parameter,) = re.findall(r"resolve:ssm:([^}]*[}][^}]*)[}]{2}", role["Fn::Sub"])
            assert roles[f"{identity}RoleName"]["Properties"]["Name"] == {"Fn::Sub": parameter}
            assert roles[f"{identity}RoleName"]["Properties"]["Value"] == {"Fn::GetAtt": f"{identity}Role.Arn"}
        else:
            assert role == {"Fn::GetAtt": [f"{identity}Role", "Arn"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_stack_without_roles_of_its_own_has_no_iam_at_all(
    name: str, judged: dict[str, Any], catalogue: Catalogue
) -> None:
    kinds = {resource["Type"] for resource in judged[name]["expanded"]["Resources"].values()}
    platform = spec.parse(goldens.specs(catalogue)[name], catalogue).tables["roles"]["owner"] == "platform"
    assert any(kind.startswith(("AWS::IAM::", "AWS::KMS::")) for kind in kinds) != platform


@pytest.mark.parametrize("name", NAMES)
def test_no_two_resources_have_one_physical_name(name: str, judged: dict[str, Any]) -> None:
    """CloudFormation would find that out at deployment, after minutes."""
    named: Counter[tuple[str, str]] = Counter()
    for resource in judged[name]["expanded"]["Resources"].values():
        kind = resource["Type"].rpartition("::")[2]
        for key in ("Name", f"{kind}Name", "GroupName"):
            if key in resource.get("Properties", {}):
                # An alias has its name within its function.
                within = resource["Properties"].get("FunctionName") if kind == "Alias" else None
                named[resource["Type"], json.dumps([resource["Properties"][key], within])] += 1
    assert named
    assert [pair for pair, count in named.items() if count > 1] == []


@pytest.fixture(scope="module")
def failures(services: dict[str, Path], judged: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What checkov says of the scanned services, raw and expanded, in one run: a record for each failed check."""
    commands = tools.environment(lock_of(services[BUILT], "tools/checkov.txt"))
    folder = tmp_path_factory.mktemp("expanded")
    files = []
    for name in SCANNED:
        expanded = folder / f"{name}.json"
        expanded.write_text(json.dumps(judged[name]["expanded"]), encoding="utf-8")
        files += [*_templates(services[name]), expanded]
    words = [str(commands / "checkov"), "--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
    done = tools.attempt([*words, "--output", "json", "--file", *map(str, files)], cwd=folder)
    report = json.loads(done.stdout[done.stdout.index("{") :])
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 50 * len(SCANNED), "checkov looked at less than it should"
    return list(report["results"]["failed_checks"])


def test_checkov_finds_only_what_is_a_choice(failures: list[Any], judged: dict[str, Any]) -> None:
    """A VPC is a choice, and a dead-letter queue serves only what is invoked without waiting for the answer."""
    waited_for = {identity for name in SCANNED for identity in _waited_for(judged[name]["expanded"]["Resources"])}
    wrong = [
        f"{failure['check_id']} {failure['resource']} ({failure['file_path']}): {failure['check_name']}"
        for failure in failures
        if failure["check_id"] not in CHOSEN
        and (failure["check_id"], failure["resource"].rpartition(".")[2])
        not in {("CKV_AWS_116", i) for i in waited_for}
    ]
    assert wrong == []


def test_in_a_vpc_checkov_finds_nothing_at_all(failures: list[Any], services: dict[str, Path]) -> None:
    """Where functions are called asynchronously: neither in the service's template, nor in those of its platform team."""
    found = [f for f in failures if f["file_path"].endswith("/vpc.json") or "/vpc/" in f["file_path"]]
    assert [(f["check_id"], f["resource"]) for f in found] == []
    assert "CKV_AWS_117" not in (services["vpc"] / ".checkov.yaml").read_text(encoding="utf-8")
    assert "CKV_AWS_117" in {failure["check_id"] for failure in failures if "/orders" in failure["file_path"]}


def _waited_for(resources: Mapping[str, Any]) -> Iterator[str]:
    """The functions that nothing invokes asynchronously: no such service's permission, and no schedule's target."""
    others = {
        _referred(resource["Properties"]["FunctionName"])
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Permission" and resource["Properties"]["Principal"] in ASYNCHRONOUS
    }
    text = json.dumps([r["Properties"] for r in resources.values() if r["Type"] == "AWS::Scheduler::Schedule"])
    for identity, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function" and identity not in others and f'"{identity}"' not in text:
            yield identity


def _referred(value: Any) -> str:
    return str(value.get("Ref") or value["Fn::GetAtt"][0]) if isinstance(value, dict) else str(value)


@pytest.mark.parametrize("persona", ["regular", "pedantic", "auditor"])
def test_zizmor_finds_nothing_in_the_workflows(services: dict[str, Path], persona: str) -> None:
    commands = tools.environment(lock_of(services[BUILT], "tools/zizmor.txt"))
    folders = [str(service / ".github") for service in services.values() if (service / ".github").exists()]
    options = ["--offline", "--persona", persona, "--quiet", "--no-progress", "--color", "never"]
    printed = tools.run([str(commands / "zizmor"), *options, "--format", "json-v1", *folders])
    found = json.loads(printed[printed.index("[") :])
    assert [(f["ident"], f["desc"], f["locations"][0]["symbolic"]["key"]) for f in found] == []


def test_actionlint_finds_nothing_in_the_workflows(services: dict[str, Path]) -> None:
    workflows = [path for service in services.values() for path in service.glob(".github/workflows/*")]
    assert len(workflows) > len(NAMES)
    lines = tools.attempt([*tools.actionlint(), *map(str, workflows)]).stdout.splitlines()
    assert [line for line in lines if not YOUNGER.search(line)] == []


#: What GitHub has added since the one actionlint that a registry holds (2022): its published schema knows the scope, and
#: variables are for such conditions.
YOUNGER = re.compile(
    r'unknown permission scope "attestations"|undefined variable "vars"\. available variables are "env", "github"'
)


#: The published schemas of what the pipelines and their bots read, as check-jsonschema carries them.
SCHEMAS = {
    ".github/workflows/*.yml": ["vendor.github-workflows"],
    ".github/dependabot.yml": ["vendor.dependabot"],
    ".gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "renovate.json": ["vendor.renovate"],
}


@pytest.mark.parametrize("pattern", SCHEMAS)
def test_pipelines_are_what_their_published_schemas_say(services: dict[str, Path], pattern: str) -> None:
    commands = tools.environment(lock_of(services[BUILT], "tools/check-jsonschema.txt"))
    files = [str(path) for service in services.values() for path in service.glob(pattern)]
    assert files
    done = tools.attempt([str(commands / "check-jsonschema"), "--quiet", "--builtin-schema", *SCHEMAS[pattern], *files])
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_in_the_pipelines_is_excused(services: dict[str, Path]) -> None:
    for service in services.values():
        for path in [*service.glob(".github/**/*.yml"), *service.glob(".gitlab-ci.yml")]:
            assert not re.search(r"zizmor: *ignore|actionlint|shellcheck disable", path.read_text(encoding="utf-8")), (
                path
            )
        assert not [*service.glob("**/zizmor.y*ml"), *service.glob("**/actionlint.y*ml")]
