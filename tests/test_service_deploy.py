"""What stands between `make deploy` and AWS: which stage, whose credentials, is the boundary there, do the policies fit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import goldens, tools

LONGEST = {
    "Stage": "s" * 8,
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-1",
    "AWS::AccountId": "1" * 12,
}
LONGEST["AWS::URLSuffix"] = "amazonaws.com.cn"
LONGEST["ListenerArn"] = "arn:aws-us-gov:elasticloadbalancing:ap-southeast-1:" + "1" * 12 + ":listener/app/" + "a" * 66
#: IAM counts no white space: a role's own policies together, and one managed policy.
INLINE, MANAGED = 10_240, 6_144
#: Managed policies of one role.
MOST_MANAGED = 10

#: moto reads a key's tags as KMS has them, and CloudFormation has other words.
MOTO = """
import sys
from moto.kms.models import Key
from moto.server import ThreadedMotoServer
made = Key.create_from_cloudformation_json
def create(name, body, *others, **more):
    tags = body["Properties"].get("Tags", [])
    body["Properties"]["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]
    return made(name, body, *others, **more)
Key.create_from_cloudformation_json = create
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
DEPLOY = """
import sys, boto3
client = boto3.client("cloudformation")
body = open(sys.argv[1], encoding="utf-8").read()
client.create_stack(StackName="platform", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
client.get_waiter("stack_create_complete").wait(StackName="platform", WaiterConfig={"Delay": 1})
"""
ROLES = """
import json, boto3
iam = boto3.client("iam")
roles = [iam.get_role(RoleName=role["RoleName"])["Role"] for role in iam.list_roles()["Roles"]]
print(json.dumps({r["Path"] + r["RoleName"]: r.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") for r in roles}))
"""
RENDERED = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from local_aws import load
print(json.dumps(load(Path(sys.argv[1])), default=str))
"""
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/deploy/run</Arn><Account>123456789012</Account><UserId>A</UserId>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
DENIED = """<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"""


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with every part, under the longest name that it may have beside its longest bucket, and told everything."""
    text = goldens.specs(catalogue)["everything"]
    text = re.sub(r'^name = "[^"]+"', f'name = "{"n" * (25 - len("uploads"))}"', text, count=1, flags=re.MULTILINE)
    place = tmp_path_factory.mktemp("deploy") / "service"
    place.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
    told = (place / "samconfig.toml").read_text(encoding="utf-8")
    (place / "samconfig.toml").write_text(re.sub(r'# ("[A-Z]\w+=)', r"\1", told), encoding="utf-8")
    return place


def python(service: Path, lock: str) -> str:
    versions = ("3.13", "3.12", "3.11", "3.14") if lock == "requirements-dev.txt" else tools.FOR_TOOLS
    return str(tools.environment((service / lock).read_text(encoding="utf-8"), versions) / "python")


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment without credentials, whoever runs the tests and wherever."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    empty = str(tmp_path / "empty")
    found = {"AWS_CONFIG_FILE": empty, "AWS_SHARED_CREDENTIALS_FILE": empty, "AWS_EC2_METADATA_DISABLED": "true"}
    return found | {"AWS_DEFAULT_REGION": "eu-west-1"}


@pytest.fixture
def somebody(service: Path, nobody: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of somebody in an empty AWS, which is moto's."""
    words = [python(service, "requirements-dev.txt"), "-c", MOTO]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        yield nobody | keys | {"AWS_ENDPOINT_URL": address}
        server.communicate()


def look(service: Path, env: dict[str, str]) -> CompletedProcess[str]:
    words = [python(service, "tools/sam.txt"), "-m", "tools.deployment.foundation", service_name(service), "dev"]
    return tools.attempt(words, cwd=service, env=env)


def service_name(service: Path) -> str:
    found = re.search(r"^SERVICE := (\S+)$", (service / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


def no_boundary(name: str) -> str:
    """What it says where platform/boundary.yaml has not been deployed."""
    return "".join(
        f"deploy: there is no arn:aws:iam::123456789012:policy/{name}/{name}-{end}: "
        "deploy platform/boundary.yaml first, make bootstrap STAGE=dev does\n"
        for end in ("boundary", "codedeploy-boundary")
    )


def test_a_deployment_wants_the_boundary_first(service: Path, somebody: dict[str, str]) -> None:
    """And the boundary that platform/boundary.yaml makes is the one that it looks for."""
    name = service_name(service)
    done = look(service, somebody)
    assert (done.returncode, done.stdout) == (1, no_boundary(name))
    tools.run(
        [python(service, "requirements-dev.txt"), "-c", DEPLOY, "platform/boundary.yaml"], cwd=service, env=somebody
    )
    done = look(service, somebody)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.fixture(scope="module")
def depot(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service whose roles and key are a platform team's, with the tools that its Makefile would install."""
    place = tmp_path_factory.mktemp("platform") / "service"
    place.mkdir()
    tree.write(goldens.trees(catalogue)["roles-platform"], place)
    (place / ".tools").mkdir()
    for tool in ("sam", "uv"):
        (place / ".tools" / tool).symlink_to(Path(python(place, f"tools/{tool}.txt")).parents[1])
    return place


def bootstrap(service: Path, env: dict[str, str]) -> CompletedProcess[str]:
    """`make bootstrap` with tools that are there; moto's S3 is not where CloudFormation looks for a template."""
    there = [
        word for path in ("tools/sam.txt", ".tools/uv/bin/uv", ".tools/sam/.done") for word in ("--old-file", path)
    ]
    words = ["make", *there, "bootstrap", "UPLOAD=", "STAGE=dev", "REPOSITORY=acme@1/depot@2"]
    return tools.attempt(words, cwd=service, env=env)


def test_bootstrap_makes_what_a_deployment_stands_on(depot: Path, somebody: dict[str, str]) -> None:
    """Until then, a deployment says what is missing; and a second bootstrap has nothing to do."""
    name = service_name(depot)
    done = look(depot, somebody)
    assert (done.returncode, done.stdout) == (
        1,
        f"{no_boundary(name)}deploy: there is no parameter /{name}/dev/key, /{name}/dev/roles/hello: "
        "make bootstrap STAGE=dev deploys what makes it\n",
    )
    done = bootstrap(depot, somebody)
    assert done.returncode == 0, done.stdout
    for stack in ("boundary", "roles-dev", "dev"):
        assert f"Successfully created/updated stack - {name}-platform-{stack} " in done.stdout
    done = look(depot, somebody)
    assert (done.returncode, done.stdout) == (0, "")
    roles = [python(depot, "requirements-dev.txt"), "-c", ROLES]
    assert json.loads(tools.run(roles, env=somebody)) == {
        f"/{name}-platform/{name}-deploy-dev-eu-west-1": None,
        f"/{name}/{name}-dev-hello-eu-west-1": f"arn:aws:iam::123456789012:policy/{name}/{name}-boundary",
        f"/{name}/{name}-dev-codedeploy@eu-west-1": f"arn:aws:iam::123456789012:policy/{name}/{name}-codedeploy-boundary",
    }


def test_bootstrap_wants_one_stage_that_there_is(depot: Path) -> None:
    done = tools.attempt(["make", "--dry-run", "bootstrap", "STAGE=nowhere"], cwd=depot)
    assert done.returncode == 2, done.stdout
    assert "say which stage of samconfig.toml (dev prod): make bootstrap STAGE=dev" in done.stdout


def test_a_deployment_without_credentials_says_so_in_one_line(service: Path, nobody: dict[str, str]) -> None:
    done = look(service, nobody)
    assert done.returncode == 1
    assert re.fullmatch(r"deploy: AWS lets nobody in with the credentials here, .*: Unable to locate .*\n", done.stdout)


class _Guarded(BaseHTTPRequestHandler):
    """An AWS that says who the caller is, and nothing else."""

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["content-length"])).decode()
        known = "GetCallerIdentity" in asked
        self.send_response(200 if known else 403)
        self.end_headers()
        self.wfile.write((IDENTITY if known else DENIED).encode())

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


def test_a_deployment_goes_on_where_its_role_may_not_look(service: Path, nobody: dict[str, str]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Guarded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        done = look(service, nobody | keys | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"})
        server.shutdown()
    assert (done.returncode, done.stdout) == (0, "")


def test_a_deployment_says_what_it_has_not_been_told(
    catalogue: Catalogue, tmp_path: Path, nobody: dict[str, str]
) -> None:
    """Before it looks for credentials: CloudFormation would say so after minutes."""
    tree.write(goldens.trees(catalogue)["vpc"], tmp_path)
    done = look(tmp_path, nobody)
    assert (done.returncode, done.stdout) == (
        1,
        "deploy: samconfig.toml tells dev no VpcId, SubnetIds, EndpointSecurityGroup, DynamodbPrefixList, S3PrefixList: "
        "add them to its parameter_overrides\n",
    )


@pytest.mark.parametrize("stage", ["", "dev prod", "%", "nowhere", "de"])
def test_a_deployment_wants_one_stage_that_there_is(service: Path, stage: str) -> None:
    done = tools.attempt(["make", "--dry-run", "deploy", f"STAGE={stage}"], cwd=service)
    assert done.returncode == 2, done.stdout
    assert "say which stage of samconfig.toml (dev prod): make deploy STAGE=dev" in done.stdout


def test_a_deployment_audits_before_it_installs_and_looks_before_it_builds(service: Path) -> None:
    printed = tools.run(["make", "--dry-run", "deploy", "STAGE=prod"], cwd=service)
    steps = [
        r"tools\.dependencies\.audit",
        "sync .* tools/sam.txt",
        rf"tools\.deployment\.foundation {service_name(service)} prod",
        "sam build",
    ]
    steps += [r"tools\.deployment\.deploy prod \.aws-sam/pack/template\.json"]
    assert re.search(".*".join(steps), printed, re.DOTALL), printed


def test_a_build_passes_on_what_went_wrong_and_no_advice_of_sams(catalogue: Catalogue, tmp_path: Path) -> None:
    """`sam deploy --guided`, which it proposes, would deploy what nobody audited."""
    tree.write(goldens.trees(catalogue)["orders"], tmp_path)
    sam = tmp_path / ".tools/sam/bin/sam"
    sam.parent.mkdir(parents=True)
    sam.write_text('#!/bin/sh\necho "[*] Deploy: sam deploy --guided"\necho "$@" >&2\nexit "$WRONG"\n')
    sam.chmod(0o755)
    (tmp_path / ".tools/sam/.done").touch()
    for wrong, expected in (("0", "build --parallel\nbuild: .aws-sam/build\n"), ("1", "build --parallel\nmake: ")):
        done = tools.attempt(["make", "-o", ".tools/sam/.done", "build"], cwd=tmp_path, env={"WRONG": wrong})
        assert (done.returncode == 0) == (wrong == "0")
        assert done.stdout.startswith(expected), done.stdout


def test_what_the_policies_say_is_no_longer_than_iam_allows(service: Path) -> None:
    template = ["platform/deploy.yaml", str(service / "tools")]
    words = [python(service, "requirements-dev.txt"), "-c", RENDERED, *template]
    resources = json.loads(tools.run(words, cwd=service))["Resources"]
    inline = resources["DeployRole"]["Properties"]["Policies"]
    assert sum(_length(policy["PolicyDocument"]) for policy in inline) <= INLINE
    managed = [name for name, each in resources.items() if each["Type"] == "AWS::IAM::ManagedPolicy"]
    assert 1 < len(managed) <= MOST_MANAGED
    assert all(_length(resources[name]["Properties"]["PolicyDocument"]) <= MANAGED for name in managed)
    words[-2] = "platform/boundary.yaml"
    boundary = json.loads(tools.run(words, cwd=service))["Resources"]["Boundary"]
    assert _length(boundary["Properties"]["PolicyDocument"]) <= MANAGED


def _length(document: object) -> int:
    return len(json.dumps(_resolved(document), separators=(",", ":")))


def _longest(parameter: str) -> str:
    """What is not known here is a name that a part asks for, such as a log group's."""
    return LONGEST.get(parameter, "x" * 128)


def _resolved(value: object) -> object:
    """The value with every parameter as long as it can be."""
    if isinstance(value, dict):
        if "Fn::Sub" in value:
            return re.sub(r"\$\{([^}]+)\}", lambda found: _longest(found[1]), value["Fn::Sub"])
        if "Fn::Join" in value:
            between, parts = value["Fn::Join"]
            return str(between).join(_resolved(parts))  # type: ignore[arg-type]
        if "Fn::Split" in value:
            return str(_resolved(value["Fn::Split"][1])).split(value["Fn::Split"][0])
        return _longest(value["Ref"]) if "Ref" in value else {key: _resolved(inner) for key, inner in value.items()}
    return [_resolved(inner) for inner in value] if isinstance(value, list) else value
