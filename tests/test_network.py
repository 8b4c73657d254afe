"""Functions in a VPC reach what they use, by its endpoints, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from holdfast.catalogue import Catalogue
from holdfast.tree import Tree
from support import policies
from test_roles import CASES, PROJECT, rendered

VPC = "[network]\nvpc = true\n"
#: No backend that reaches out: spans go to a collector in a layer.
ALONE = '[observability]\nbackend = "otlp"\nendpoint = "http://localhost:4318"\n'
CALLED = '[functions.act]\nevent = { kind = "http-api", route = "POST /" }\n'
#: What a grant on a kind of resource calls, as AWS names its endpoints: through an interface, or through a gateway.
INTERFACES = {
    "queue": "sqs",
    "topic": "sns",
    "bus": "events",
    "stream": "kinesis-streams",
    "secret": "secretsmanager",
    "parameter": "ssm",
    "workflow": "states",
    "function": "lambda",
}
GATEWAYS = {"table": "dynamodb", "bucket": "s3"}
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
NOWHERE = [{"Description": "Nowhere", "IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]


def rules(files: Tree) -> list[dict[str, Any]]:
    """What the functions' security group lets out."""
    group = policies.template(files)["Resources"]["FunctionsSecurityGroup"]
    assert "SecurityGroupIngress" not in group["Properties"]
    found: list[dict[str, Any]] = group["Properties"]["SecurityGroupEgress"]
    return found


def endpoints(files: Tree) -> set[tuple[str, str]]:
    """The endpoints that platform/network.yaml makes: what they are and what for."""
    resources = policies.template(files, "platform/network.yaml")["Resources"].values()
    made = [each["Properties"] for each in resources if each["Type"] == "AWS::EC2::VPCEndpoint"]
    return {(each["VpcEndpointType"], each["ServiceName"]["Fn::Sub"].rpartition("}.")[2]) for each in made}


def test_a_function_that_uses_nothing_reaches_nothing(catalogue: Catalogue) -> None:
    files = rendered(PROJECT + VPC + ALONE + CALLED, catalogue)
    assert rules(files) == NOWHERE
    assert endpoints(files) == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}:{case.grant}")
def test_a_grant_opens_the_way_to_its_service(catalogue: Catalogue, case: Any) -> None:
    """To its endpoint, and nowhere else; a resource that no function may use opens none."""
    text = case.toml + VPC + ALONE + CALLED
    assert rules(rendered(text, catalogue)) == NOWHERE
    files = rendered(f'{text}grants = ["thing:{case.grant}"]\n', catalogue)
    (rule,) = rules(files)
    parameters = policies.template(files)["Parameters"]
    if case.kind in INTERFACES:
        service = INTERFACES[case.kind]
        reached = {"DestinationSecurityGroupId": {"Ref": "EndpointSecurityGroup"}}
        assert endpoints(files) == {("Interface", service)}
    else:
        service = GATEWAYS[case.kind]
        reached = {"DestinationPrefixListId": {"Ref": f"{service.capitalize()}PrefixList"}}
        assert endpoints(files) == {("Gateway", service)}
    assert service in rule.pop("Description")
    assert rule == HTTPS | reached
    (parameter,) = (value["Ref"] for value in reached.values())
    assert "Default" not in parameters[parameter]
    assert f'# "{parameter}=' in files["samconfig.toml"].content.decode()


def test_what_the_guard_itself_writes_to_is_reached(catalogue: Catalogue) -> None:
    """A stream's function sets refused records aside in its failure queue; one that remembers does so in a table."""
    stream = '[resources.clicks]\nkind = "stream"\n[functions.act]\nevent = { kind = "kinesis", stream = "clicks" }\n'
    assert endpoints(rendered(PROJECT + VPC + ALONE + stream, catalogue)) == {("Interface", "sqs")}
    queue = (
        '[resources.inbox]\nkind = "queue"\n[resources.done]\nkind = "idempotency"\n'
        '[functions.act]\nevent = { kind = "sqs", queue = "inbox", idempotency = "done" }\n'
    )
    assert endpoints(rendered(PROJECT + VPC + ALONE + queue, catalogue)) == {("Gateway", "dynamodb")}


@pytest.mark.parametrize(
    ("answers", "reached"),
    [
        ('backend = "xray"', {("Interface", "xray")}),
        ("insights = true", {("Interface", "xray"), ("Interface", "logs")}),
        ('backend = "otlp"\npreset = "honeycomb"\nsecret = "key"', {("Interface", "secretsmanager")}),
        ('backend = "application-signals"', {("Interface", "xray"), ("Interface", "logs")}),
        ('backend = "datadog"\nsecret = "key"', {("Interface", "secretsmanager")}),
        ('backend = "newrelic"\nsecret = "key"\naccount = "1"\nlayer = 30', {("Interface", "secretsmanager")}),
        ('backend = "dashbird"', {("Interface", "xray")}),
    ],
)
def test_what_watches_a_function_is_reached(catalogue: Catalogue, answers: str, reached: set[tuple[str, str]]) -> None:
    text = f'{PROJECT}{VPC}[observability]\n{answers}\n[resources.key]\nkind = "secret"\n{CALLED}'
    assert endpoints(rendered(text, catalogue)) == reached


def test_a_collector_is_reached_where_somebody_says_it_is(catalogue: Catalogue) -> None:
    collector = '[observability]\nbackend = "otlp"\nendpoint = "https://collector.example.com:4318"\n'
    files = rendered(PROJECT + VPC + collector + CALLED, catalogue)
    port = {"FromPort": 4318, "ToPort": 4318, "IpProtocol": "tcp"}
    assert rules(files) == [port | {"Description": "Where spans are sent", "CidrIp": {"Ref": "CollectorNetwork"}}]
    assert "Default" not in policies.template(files)["Parameters"]["CollectorNetwork"]


@pytest.mark.parametrize("answers", ['backend = "datadog"', 'backend = "newrelic"\naccount = "1"\nlayer = 30'])
def test_a_vendor_is_reached_where_somebody_says_it_is(catalogue: Catalogue, answers: str) -> None:
    text = f'{PROJECT}{VPC}[observability]\n{answers}\nsecret = "key"\n[resources.key]\nkind = "secret"\n{CALLED}'
    files = rendered(text, catalogue)
    (rule,) = (rule for rule in rules(files) if "CidrIp" in rule)
    assert rule == HTTPS | {"Description": rule["Description"], "CidrIp": {"Ref": "CollectorNetwork"}}
    assert "Default" not in policies.template(files)["Parameters"]["CollectorNetwork"]
    assert "They also reach what `CollectorNetwork`" in files["README.md"].content.decode()
    alone = rendered(PROJECT + VPC + ALONE + CALLED, catalogue)
    assert "CollectorNetwork" not in alone["README.md"].content.decode()
    assert "CidrIp" not in str(policies.template(rendered(text.replace(VPC, ""), catalogue))["Resources"])


def test_every_function_is_in_the_subnets_and_none_without_being_asked(catalogue: Catalogue) -> None:
    for answer, wanted in (
        (
            VPC,
            {"SecurityGroupIds": [{"Fn::GetAtt": "FunctionsSecurityGroup.GroupId"}], "SubnetIds": {"Ref": "SubnetIds"}},
        ),
        ("", None),
    ):
        files = rendered(PROJECT + answer + CALLED + CALLED.replace("act", "also").replace("/", "/also"), catalogue)
        resources = policies.template(files)["Resources"].values()
        functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
        assert [function.get("VpcConfig") for function in functions] == [wanted, wanted]
        assert ("platform/network.yaml" in files) == bool(wanted)


def test_endpoints_serve_this_account_alone(catalogue: Catalogue) -> None:
    """And the security group of interface endpoints lets HTTPS in, from one network, and nothing out."""
    table = '[resources.orders]\nkind = "table"\n'
    files = rendered(f'{PROJECT}{VPC}{table}{CALLED}grants = ["orders:get"]\n', catalogue)
    resources = policies.template(files, "platform/network.yaml")["Resources"]
    for name in ("XrayEndpoint", "DynamodbEndpoint"):
        (statement,) = resources[name]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
    group = resources["EndpointSecurityGroup"]["Properties"]
    (rule,) = group["SecurityGroupIngress"]
    assert rule == HTTPS | {"Description": "HTTPS from the network", "CidrIp": {"Ref": "Network"}}
    assert group["SecurityGroupEgress"] == NOWHERE


@pytest.mark.parametrize(
    ("network", "skipped"), [("", ["CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_120"]), (VPC, ["CKV_AWS_116", "CKV_AWS_120"])]
)
def test_checkov_is_not_asked_for_what_is_a_choice(catalogue: Catalogue, network: str, skipped: list[str]) -> None:
    """A finding that is shown and fails nothing, in every new service, teaches to read past findings."""
    settings = yaml.safe_load(rendered(PROJECT + network + ALONE + CALLED, catalogue)[".checkov.yaml"].content)
    assert (settings["skip-check"], settings.get("soft-fail-on")) == (skipped, None)
