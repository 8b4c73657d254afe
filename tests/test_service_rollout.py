"""After `make deploy`: does a new version get live, does the smoke test see what is wrong, does a rollback bring back."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from holdfast import tree
from holdfast.catalogue import Catalogue
from support import goldens, policies, tools
from test_services import SCANNED

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
ENV = KEYS | {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"}

#: An AWS whose functions are this service's: moto knows versions and aliases, the handlers run in its process.
MOTO = """
import base64, importlib, json, os, sys, tempfile
sys.path[:0] = ["src", "tests", ""]
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend
from moto.server import ThreadedMotoServer
from conftest import LambdaContext
saved = os.dup(1)
denied = {"orders-dev-fulfil"}
def invoke(self, function_name, qualifier, body, headers, response_headers):
    version = self.get_alias("live", function_name).function_version  # moto looks for the qualifier in vain.
    if function_name in denied:
        denied.remove(function_name)
        raise LambdaClientError("KMSAccessDeniedException", "not yet")
    module, _, name = self.get_function(function_name, version).handler.rpartition(".")
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 1)
        try:
            answer = getattr(importlib.import_module(module), name)(json.loads(body), LambdaContext())
        except Exception as error:
            response_headers["x-amz-function-error"] = "Unhandled"
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        finally:
            sys.stdout.flush()
            os.dup2(saved, 1)
        log.seek(0)
        response_headers["x-amz-log-result"] = base64.b64encode(log.read()[-4096:]).decode()
    return json.dumps(answer)
LambdaBackend.invoke = invoke
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
#: The stage as CloudFormation would have made it: functions with a version each, which is live.
MAKE = """
import json, sys, boto3
address, handlers = sys.argv[1], json.loads(sys.argv[2])
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}}
for number, (name, handler) in enumerate(handlers.items()):
    resources[f"F{number}"] = {"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": name, "Handler": handler, "Runtime": "python3.13", "Code": {"ZipFile": "1"},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]}}}
outputs = {"HttpApiAddress": {"Value": address}}
cloudformation = boto3.client("cloudformation")
cloudformation.create_stack(StackName="orders-dev", TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}), Capabilities=["CAPABILITY_IAM"])
for name in handlers:
    version = boto3.client("lambda").publish_version(FunctionName=name)["Version"]
    boto3.client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=version)
"""
SMOKE = "import sys; sys.path.insert(0, ''); from tools.deployment import smoke; smoke.PAUSE = 0; smoke.PATIENCE = 1; smoke.main('dev')"
#: What somebody does to a stage, and what the smoke test says of it; then how it is undone.
WRONG = {
    "a version that is not live": (
        "lambda_.update_function_configuration(FunctionName='orders-dev-fulfil', Timeout=9)\n"
        "lambda_.publish_version(FunctionName='orders-dev-fulfil')",
        "orders-dev-fulfil has version 2, and version 1 is live",
        "lambda_.update_alias(FunctionName='orders-dev-fulfil', Name='live', FunctionVersion='2')",
    ),
    "a rollout that was left": (
        "lambda_.update_function_configuration(FunctionName='orders-dev-nightly-report', Timeout=9)\n"
        "lambda_.publish_version(FunctionName='orders-dev-nightly-report')\n"
        "lambda_.update_alias(FunctionName='orders-dev-nightly-report', Name='live', FunctionVersion='2',"
        " RoutingConfig={'AdditionalVersionWeights': {'1': 0.9}})",
        "orders-dev-nightly-report is between two versions",
        "lambda_.update_alias(FunctionName='orders-dev-nightly-report', Name='live', FunctionVersion='2',"
        " RoutingConfig={'AdditionalVersionWeights': {}})",
    ),
    "a handler that is not there": (
        "lambda_.update_function_configuration(FunctionName='orders-dev-place-order', Handler='orders.guard.entry.no')\n"
        "lambda_.publish_version(FunctionName='orders-dev-place-order')\n"
        "lambda_.update_alias(FunctionName='orders-dev-place-order', Name='live', FunctionVersion='2')",
        "orders-dev-place-order did not refuse what it should: it ended with NotImported",
        "lambda_.update_function_configuration(FunctionName='orders-dev-place-order', Handler='orders.guard.entry.place_order')\n"
        "lambda_.publish_version(FunctionName='orders-dev-place-order')\n"
        "lambda_.update_alias(FunctionName='orders-dev-place-order', Name='live', FunctionVersion='3')",
    ),
    "an alarm": (
        "alarm('ALARM')",
        "orders-dev-nightly-report-failures is on",
        "alarm('OK')",
    ),
}
CHANGE = """
import sys, boto3
lambda_, cloudwatch = boto3.client("lambda"), boto3.client("cloudwatch")
def alarm(state):
    for name in ("orders-dev-nightly-report-failures", "orders-dev-nightly-report-rejected"):
        cloudwatch.put_metric_alarm(AlarmName=name, Namespace="orders", MetricName=name, EvaluationPeriods=1, Period=60,
            Statistic="Sum", Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold")
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")
exec(sys.argv[1])
"""


class _Door(BaseHTTPRequestHandler):
    """An API that lets in nobody, or anybody."""

    status = 403
    asked: list[tuple[str, str, bytes]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((f"{self.command} {self.path}", self.headers.get("Content-Type", ""), body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rollout") / "service"
    place.mkdir()
    tree.write(goldens.trees(catalogue)["orders"], place)
    return place


def python(service: Path, lock: str) -> str:
    versions = ("3.13", "3.12", "3.11", "3.14") if lock == "requirements-dev.txt" else tools.FOR_TOOLS
    return str(tools.environment((service / lock).read_text(encoding="utf-8"), versions) / "python")


@pytest.fixture(scope="module")
def aws(service: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody whose stage `dev` is in moto."""
    words = [python(service, "requirements-dev.txt"), "-c", MOTO]
    with subprocess.Popen(words, cwd=service, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield ENV | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.stdout.readline().strip()}"}
        server.communicate()


@pytest.fixture(scope="module")
def stage(service: Path, aws: dict[str, str]) -> Iterator[dict[str, str]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        handlers = {
            f"orders-dev-{name}": f"orders.guard.entry.{name.replace('-', '_')}"
            for name in ("place-order", "fulfil", "nightly-report")
        }
        words = ["-c", MAKE, f"http://127.0.0.1:{server.server_port}", json.dumps(handlers)]
        tools.run([python(service, "tools/sam.txt"), *words], cwd=service, env=aws)
        yield aws
        server.shutdown()


def smoke(service: Path, env: dict[str, str]) -> CompletedProcess[str]:
    return tools.attempt([python(service, "tools/sam.txt"), "-c", SMOKE], cwd=service, env=env)


def test_a_stage_that_is_well(service: Path, stage: dict[str, str]) -> None:
    """The real functions refuse the probe; who does not say who they are is let in nowhere; a key is waited for."""
    done = smoke(service, stage)
    assert done.stdout == (
        "smoke: orders-dev is well: orders-dev-fulfil, orders-dev-nightly-report, orders-dev-place-order\n"
    )
    assert done.returncode == 0
    assert _Door.asked == [("POST /orders", "application/json", b"[" * 200 + b"]" * 200)]


@pytest.mark.parametrize("name", WRONG)
def test_a_stage_that_is_not(service: Path, stage: dict[str, str], name: str) -> None:
    done_to_it, said, undone = WRONG[name]
    change = [python(service, "tools/sam.txt"), "-c", CHANGE]
    tools.run([*change, done_to_it], env=stage)
    done = smoke(service, stage)
    tools.run([*change, undone], env=stage)
    assert (done.returncode, done.stdout) == (1, f"smoke: {said}\n")


#: What comes of the smoke test's request, should the API let it in.
LET_IN = """
import json, sys
sys.path[:0] = ["src", "tests", ""]
from conftest import LambdaContext
from orders.guard import entry
event = json.loads(open("events/place_order.json").read()) | {"body": sys.argv[1]}
print(entry.place_order(event, LambdaContext())["statusCode"])
"""


def test_what_the_smoke_test_asks_an_api_reaches_no_business_code(service: Path, stage: dict[str, str]) -> None:
    words = [python(service, "requirements-dev.txt"), "-c", LET_IN, _Door.asked[0][2].decode()]
    done = tools.run(words, cwd=service, env=stage)
    assert '"event_rejected"' in done
    assert done.splitlines()[-1] == "400"


def test_an_api_that_lets_anybody_in(service: Path, stage: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Door, "status", 204)
    done = smoke(service, stage)
    assert done.returncode == 1
    assert re.fullmatch(r"smoke: POST http://127\.0\.0\.1:\d+/orders answers anybody with 204\n", done.stdout)


@pytest.mark.parametrize(("smoke_passes", "changed", "kept"),
                         [(True, True, True), (False, True, True), (False, False, True), (True, False, False)])  # fmt: skip
@pytest.mark.parametrize("name", ["orders", "ci-gitlab"])
def test_a_pipeline_takes_back_what_fails_the_smoke_test(
    catalogue: Catalogue, tmp_path: Path, name: str, *, smoke_passes: bool, changed: bool, kept: bool
) -> None:
    """But nothing that it has not just deployed: an alarm may be on for a reason of its own."""
    text = goldens.trees(catalogue)[name]["Makefile"].content.decode()
    (proven,) = re.findall(r"^proven:\n(?:\t.*\n)+", text, re.MULTILINE)
    others = f"smoke:\n\t@echo smoke; {'true' if smoke_passes else 'false'}\nsignin rollback:\n\t@echo $@\n"
    (tmp_path / "Makefile").write_text(f"{proven}{others}", encoding="utf-8")
    (tmp_path / ".aws-sam").mkdir()
    if changed:
        (tmp_path / ".aws-sam/dev.changed").touch()
    if not kept:
        (tmp_path / ".aws-sam/dev.unkept").write_text("not kept\n", encoding="utf-8")
    done = tools.attempt(["make", "--no-print-directory", "proven", "STAGE=dev"], cwd=tmp_path)
    assert (done.returncode == 0) == (smoke_passes and kept)
    said = [line for line in done.stdout.splitlines() if not line.startswith("make")]
    taken_back = ["signin", "rollback"] if changed and not smoke_passes else []
    assert said == ["signin", "smoke", *taken_back, *([] if kept else ["not kept"])]


SIGNED = """
import json, sys
sys.path.insert(0, "")
from tools.deployment import signing, stage
from tools.local_aws import load
from pathlib import Path
print(json.dumps(signing.signed(stage.load("prod"), load(Path("template.yaml")))))
"""
PROFILE = "import boto3; boto3.client('ssm').put_parameter(Name={!r}, Value='Profile_x', Type='String')"


def test_code_is_signed_with_the_profile_of_the_stage(
    catalogue: Catalogue, aws: dict[str, str], tmp_path: Path
) -> None:
    """Each function, where the service asks for it; a stage whose profile nobody has made says so."""
    files = goldens.trees(catalogue)["platform"]
    tree.write(files, tmp_path)
    command = [python(tmp_path, "tools/sam.txt"), "-c"]
    (place,) = re.findall('CodeSigning=(.*prod.*)/config"', (tmp_path / "samconfig.toml").read_text(encoding="utf-8"))
    done = tools.attempt([*command, SIGNED], cwd=tmp_path, env=aws)
    wanted = f"deploy: there is no parameter {place}/profile: make bootstrap STAGE=prod makes it\n"
    assert (done.returncode, done.stdout) == (1, wanted)
    tools.run([*command, PROFILE.format(f"{place}/profile")], env=aws)
    printed = tools.run([*command, SIGNED], cwd=tmp_path, env=aws)
    body = policies.template(files)["Resources"]
    functions = [name for name, each in body.items() if each["Type"] == "AWS::Serverless::Function"]
    assert json.loads(printed) == ["--signing-profiles", *(f"{name}=Profile_x" for name in functions)]
    text = (tmp_path / "tools/deployment/deploy.py").read_text(encoding="utf-8")
    assert "sam_deploy(stage, target, *signed(stage, body))" in text
    assert (
        f"  {place}/profile\n".replace("prod", "${Stage}").strip() in (tmp_path / "platform/signing.yaml").read_text()
    )


#: In the place of `sam deploy`: it says what it was called with, and gives CloudFormation what it was given.
SAM = """
import json, sys
sys.path.insert(0, "")
import boto3
from tools.deployment import deploy, rollback
def sam(words):
    print(json.dumps(words[1:]))
    body = open(words[words.index("--template-file") + 1]).read()
    told = dict(word.split("=", 1) for word in sys.argv[2:])
    try:
        boto3.client("cloudformation").update_stack(StackName="orders-prod", TemplateBody=body,
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in told.items()])
    except boto3.client("cloudformation").exceptions.ClientError as error:
        assert "No updates" in str(error), error
    return 0
deploy.subprocess.call = sam
sys.exit(rollback.main("prod") if sys.argv[1] == "-" else deploy.main("prod", sys.argv[1]))
"""
BUILT = """{{"Parameters": {{"Rollout": {{"Type": "String", "Default": "Canary10Percent5Minutes"}}, "Level": {{"Type": "String", "Default": "1"}}}},
"Resources": {{"Topic": {{"Type": "AWS::SNS::Topic", "Properties": {{"TopicName": "{0}"}}}}}}}}"""
#: SAM's own stack and the stage's, where they are not there yet.
START = """
import json, sys, boto3
cloudformation = boto3.client("cloudformation")
if any(stack["StackName"] == "orders-prod" for stack in cloudformation.describe_stacks()["Stacks"]):
    sys.exit()
bucket = {"Resources": {"B": {"Type": "AWS::S3::Bucket"}}, "Outputs": {"SourceBucket": {"Value": {"Ref": "B"}}}}
cloudformation.create_stack(StackName="aws-sam-cli-managed-default", TemplateBody=json.dumps(bucket))
if sys.argv[1:]:
    cloudformation.create_stack(StackName="orders-prod", TemplateBody=sys.argv[1])
"""


def told(done: CompletedProcess[str]) -> list[str]:
    """What `sam` was called with."""
    assert done.returncode == 0, done.stdout
    words: list[str] = json.loads(done.stdout.splitlines()[-1])
    return words


def test_a_rollback_brings_back_what_was_there_before(service: Path, aws: dict[str, str]) -> None:
    """At once, by CloudFormation, with the parameters of then; a deployment that changes nothing does not come between."""
    command = [python(service, "tools/sam.txt"), "-c"]
    first, second = BUILT.format("first"), BUILT.format("second")
    tools.run([*command, START, first], env=aws)
    done = tools.attempt([*command, SAM, "-"], cwd=service, env=aws)
    assert (done.returncode, done.stdout) == (
        1,
        "rollback: prod has had no deployment before this one: deploy an earlier commit\n",
    )
    (service / ".aws-sam").mkdir()
    (service / ".aws-sam/template.yaml").write_text(second, encoding="utf-8")
    changed = service / ".aws-sam/prod.changed"
    for number in range(2):
        words = told(tools.attempt([*command, SAM, ".aws-sam/template.yaml", "Level=2"], cwd=service, env=aws))
        assert words == [
            "deploy",
            "--config-env",
            "prod",
            "--template-file",
            ".aws-sam/prod.json",
            "--no-confirm-changeset",
        ]
        assert changed.exists() == (number == 0)
    done = tools.attempt([*command, SAM, "-"], cwd=service, env=aws)
    assert re.match("rollback: prod gets back what it had from 20", done.stdout)
    assert told(done) == [
        *["deploy", "--config-env", "prod", "--template-file", ".aws-sam/prod-before.json", "--parameter-overrides"],
        *['ParameterKey=Rollout,ParameterValue="AllAtOnce"', 'ParameterKey=Level,ParameterValue="1"'],
        "--no-confirm-changeset",
    ]
    assert json.loads((service / ".aws-sam/prod-before.json").read_text(encoding="utf-8")) == json.loads(first)
    done = tools.attempt([*command, SAM, "-"], cwd=service, env=aws)
    assert (done.returncode, done.stdout) == (
        1,
        "rollback: prod has what it had before its last deployment: deploy an earlier commit\n",
    )


UNKEPT = """
from tools.deployment import before
from botocore.exceptions import ClientError
def refused(*words):
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not now"}}, "PutObject")
before._write = refused
"""


def test_an_older_run_never_deploys_over_what_a_later_one_has(service: Path, aws: dict[str, str]) -> None:
    """It says how to go back. Somebody at a machine of their own has no number, and asks nobody."""
    command = [python(service, "tools/sam.txt"), "-c", SAM]
    (service / ".aws-sam").mkdir(exist_ok=True)
    (service / ".aws-sam/template.yaml").write_text(BUILT.format("third"), encoding="utf-8")

    tools.run([*command[:2], START, BUILT.format("first")], env=aws)

    def deploy(run: str) -> CompletedProcess[str]:
        return tools.attempt([*command, ".aws-sam/template.yaml"], cwd=service, env={**aws, "RUN": run})

    for run in ("9", "10", "10", ""):
        assert told(deploy(run))[0] == "deploy"
    done = deploy("9")
    assert done.returncode == 1
    assert re.fullmatch(
        r"deploy: prod was deployed by a later run: run 10 did, and this is run 9 \(s3://[a-z0-9-]+/orders-prod/run\.json "
        r"says so\); to go back, revert or make rollback; in a new repository, whose runs count anew, delete run\.json\n",
        done.stdout,
    )
    assert told(deploy("11"))[0] == "deploy"
    done = deploy("x1")
    assert (done.returncode, done.stdout) == (
        1,
        "deploy: RUN is 'x1', and no number of a pipeline's run: unset it\n",
    )


def test_a_deployment_whose_before_cannot_be_kept_is_looked_at_all_the_same(service: Path, aws: dict[str, str]) -> None:
    """And nothing is taken back, as what is kept is older than what was there; the pipeline fails afterwards."""
    script = SAM.replace("import boto3\n", f"import boto3\n{UNKEPT}")
    (service / ".aws-sam").mkdir(exist_ok=True)
    (service / ".aws-sam/template.yaml").write_text(BUILT.format("fourth"), encoding="utf-8")
    words = [python(service, "tools/sam.txt"), "-c", script, ".aws-sam/template.yaml"]
    tools.run([*words[:2], START, BUILT.format("first")], env=aws)
    done = tools.attempt(words, cwd=service, env=aws)
    said = "deploy: done, but what was before could not be kept: An error occurred (AccessDenied) when calling the PutObject "
    assert (done.returncode, said in done.stdout) == (0, True)
    assert (service / ".aws-sam/prod.unkept").read_text(encoding="utf-8").startswith(said)
    assert not (service / ".aws-sam/prod.changed").exists()


STAMP = """
import json, sys
from pathlib import Path
sys.path.insert(0, "")
from tools import expand, local_aws
from tools.deployment.deploy import stamped
from samtranslator.translator.transform import transform
def made(level, **own):
    body = local_aws.load(Path("template.yaml"))
    body["Resources"]["FulfilFunction"]["Properties"] |= own
    body = stamped(body, [f"LogLevel={level}"])
    for resource in body["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
    found = transform(body, {}, expand._NoManagedPolicies())["Resources"]
    (version,) = (name for name in found if name.startswith("FulfilFunctionVersion"))
    return version, found["FulfilFunction"]["Properties"]["Description"]
cases = [made("INFO"), made("INFO"), made("DEBUG"), made("INFO", Tags={"a": "b"}), made("INFO", ReservedConcurrentExecutions=7)]
print(json.dumps([*cases, made("INFO", Description="Fulfils")]))
"""


def test_any_change_is_a_new_version(service: Path) -> None:
    """For SAM, which names the version, and for Lambda, which makes it only where the configuration has changed."""
    printed = tools.run([python(service, "tools/sam.txt"), "-c", STAMP], cwd=service, env=ENV)
    same, again, *others = json.loads(printed.splitlines()[-1])
    assert same == again
    assert re.fullmatch("[0-9a-f]{12}", same[1])
    versions, descriptions = zip(same, *others, strict=True)
    assert len(set(versions)) == 1 + len(others)
    assert len({json.dumps(text) for text in descriptions}) == 1 + len(others)
    assert descriptions[-1]["Fn::Join"][1][0] == "Fulfils"


@pytest.fixture(scope="module")
def expanded(catalogue: Catalogue) -> dict[str, Any]:
    """As SAM expands them, services that hold every part together."""
    trees = goldens.trees(catalogue)
    return {name: policies.translated(trees[name]) for name in SCANNED}


def test_refused_events_stop_no_rollout(expanded: dict[str, Any]) -> None:
    """A function's failures alarm is the brake of its own rollout, and there is no other."""
    for body in expanded.values():
        resources = body["Resources"]
        groups = {n: r["Properties"] for n, r in resources.items() if r["Type"] == "AWS::CodeDeploy::DeploymentGroup"}
        assert groups.keys() == {f"{name}DeploymentGroup" for name in _functions(body)}
        for name, group in groups.items():
            alarm = {"Name": {"Ref": f"{name.removesuffix('FunctionDeploymentGroup')}FailuresAlarm"}}
            assert group["AlarmConfiguration"] == {"Enabled": True, "Alarms": [alarm]}
            assert group["AutoRollbackConfiguration"]["Enabled"] is True
            assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


#: What is a function's own, whichever version runs: its versions, its alias, what it does not wait for, its figures.
OWN = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",
    "AWS::Lambda::Version",
}


#: Conditions of policies say who calls, and an order says nothing.
NO_CALL = ("Condition", "DependsOn")


def test_everything_else_invokes_what_is_live(expanded: dict[str, Any]) -> None:
    """What names the function itself would invoke what no rollout has reached yet."""
    live = 0
    for name, body in expanded.items():
        functions = _functions(body)
        for identity, resource in {**body["Resources"], "Outputs": {"Type": "", "is": body.get("Outputs")}}.items():
            if resource["Type"] not in OWN:
                assert list(_unqualified(resource, functions)) == [], f"{name}: {identity}"
                live += json.dumps(resource).count("FunctionAliaslive")
    assert live > len(SCANNED)


def _functions(body: dict[str, Any]) -> dict[str, str]:
    """The physical name of each function, as an expression of CloudFormation, by its logical id."""
    found = {n: r["Properties"] for n, r in body["Resources"].items() if r["Type"] == "AWS::Lambda::Function"}
    return {name: own["FunctionName"]["Fn::Sub"] for name, own in found.items()}


def _unqualified(value: Any, functions: dict[str, str]) -> Iterator[str]:
    """The functions that `value` refers to, or whose ARN it writes, but for conditions on keys of policies."""
    if isinstance(value, dict):
        if value.get("Ref") in functions:
            yield value["Ref"]
        if str(value.get("Fn::GetAtt", [""])[0]) in functions:
            yield value["Fn::GetAtt"][0]
        yield from _unqualified([inner for key, inner in value.items() if key not in NO_CALL], functions)
    elif isinstance(value, list):
        for inner in value:
            yield from _unqualified(inner, functions)
    elif isinstance(value, str):
        yield from (name for name, physical in functions.items() if re.search(_named(name, physical), value))


def _named(name: str, physical: str) -> str:
    return rf":function:{re.escape(physical)}$|\$\{{{name}(?:\.Arn)?\}}(?!:live)"


def test_a_source_that_names_the_function_itself_is_found() -> None:
    functions = {"ActFunction": "svc-${Stage}-act"}
    wrong: list[Any] = [
        {"Ref": "ActFunction"},
        {"Fn::GetAtt": ["ActFunction", "Arn"]},
        {"Fn::Sub": "arn:x/${ActFunction.Arn}/invocations"},
        {"Fn::Sub": "${ActFunction}"},
        {"Fn::Sub": "arn:aws:lambda:eu-west-1:1:function:svc-${Stage}-act"},
    ]
    assert list(_unqualified(wrong, functions)) == ["ActFunction"] * len(wrong)
    right = [
        {"Ref": "ActFunctionAliaslive"},
        {"Fn::Sub": "arn:x/${ActFunction.Arn}:live/invocations"},
        {"Fn::Sub": "arn:aws:lambda:eu-west-1:1:function:svc-${Stage}-act:live"},
    ]
    assert list(_unqualified(right, functions)) == []


def _inline(role: dict[str, Any]) -> list[Any]:
    return [policies.resolved(policy["PolicyDocument"], KNOWN) for policy in role["Properties"]["Policies"]]


KNOWN = policies.KNOWN | {"Repository": "acme@1/service@2"}
HERE = f"{policies.REGION}:{policies.ACCOUNT}"
LAMBDA, ALARM = f"arn:aws:lambda:{HERE}:function:", f"arn:aws:cloudwatch:{HERE}:alarm:"
GROUP = f"arn:aws:codedeploy:{HERE}:deploymentgroup:"
ROLE = f"arn:aws:iam::{policies.ACCOUNT}:role/orders/"
#: Action, resource, what else AWS knows of the request, and what IAM says.
Case = tuple[str, str, dict[str, Any], str]
#: What the pipeline of the stage dev asks for, and what IAM says.
DEPLOYING: list[Case] = [
    ("lambda:InvokeFunction", f"{LAMBDA}orders-dev-fulfil:live", {}, "Allowed"),
    ("lambda:InvokeFunction", f"{LAMBDA}orders-dev-fulfil", {}, "ImplicitlyDenied"),
    ("lambda:InvokeFunction", f"{LAMBDA}orders-dev-fulfil:1", {}, "ImplicitlyDenied"),
    ("lambda:InvokeFunction", f"{LAMBDA}orders-prod-fulfil:live", {}, "ImplicitlyDenied"),
    ("lambda:UpdateAlias", f"{LAMBDA}orders-dev-fulfil", {}, "Allowed"),
    ("lambda:UpdateAlias", f"{LAMBDA}orders-prod-fulfil", {}, "ImplicitlyDenied"),
    ("codedeploy:CreateDeployment", f"{GROUP}orders-dev-App/orders-dev-Group", {}, "Allowed"),
    ("codedeploy:CreateDeployment", f"{GROUP}orders-prod-App/orders-prod-Group", {}, "ImplicitlyDenied"),
    ("codedeploy:StopDeployment", "*", {}, "ImplicitlyDenied"),
    ("codedeploy:StopDeployment", "*", {"aws:CalledVia": ["cloudformation.amazonaws.com"]}, "Allowed"),
    *(
        ("iam:PassRole", f"{ROLE}orders-dev-{name}eu-west-1", {"iam:PassedToService": f"{to}.amazonaws.com"}, said)
        for name, to, said in (
            ("codedeploy@", "codedeploy", "Allowed"),
            ("fulfil-", "codedeploy", "ImplicitlyDenied"),
            ("codedeploy@", "ec2", "ImplicitlyDenied"),
        )
    ),
]
#: What CodeDeploy asks for.
SHIFTING: list[Case] = [
    ("lambda:UpdateAlias", f"{LAMBDA}orders-dev-fulfil", {}, "Allowed"),
    ("lambda:GetAlias", f"{LAMBDA}orders-dev-fulfil", {}, "Allowed"),
    ("cloudwatch:DescribeAlarms", f"{ALARM}orders-dev-fulfil-failures", {}, "Allowed"),
    ("lambda:UpdateAlias", f"{LAMBDA}orders-prod-fulfil", {}, "ImplicitlyDenied"),
    ("lambda:InvokeFunction", f"{LAMBDA}orders-dev-fulfil", {}, "ImplicitlyDenied"),
    ("lambda:UpdateFunctionCode", f"{LAMBDA}orders-dev-fulfil", {}, "ImplicitlyDenied"),
]


def test_who_may_move_an_alias(catalogue: Catalogue, tmp_path: Path) -> None:
    """CodeDeploy by its role, under its boundary, the pipeline by its own, each for the stage alone; and no function."""
    files = goldens.trees(catalogue)["orders"]
    deploy = policies.template(files, "platform/deploy.yaml")["Resources"]
    boundaries = policies.template(files, "platform/boundary.yaml")["Resources"]
    role = policies.template(files)["Resources"]["CodeDeployRole"]
    assert role["Properties"]["PermissionsBoundary"]["Fn::Sub"].endswith(":policy/orders/orders-codedeploy-boundary")
    assert boundaries["CodeDeployBoundary"]["Properties"]["ManagedPolicyName"] == "orders-codedeploy-boundary"
    limit = policies.resolved(boundaries["CodeDeployBoundary"]["Properties"]["PolicyDocument"], KNOWN)
    functions = policies.resolved(boundaries["Boundary"]["Properties"]["PolicyDocument"], KNOWN)
    requests: list[dict[str, Any]] = []
    for cases, identity, boundary in (
        (DEPLOYING, _inline(deploy["DeployRole"]), None),
        (SHIFTING, _inline(role), limit),
        ([(*asked[:3], "ImplicitlyDenied") for asked in SHIFTING[:2]], _inline(role), functions),
    ):
        for action, resource, context, said in cases:
            one: dict[str, Any] = {"principal": f"{ROLE}x", "account": policies.ACCOUNT, "identity": identity}
            one |= {"action": action, "resource": resource, "context": context, "said": said}
            requests.append(one if boundary is None else one | {"boundary": boundary})
    answers = tools.decided(requests, tmp_path)
    assert [(one["action"], one["resource"], answer) for one, answer in zip(requests, answers, strict=True)] == [
        (one["action"], one["resource"], one["said"]) for one in requests
    ]


#: What a pipeline would need so that Lambda took unsigned code, or code that somebody else has signed.
UNSIGNING = {
    "lambda:CreateCodeSigningConfig",
    "lambda:DeleteCodeSigningConfig",
    "lambda:DeleteFunctionCodeSigningConfig",
    "lambda:UpdateCodeSigningConfig",
    "signer:AddProfilePermission",
    "signer:PutSigningProfile",
}


def test_the_pipeline_cannot_say_whose_signatures_count(catalogue: Catalogue) -> None:
    files = goldens.trees(catalogue)["platform"]
    deploy = policies.documents(policies.template(files, "platform/deploy.yaml")["Resources"])
    statements = [
        each for document in deploy.values() for each in policies.statements(policies.resolved(document, KNOWN))
    ]
    allowed = {action for each in statements if each.effect == "Allow" for action in each.actions}
    assert "signer:StartSigningJob" in allowed
    assert allowed & UNSIGNING == set()
    config = "{{resolve:ssm:/depot/dev/signing/config}}"
    (denied,) = (each for each in statements if "lambda:CreateFunction" in each.actions and each.effect == "Deny")
    # Which denies where there is none, too.
    assert json.loads(denied.condition) == {"ArnNotEquals": {"lambda:CodeSigningConfigArn": config}}
    (chosen,) = (each for each in statements if "lambda:PutFunctionCodeSigningConfig" in each.actions)
    assert sorted(chosen.resources) == [
        f"arn:aws:lambda:{policies.REGION}:{policies.ACCOUNT}:function:depot-dev-*",
        config,
    ]
    resources = policies.template(files, "platform/signing.yaml")["Resources"]
    assert resources["CodeSigning"]["Properties"]["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Enforce"}
    functions = [r for r in policies.translated(files)["Resources"].values() if r["Type"] == "AWS::Lambda::Function"]
    assert functions
    assert all(each["Properties"]["CodeSigningConfigArn"] == {"Ref": "CodeSigning"} for each in functions)
