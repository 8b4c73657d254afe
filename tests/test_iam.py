"""What IAM would decide: roles, the boundary and the key's policy of services, by tools that are not ours.

The simulator is a process of its own (tests/support/decide.mjs), as are parliament and cloudsplaining.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from holdfast import iam, policysize
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from support import goldens, policies, tools
from support.policies import ACCOUNT, REGION
from test_roles import ALL, CALLED, PROJECT, Case, rendered

LOCK = Path(__file__).parent / "support/iam.txt"
#: Actions that a role of ours may do on any resource, because IAM knows none for them; and what they are for.
ANY_RESOURCE = {
    "cloudwatch:GetMetricData": "Dashbird's role reads metrics",
    "cloudwatch:GetMetricStatistics": "Dashbird's role reads metrics",
    "cloudwatch:ListMetrics": "Dashbird's role reads metrics",
    "dynamodb:ListStreams": "Lambda's poller looks for the stream",
    "ec2:DescribeNetworkInterfaces": "Lambda's poller is in the network of the cluster, functions in a VPC",
    "ec2:DescribeSecurityGroups": "Lambda's poller is in the network of the cluster",
    "ec2:DescribeSubnets": "Lambda's poller is in the network of the cluster, functions in a VPC",
    "ec2:DescribeVpcs": "Lambda's poller is in the network of the cluster",
    "kafka:GetBootstrapBrokers": "Lambda's poller finds the cluster",
    "lambda:ListFunctions": "Dashbird's role finds functions",
    "logs:CreateLogDelivery": "Step Functions sets up a workflow's log",
    "logs:DeleteLogDelivery": "Step Functions sets up a workflow's log",
    "logs:DescribeLogGroups": "Step Functions sets up a workflow's log",
    "logs:DescribeResourcePolicies": "Step Functions sets up a workflow's log",
    "logs:GetLogDelivery": "Step Functions sets up a workflow's log",
    "logs:ListLogDeliveries": "Step Functions sets up a workflow's log",
    "logs:PutResourcePolicy": "Step Functions sets up a workflow's log",
    "logs:UpdateLogDelivery": "Step Functions sets up a workflow's log",
    "rekognition:DetectFaces": "written out in the golden spec",
    "rekognition:DetectLabels": "written out in the golden spec",
    "xray:BatchGetTraces": "Dashbird's role reads traces",
    "xray:GetSamplingRules": "traces of workflows",
    "xray:GetSamplingTargets": "traces of workflows",
    "xray:GetTraceSummaries": "Dashbird's role reads traces",
    "xray:PutTelemetryRecords": "traces",
    "xray:PutTraceSegments": "traces",
}
#: What Lambda does with a network must not be got by the function's own code, nor an environment by Dashbird's role, said as
#: a Deny on everything.
DENIED = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
    "kms:Decrypt",
}


#: What a key's policy says at the least, of the account whose roles may use the key.
DELEGATED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}


#: What the parameters of SSM hold that specs here name.
HELD = {
    # Made by platform/signing.yaml, before deploy.yaml; the second with the longest name of a stage.
    "/depot/dev/signing/config": f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-{'0' * 17}",
    "/depot/ssssssss/signing/config": f"arn:aws-us-gov:lambda:ap-southeast-1:{ACCOUNT}:code-signing-config:csc-{'0' * 17}",
    "/shared/b": "arn:aws:s3:::shared-b",
    "/shared/clicks": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks",
    "/shared/intake": f"arn:aws:sqs:{REGION}:{ACCOUNT}:intake",
    "/shared/orders": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders",
    "/shared/reports/key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/reports",
    "/shared/secrets/key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/secrets",
}


def held(text: str) -> str:
    """`text` with what CloudFormation would put in the place of its dynamic references."""
    return re.sub(r"\{\{resolve:ssm:([^{}]+)\}\}", lambda found: HELD[found[1]], text)


def concrete(arn: str) -> str:
    """One resource of those that a statement's ARN stands for."""
    return held(arn).replace("*", "x").replace("?", "a")


def neighbour(arn: str) -> str:
    """Another resource, whose name begins or ends as near to the granted one as it can."""
    arn = held(arn)
    if arn.endswith("??????"):
        return arn.removesuffix("-??????") + "x-aaaaaa"
    if arn.endswith("/*"):
        return arn.removesuffix("/*") + "x/x"
    return arn.removesuffix("*")[:-1] + "~" if arn.endswith("*") else f"{arn}x"


def requests(case: Case, catalogue: Catalogue) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each action: its own resource, a neighbour, and its own under a boundary that says nothing of it."""
    files = rendered(f'{case.toml}{CALLED}grants = ["thing:{case.grant}"]\n', catalogue)
    resources = policies.template(files)["Resources"]
    (document,) = (policy["PolicyDocument"] for policy in resources["ActRole"]["Properties"]["Policies"])
    identity = _simulated(policies.resolved(document))
    boundary = policies.template(files, "platform/boundary.yaml")["Resources"]["Boundary"]["Properties"]
    known = _simulated(policies.resolved(boundary["PolicyDocument"]))
    context = {"aws:ResourceAccount": ACCOUNT}
    prefix = json.loads(case.condition)["StringLike"]["s3:prefix"][0][:-1] if case.condition else ""
    for action in case.actions.split():
        one = {
            "principal": f"arn:aws:iam::{ACCOUNT}:role/svc/act",
            "action": action,
            "account": ACCOUNT,
            "identity": [identity],
            "boundary": known,
            "context": context | ({"s3:prefix": f"{prefix}2026"} if prefix else {}),
        }
        yield "Allowed", one | {"resource": concrete(case.arn)}
        yield "ImplicitlyDenied", one | {"resource": neighbour(case.arn)}
        yield "ImplicitlyDenied", one | {"resource": concrete(case.arn), "boundary": _simulated(_nothing(known))}
        if prefix:
            yield "ImplicitlyDenied", one | {"resource": concrete(case.arn), "context": context | {"s3:prefix": "x"}}
    for action in case.key.split():
        key = concrete(case.key_arn)
        via = {"kms:ViaService": f"{case.via}.{REGION}.amazonaws.com", "kms:ResourceAliases": ["alias/svc-dev"]}
        one = {"principal": f"arn:aws:iam::{ACCOUNT}:role/svc/act", "action": action, "account": ACCOUNT}
        one |= {"identity": [identity], "boundary": known, "resource": key, "context": via, "resourcePolicy": DELEGATED}
        yield "Allowed", one
        yield "ImplicitlyDenied", one | {"context": via | {"kms:ViaService": f"ec2.{REGION}.amazonaws.com"}}
        yield "ImplicitlyDenied", one | {"resource": f"{key}x"}


def _nothing(boundary: Mapping[str, Any]) -> dict[str, Any]:
    """A boundary with its logs alone."""
    return {**boundary, "Statement": [each for each in boundary["Statement"] if each["Sid"] == "OwnLogs"]}


def _simulated(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(held(json.dumps(document)))
    return found


@pytest.fixture(scope="module")
def decisions(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """For each case what was decided otherwise than it should; one process for all."""
    asked = [(_name(case), wanted, one) for case in ALL for wanted, one in requests(case, catalogue)]
    said = tools.decided([one for _, _, one in asked], tmp_path_factory.mktemp("decide"))
    wrong: dict[str, list[str]] = {_name(case): [] for case in ALL}
    for (name, wanted, one), answer in zip(asked, said, strict=True):
        if answer != wanted:
            wrong[name].append(f"{one['action']} on {one['resource']} {one['context']}: {answer}, not {wanted}")
    return wrong


def _name(case: Case) -> str:
    return f"{case.kind}:{case.grant} on {case.arn}"


@pytest.mark.parametrize("case", ALL, ids=_name)
def test_a_grant_opens_its_own_resource_and_no_neighbour(case: Case, decisions: dict[str, list[str]]) -> None:
    """Under the boundary; and under one that says nothing of it, nothing at all."""
    assert decisions[_name(case)] == []


def test_lambda_makes_interfaces_in_the_functions_subnets_and_its_code_makes_none(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """EC2 asks for each thing by itself: the interface, its subnet, its security group."""
    files = rendered(f"{PROJECT}[network]\nvpc = true\n{CALLED}", catalogue)
    resources = policies.template(files)["Resources"]
    (document,) = (policy["PolicyDocument"] for policy in resources["ActRole"]["Properties"]["Policies"])
    boundary = policies.template(files, "platform/boundary.yaml")["Resources"]["Boundary"]["Properties"]
    own = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
    one = {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/svc/act",
        "account": ACCOUNT,
        "identity": [policies.resolved(document)],
        "boundary": policies.resolved(boundary["PolicyDocument"]),
    }
    code = {"lambda:SourceFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:svc-dev-act"}
    asked: list[tuple[str, str, str, dict[str, Any]]] = [
        ("Allowed", "CreateNetworkInterface", f"{own}:subnet/subnet-2", {"ec2:SubnetID": "subnet-2"}),
        ("Allowed", "CreateNetworkInterface", f"{own}:security-group/sg-own", {}),
        ("Allowed", "CreateNetworkInterface", f"{own}:network-interface/eni-1", {}),
        ("Allowed", "DeleteNetworkInterface", f"{own}:network-interface/eni-1", {}),
        ("Allowed", "DescribeSubnets", "*", {}),
        ("ImplicitlyDenied", "CreateNetworkInterface", f"{own}:subnet/subnet-3", {"ec2:SubnetID": "subnet-3"}),
        ("ImplicitlyDenied", "CreateNetworkInterface", f"{own}:security-group/sg-other", {}),
        ("ImplicitlyDenied", "AttachNetworkInterface", f"{own}:network-interface/eni-1", {}),
        ("ExplicitlyDenied", "CreateNetworkInterface", f"{own}:network-interface/eni-1", code),
        ("ExplicitlyDenied", "DescribeNetworkInterfaces", "*", code),
    ]
    said = tools.decided(
        [one | {"action": f"ec2:{action}", "resource": on, "context": context} for _, action, on, context in asked],
        tmp_path,
    )
    assert said == [wanted for wanted, *_ in asked]


@pytest.fixture(scope="module")
def documents(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """Every policy document of every golden, by where it stands; resolved. What several have alike stands once."""
    found: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for name, files in goldens.trees(catalogue).items():
        for path in ("template.yaml", *(path for path in files if path.startswith("platform/"))):
            for place, document in policies.documents(policies.template(files, path)["Resources"]).items():
                plain = policies.resolved(document, policies.KNOWN | _PARAMETERS)
                text = json.dumps(plain, sort_keys=True)
                if text not in seen:
                    seen.add(text)
                    found[f"{name} {path} {place}"] = _simulated(plain)
    return found


_PARAMETERS = {
    "Repository": "acme@1/service@2",
    "VpcId": "vpc-1",
    "ListenerArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/own/1/2",
    "WatchLogsLogGroup": "/ecs/checkout",
    "WatchShopLogGroup": "/ecs/checkout",
}


def of_functions(place: str) -> bool:
    """Whether a document is a role's of the service, not the boundary or what deploys."""
    return "platform/deploy.yaml" not in place and "platform/boundary.yaml" not in place


def test_every_resource_is_named_but_where_iam_knows_none(documents: dict[str, dict[str, Any]]) -> None:
    open_: set[str] = set()
    for place, document in documents.items():
        for statement in document["Statement"] if "platform/deploy.yaml" not in place else ():
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any("*" in action for action in actions), place
            if "*" in resources:
                open_ |= {*actions} if statement["Effect"] == "Allow" else {*actions} - DENIED
    assert open_ == ANY_RESOURCE.keys()
    assert [action for action in open_ if (known := iam.find(action)) and known.knows_resource] == []


def test_no_action_that_knows_no_resource_is_given_one(documents: dict[str, dict[str, Any]]) -> None:
    """It would never be allowed."""
    wrong = set()
    for place, document in documents.items():
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            known = [found for action in actions if (found := iam.find(action))]
            if statement["Resource"] not in ("*", ["*"]):
                wrong |= {f"{place.split()[1]} {action.name}" for action in known if not action.knows_resource}
    assert wrong == set()


def test_the_deploy_role_names_what_it_can(documents: dict[str, dict[str, Any]]) -> None:
    """Where it cannot, a condition says whose thing it must be, or the action only looks."""
    for place, document in documents.items():
        for statement in document["Statement"] if "platform/deploy.yaml" in place else ():
            if statement["Resource"] == "*" and statement["Effect"] == "Allow" and "Condition" not in statement:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                for action in actions:
                    known = iam.find(action)
                    assert known, action
                    assert not known.knows_resource, f"{place}: {action}"
                    assert known.level in ("Read", "List"), f"{place}: {action}"


LONGEST: dict[str, Any] = {
    "AWS::Region": "ap-southeast-1",
    "AWS::Partition": "aws-us-gov",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
LONGEST |= {"SubnetIds": ["subnet-0123456789abcdef0"] * 6, "VpcId": "vpc-0123456789abcdef0"}
LONGEST |= {"Stage": "s" * 8, "Key.Arn": f"arn:aws-us-gov:kms:ap-southeast-1:{ACCOUNT}:key/{'k' * 36}"}


def test_no_policy_is_longer_than_iam_takes(catalogue: Catalogue) -> None:
    """And what the engine reckons before it writes is no less."""
    for name, files in goldens.trees(catalogue).items():
        for path in ("template.yaml", *(path for path in files if path.startswith("platform/"))):
            resources = policies.template(files, path)["Resources"]
            for place, document in policies.documents(resources).items():
                plain = policies.resolved(document, policies.KNOWN | _PARAMETERS | LONGEST)
                size = len(held(json.dumps(plain, separators=(",", ":"))))
                most = policysize.ROLE if "/" in place else policysize.MANAGED
                assert size <= most, f"{name} {path} {place}"
                if place == "Boundary":
                    assert policysize._boundary(files[path].content.decode()) >= size, name


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": "repo:acme@1/service@2:environment:dev",
                }
            },
        }
    ],
}
#: Whom the deploy role hands a role to, and which.
PASSED = {
    "lambda.amazonaws.com": "-*",
    "codedeploy.amazonaws.com": "-codedeploy@eu-west-1",
    "firehose.amazonaws.com": "-*.eu-west-1",
    "iot.amazonaws.com": "-*.eu-west-1",
    "states.amazonaws.com": "-*_eu-west-1",
}


@pytest.mark.parametrize(
    ("lines", "approves"),
    [
        ('owner = "stack"', "payments"),
        ('owner = "platform"', "payments"),
        ('owner = "platform"\nteam = "acme/platform"', "acme/platform"),
    ],
    ids=["stack", "platform", "platform-team"],
)
def test_a_pipeline_deploys_its_stage_and_gives_no_rights(catalogue: Catalogue, lines: str, approves: str) -> None:
    """One line says whose the roles are; a team that is not the owner may be named with it."""
    text = goldens.specs(catalogue)["everything"]
    files = rendered(text.replace("[resources.orders]", f"[roles]\n{lines}\n\n[resources.orders]", 1), catalogue)
    resources = policies.template(files, "platform/deploy.yaml")["Resources"]
    known = policies.KNOWN | _PARAMETERS
    assert policies.resolved(resources["DeployRole"]["Properties"]["AssumeRolePolicyDocument"], known) == TRUST
    statements = [
        statement
        for document in policies.documents(resources).values()
        for statement in policies.resolved(document, known)["Statement"]
    ]
    own = f"arn:aws:iam::{ACCOUNT}:role/everything/everything-dev"
    passed, changed = {}, {}
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if "iam:PassRole" in actions:
            assert actions == ["iam:PassRole"]
            passed[statement["Condition"]["StringEquals"]["iam:PassedToService"]] = statement["Resource"]
        elif any(action.startswith("iam:") for action in actions) and statement["Effect"] == "Allow":
            changed[statement["Sid"]] = (statement["Resource"], statement.get("Condition"))
    assert passed == {service: own + end for service, end in PASSED.items()}
    boundaries = [f"arn:aws:iam::{ACCOUNT}:policy/everything/everything{end}-boundary" for end in ("", "-codedeploy")]
    if "platform" in lines:
        assert changed == {}
    else:
        assert changed == {
            "MakeBoundedRoles": (f"{own}-*", {"ArnEquals": {"iam:PermissionsBoundary": boundaries}}),
            "KeepRoles": (f"{own}-*", None),
            "SeeBoundary": (boundaries, None),
        }
    owners = files[".github/CODEOWNERS"].content.decode()
    assert f"\n/platform/ @{approves}\n" in owners


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            "".join(
                f'[resources.t{n}]\nkind = "table"\nexternal = "arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{"x" * 200}{n}"\n'
                for n in range(30)
            )
            + "".join(
                f'[functions.f{m}]\nevent = {{ kind = "function-url" }}\n'
                f"grants = {json.dumps([f't{n}:put' for n in range(m, m + 10)])}\n"
                for m in (0, 10, 20)
            ),
            r"holdfast.toml resources: the boundary would have \d+ characters, and AWS takes 6,144; take fewer",
        ),
        (
            f'{CALLED}[[functions.act.allow]]\nreason = "x"\nactions = ["bedrock:InvokeModel"]\nresources = '
            + json.dumps([f"arn:aws:bedrock:eu-west-1::foundation-model/{'m' * 90}{n}" for n in range(90)]),
            r"holdfast.toml functions.act: its role would have \d+ characters, and AWS takes 10,240; take fewer",
        ),
        (
            "".join(f'[resources.s{n}]\nkind = "topic"\nexternal = "ssm:/t/{n}"\n' for n in range(31))
            + "".join(
                f'[functions.f{n}]\nevent = {{ kind = "function-url" }}\ngrants = ["s{m}:publish" ]\n'
                for n, m in enumerate(range(31))
            ),
            r"holdfast.toml resources: template.yaml would have \d+ dynamic references, and AWS takes 60; take fewer",
        ),
    ],
    ids=["boundary", "role", "references"],
)
def test_what_aws_would_refuse_is_refused_before(catalogue: Catalogue, more: str, line: str) -> None:
    with pytest.raises(HoldfastError, match=line):
        rendered(f"{PROJECT}{more}\n", catalogue)


SCAN = """
import json, sys
from cloudsplaining.scan.policy_document import PolicyDocument
from parliament import analyze_policy_string
found = {}
for place, document in json.load(open(sys.argv[1])).items():
    policy = PolicyDocument(document)
    rows = [f"{f.issue} {f.detail}" for f in analyze_policy_string(json.dumps(document)).findings]
    rows += [f"exposes {action}" for action in policy.permissions_management_without_constraints]
    rows += [f"escalates {each}" for each in policy.allows_privilege_escalation]
    rows += [f"reads data {action}" for action in policy.allows_data_exfiltration_actions]
    rows += [f"unbounded write {action}" for action in policy.write_actions_without_constraints]
    rows += [f"credentials {action}" for action in policy.credentials_exposure]
    found[place] = rows
json.dump(found, open(sys.argv[2], "w"))
"""


#: What the scanners say and is not so, each with the reason: their data is older than AWS's own.
EXCUSED = {
    r"\S+ UNKNOWN_CONDITION_FOR_ACTION .* kms:ResourceAliases ": "a condition key of KMS that parliament does not know",
    r"\S+ UNKNOWN_CONDITION_FOR_ACTION .* lambda:SourceFunctionArn ": "what Lambda says of a function's own calls",
    r"platform/deploy.yaml UNKNOWN_CONDITION_FOR_ACTION .* elasticloadbalancing:CreateAction ": "a condition key of ELB's",
    r"platform/deploy.yaml UNKNOWN_ACTION Unknown action apigateway:TagResource": "AWS's own list lacks it, too",
    r"platform/deploy.yaml INVALID_ARN Account expected ": "the account of SAM's transform is aws",
    r"platform/deploy.yaml RESOURCE_MISMATCH .*elasticloadbalancing:": "listeners of two types, and one is asked for",
    r"platform/deploy.yaml RESOURCE_MISMATCH .*kms:CreateAlias": "a key and an alias, each in a statement of its own",
    r"\S+ RESOURCE_MISMATCH .*ec2:Create": "an interface or a group and what it belongs to, each by a condition of its own",
    r"\S+ RESOURCE_MISMATCH .*bedrock:InvokeModel": "one type of resource out of several",
    r"platform/deploy.yaml RESOURCE_POLICY_PRIVILEGE_ESCALATION ": "who deploys a bucket says who may use it",
    r"platform/deploy.yaml RESOURCE_STAR \['kms:TagResource'\]": "a key that is being made has no ARN; its tags are asked for",
    r"platform/deploy.yaml RESOURCE_STAR \['lambda:(Delete|Update)EventSourceMapping'": "by the function, in a condition",
}
#: What must be found, so that a scanner that says nothing is noticed.
CONTROL = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "All", "Effect": "Allow", "Action": ["s3:*", "iam:PassRole"], "Resource": "*"}],
}


def test_parliament_and_cloudsplaining_find_nothing(documents: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """In no role, boundary or stack of a platform team; what they name is what IAM knows no resource for."""
    commands = tools.environment(LOCK.read_text(encoding="utf-8"), ("3.11", "3.12"))
    asked, said, script = tmp_path / "asked.json", tmp_path / "said.json", tmp_path / "scan.py"
    asked.write_text(json.dumps({**documents, "control": CONTROL}), encoding="utf-8")
    script.write_text(SCAN, encoding="utf-8")
    tools.run([str(commands / "python"), str(script), str(asked), str(said)])
    found = json.loads(said.read_text(encoding="utf-8"))
    assert found.keys() == {*documents, "control"}
    assert found.pop("control")[:1] != []
    used: set[str] = set()
    wrong = []
    for place, rows in found.items():
        for row in rows:
            excuse = next((pattern for pattern in EXCUSED if re.match(pattern, f"{place.split()[1]} {row}")), None)
            if excuse:
                used.add(excuse)
            elif not (unknown := re.match(r"UNKNOWN_ACTION Unknown action (\S+)", row)) or not iam.find(unknown[1]):
                wrong.append(f"{place}: {row}")
    assert wrong == []
    assert used == EXCUSED.keys(), "an excuse that excuses nothing"


#: What AWS services do with the service's key, each for a thing of the service: who, actions, what they say of it.
LOG = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
KEYS = {
    "logs, a function's": (
        f"logs.{REGION}.amazonaws.com",
        "kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:DescribeKey",
        {"kms:EncryptionContext:aws:logs:arn": f"{LOG}:/aws/lambda/everything-dev-root"},
    ),
    "logs, the HTTP API's": (
        f"logs.{REGION}.amazonaws.com",
        "kms:GenerateDataKey",
        {"kms:EncryptionContext:aws:logs:arn": f"{LOG}:/aws/vendedlogs/everything-dev-http-api"},
    ),
    "logs, a workflow's": (
        f"logs.{REGION}.amazonaws.com",
        "kms:GenerateDataKey",
        {"kms:EncryptionContext:aws:logs:arn": f"{LOG}:/aws/vendedlogs/states/everything-dev-checkout"},
    ),
    "logs on their way, a workflow's": (
        "delivery.logs.amazonaws.com",
        "kms:Decrypt",
        {
            "aws:SourceAccount": ACCOUNT,
            "kms:EncryptionContext:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:x",
        },
    ),
    "alarms, the topic of alarms": (
        "cloudwatch.amazonaws.com",
        "kms:Decrypt kms:GenerateDataKey",
        {
            "aws:SourceAccount": ACCOUNT,
            "aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:everything-dev-root-failures",
        },
    ),
    "EventBridge, a rule's failure queue": (
        "events.amazonaws.com",
        "kms:Decrypt kms:GenerateDataKey",
        {"kms:EncryptionContext:aws:sqs:arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:everything-dev-ship-failures"},
    ),
    "EventBridge, a bus": (
        "events.amazonaws.com",
        "kms:Decrypt kms:GenerateDataKey",
        {
            "kms:EncryptionContext:aws:events:event-bus:arn": (
                f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/everything-dev-domain"
            )
        },
    ),
    "SNS, a subscriber's failure queue": (
        "sns.amazonaws.com",
        "kms:Decrypt kms:GenerateDataKey",
        {"kms:EncryptionContext:aws:sqs:arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:everything-dev-notify-failures"},
    ),
    "SES, a mail's bucket": (
        "ses.amazonaws.com",
        "kms:Decrypt kms:GenerateDataKey",
        {
            "aws:SourceAccount": ACCOUNT,
            "aws:SourceArn": (
                f"arn:aws:ses:{REGION}:{ACCOUNT}:receipt-rule-set/everything-dev:receipt-rule/everything-dev-take-mail"
            ),
        },
    ),
}


@pytest.fixture(scope="module")
def key_policies(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The key's policy where the stack owns it, and where a platform team does."""
    text = goldens.specs(catalogue)["everything"]
    platform = text.replace("[resources.orders]", '[roles]\nowner = "platform"\nteam = "a/b"\n\n[resources.orders]', 1)
    found = []
    for spec_text, path in ((text, "template.yaml"), (platform, "platform/roles.yaml")):
        key = policies.template(rendered(spec_text, catalogue), path)["Resources"]["Key"]
        found.append(policies.resolved(key["Properties"]["KeyPolicy"]))
    return found


def allows(policy: Mapping[str, Any], service: str, action: str, context: Mapping[str, str]) -> bool:
    """Whether a key's policy lets an AWS service do this, by the two operators that key policies here have."""
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if (
            statement["Effect"] == "Allow"
            and statement["Principal"].get("Service") == service
            and any(fnmatchcase(action, pattern) for pattern in actions)
            and all(_holds(operator, keys, context) for operator, keys in statement.get("Condition", {}).items())
        ):
            return True
    return False


def _holds(operator: str, keys: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    assert operator in ("ArnLike", "StringEquals"), operator
    for key, wanted in keys.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        there = context.get(key, "")
        if not any(fnmatchcase(there, value) if operator == "ArnLike" else there == value for value in values):
            return False
    return True


@pytest.mark.parametrize("name", KEYS)
def test_the_keys_policy_names_who_uses_it(name: str, key_policies: list[dict[str, Any]]) -> None:
    """And for nobody else's thing: delegating to the account is not enough for a service that acts for itself."""
    service, actions, context = KEYS[name]
    foreign = {
        key: value.replace("everything-dev", "other-dev").replace(ACCOUNT, "9" * 12) for key, value in context.items()
    }
    for policy in key_policies:
        for action in actions.split():
            assert allows(policy, service, action, context), action
            assert not allows(policy, service, action, foreign), action
            assert not allows(policy, "ec2.amazonaws.com", action, context), action


def test_every_service_that_the_keys_policy_names_is_tried(key_policies: list[dict[str, Any]]) -> None:
    tried = {service for service, _, _ in KEYS.values()}
    for policy in key_policies:
        named = {s["Principal"]["Service"] for s in policy["Statement"] if "Service" in s["Principal"]}
        assert named == tried


def test_the_account_holds_the_key(key_policies: list[dict[str, Any]]) -> None:
    """Otherwise no role could use it, and nobody could ever change its policy."""
    for policy in key_policies:
        assert [s for s in policy["Statement"] if s["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}]
