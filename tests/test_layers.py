"""Layers of vendors: the right one for runtime, processor and region, within what a deployment may use, or a refusal."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from holdfast import project, spec
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.jinja import environment
from holdfast.tree import Tree
from support import goldens, policies

BACKENDS = ("application-signals", "dashbird", "datadog", "newrelic")


def _text(catalogue: Catalogue, backend: str, **answers: str) -> str:
    """The backend's example with other answers of [project]."""
    text = goldens.specs(catalogue)[f"observability-{backend}"]
    for key, answer in answers.items():
        text, count = re.subn(rf'^{key} = "[^"]*"', f'{key} = "{answer}"', text, flags=re.MULTILINE)
        assert count == 1
    return text


def _files(catalogue: Catalogue, text: str) -> Tree:
    return project.files(spec.parse(text, catalogue), text, catalogue)


def _layers(files: Tree) -> list[str]:
    """The ARNs that the function gets by default, each held to its parameter's own pattern."""
    template = policies.template(files, "template.yaml")
    named = [layer["Ref"] for layer in template["Resources"]["HelloFunction"]["Properties"].get("Layers", [])]
    parameters = [template["Parameters"][name] for name in named]
    for parameter in parameters:
        assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"])
    return [parameter["Default"] for parameter in parameters]


def _allowed(files: Tree) -> list[Any]:
    """What a deployment may take a layer from."""
    found: list[Any] = []
    for resource in policies.template(files, "platform/deploy.yaml")["Resources"].values():
        for statement in resource["Properties"].get("PolicyDocument", {}).get("Statement", []):
            if statement["Action"] == "lambda:GetLayerVersion":
                named = statement["Resource"]
                found += named if isinstance(named, list) else [named]
    return found


@pytest.mark.parametrize(
    ("backend", "answers", "layers"),
    [
        ("application-signals", {}, ["eu-west-1:615299751070:layer:AWSOpenTelemetryDistroPython:22"]),
        (
            "application-signals",
            {"region": "ap-southeast-3", "architecture": "x86_64", "runtime": "python3.12"},
            ["ap-southeast-3:039612877180:layer:AWSOpenTelemetryDistroPython:19"],
        ),
        (
            "datadog",
            {"runtime": "python3.14"},
            [
                "eu-west-1:464622532012:layer:Datadog-Python314-ARM:127",
                "eu-west-1:464622532012:layer:Datadog-Extension-ARM:99",
            ],
        ),
        (
            "datadog",
            {"architecture": "x86_64", "runtime": "python3.12", "region": "ap-south-2"},
            [
                "ap-south-2:464622532012:layer:Datadog-Python312:127",
                "ap-south-2:464622532012:layer:Datadog-Extension:99",
            ],
        ),
        ("newrelic", {"runtime": "python3.14"}, ["eu-west-1:451483290750:layer:NewRelicPython314ARM64:30"]),
        (
            "newrelic",
            {"architecture": "x86_64", "region": "us-east-2"},
            ["us-east-2:451483290750:layer:NewRelicPython313:30"],
        ),
        ("dashbird", {}, []),
    ],
)
def test_the_layer_is_that_of_runtime_processor_and_region(
    backend: str, answers: dict[str, str], layers: list[str], catalogue: Catalogue
) -> None:
    files = _files(catalogue, _text(catalogue, backend, **answers))
    assert _layers(files) == [f"arn:aws:lambda:{layer}" for layer in layers]
    allowed = _allowed(files)
    assert len(allowed) == len(layers)
    assert all(fnmatchcase(layer, pattern) for layer, pattern in zip(_layers(files), allowed, strict=True))
    assert all(pattern.endswith(":*") and pattern.count("*") == 1 for pattern in allowed)


@pytest.mark.parametrize(
    ("backend", "region", "account"),
    [
        ("application-signals", "cn-north-1", "440179912924"),
        ("datadog", "us-gov-west-1", "002406178527"),
    ],
)
def test_other_partitions_have_accounts_of_their_own(
    backend: str, region: str, account: str, catalogue: Catalogue
) -> None:
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov"
    for layer in _layers(_files(catalogue, _text(catalogue, backend, region=region))):
        assert layer.startswith(f"arn:{partition}:lambda:{region}:{account}:layer:")


def test_every_region_that_is_offered_has_a_layer(catalogue: Catalogue) -> None:
    """The backend says where it can be in one place, and which layer is there in another."""
    part = catalogue.group("observability")["application-signals"]
    table = "{% from 'observability/application-signals/layer.jinja' import published %}{{ published | join(' ') }}"
    published = environment(catalogue.template).from_string(table).render()
    assert part.fits["project"]["region"].choices == tuple(published.split())


@pytest.mark.parametrize(
    ("backend", "answers", "line"),
    [
        (
            "application-signals",
            {"runtime": "python3.14"},
            "runtime: 'python3.14' does not go with observability.backend = \"application-signals\"; choose from python3.12, "
            "python3.13",
        ),
        (
            "newrelic",
            {"region": "ca-west-1"},
            "region: 'ca-west-1' does not go with observability.backend = \"newrelic\"; choose from af-south-1, ",
        ),
        (
            "datadog",
            {"region": "cn-north-1"},
            "region: 'cn-north-1' does not go with observability.backend = \"datadog\"; write a region outside of China",
        ),
    ],
)
def test_what_has_no_layer_is_refused_in_one_line(
    backend: str, answers: dict[str, str], line: str, catalogue: Catalogue
) -> None:
    with pytest.raises(HoldfastError) as error:
        spec.parse(_text(catalogue, backend, **answers), catalogue)
    assert re.match(rf"holdfast\.toml:\d+ project\.{re.escape(line)}", str(error.value))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("backend", ["datadog", "newrelic"])
@pytest.mark.parametrize("key", ["0123456789abcdef0123456789abcdef", "eu01xx0123456789abcdef0123456789abcdNRAL"])
def test_a_key_is_a_reference_to_a_secret_and_nothing_else(backend: str, key: str, catalogue: Catalogue) -> None:
    text = _text(catalogue, backend)
    with pytest.raises(HoldfastError) as error:
        spec.parse(re.sub(r'^secret = ".*"$', f'secret = "{key}"', text, flags=re.MULTILINE), catalogue)
    assert "observability.secret: there is no resource" in str(error.value)
    template = policies.template(_files(catalogue, text), "template.yaml")
    variables = template["Resources"]["HelloFunction"]["Properties"]["Environment"]["Variables"]
    name = {"datadog": "DD_API_KEY_SECRET_ARN", "newrelic": "NEW_RELIC_LICENSE_KEY_SECRET"}[backend]
    assert variables[name] == {"Ref": f"{backend.title()}KeySecret"}
    assert [name for name in variables if "KEY" in name] == [name]


@pytest.mark.parametrize(
    ("architecture", "region", "account", "layer"),
    [
        ("arm64", "eu-west-1", "580247275435", "LambdaInsightsExtension-Arm64:25"),
        ("x86_64", "ap-southeast-4", "158895979263", "LambdaInsightsExtension:29"),
        ("x86_64", "us-gov-west-1", "751350123760", "LambdaInsightsExtension:24"),
        ("arm64", "mx-central-1", "", "LambdaInsightsExtension-Arm64:"),
    ],
)
def test_the_layer_of_insights_is_aws_own(
    architecture: str, region: str, account: str, layer: str, catalogue: Catalogue
) -> None:
    """And a deployment may take it from that account alone; where none is known, a stage must say which."""
    text = f'[project]\nname = "svc"\nowner = "me"\nregion = "{region}"\narchitecture = "{architecture}"\n'
    text += '[observability]\ninsights = true\n[functions.hello]\nevent = { kind = "http-api", route = "GET /" }\n'
    files = _files(catalogue, text)
    parameter = policies.template(files, "template.yaml")["Parameters"]["InsightsLayer"]
    name = layer.partition(":")[0]
    (allowed,) = (arn["Fn::Sub"] for arn in _allowed(files))
    assert allowed.endswith(f":${{AWS::Region}}:{account or '*'}:layer:{name}:*")
    partition = "aws-us-gov" if region.startswith("us-gov-") else "aws"
    default = f"arn:{partition}:lambda:{region}:{account}:layer:{layer}"
    assert parameter.get("Default") == (default if account else None)
    assert not account or re.fullmatch(parameter["AllowedPattern"], default)


@pytest.mark.parametrize("backend", BACKENDS)
def test_lambdas_own_tracing_is_on_where_a_backend_reads_it(backend: str, catalogue: Catalogue) -> None:
    files = _files(catalogue, _text(catalogue, backend))
    function = policies.template(files, "template.yaml")["Resources"]["HelloFunction"]["Properties"]
    assert function.get("Tracing") == ("Active" if backend in ("application-signals", "dashbird") else None)


def test_dashbird_may_read_this_service_and_no_environment(catalogue: Catalogue) -> None:
    files = _files(catalogue, _text(catalogue, "dashbird"))
    role = policies.template(files, "platform/dashbird.yaml")["Resources"]["Role"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::458024764010:root"}}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert "Default" not in policies.template(files, "platform/dashbird.yaml")["Parameters"]["ExternalId"]
    logs, others, environment = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert logs["Action"] == ["logs:DescribeLogStreams", "logs:FilterLogEvents"]
    assert logs["Resource"]["Fn::Sub"].endswith(":log-group:/aws/lambda/observability-dashbird-*:*")
    assert others["Condition"] == {"StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}}
    assert all(re.fullmatch(r"[a-z]+:(BatchGet|Describe|Get|List)\w+", action) for action in others["Action"])
    assert not [action for action in others["Action"] if action.startswith(("kms:", "lambda:Get", "secretsmanager:"))]
    assert (environment["Effect"], environment["Action"], environment["Resource"]) == ("Deny", "kms:Decrypt", "*")
    via = {"kms:ViaService": {"Fn::Sub": "lambda.${AWS::Region}.${AWS::URLSuffix}"}}
    assert environment["Condition"] == {"StringEquals": via}
