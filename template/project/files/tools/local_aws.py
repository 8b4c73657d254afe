"""The data that template.yaml declares, made in whatever AWS boto3 points to: moto, in tests or as a server."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml

# What functions use at run time; all else runs, watches or guards them.
DATA = frozenset(
    {
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::DynamoDB::Table",
        "AWS::Events::EventBus",
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Parameter",
        "AWS::StepFunctions::StateMachine",
    }
)
# moto's CloudFormation makes none.
HIDDEN = "AWS::SecretsManager::Secret"
# Runs nothing: what a workflow does is its definition's affair, which is tried in AWS.
STATE_MACHINE = {
    "DefinitionString": '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
    "RoleArn": "arn:aws:iam::123456789012:role/local",
}
# What other stacks made: where template.yaml says it is, what stands in for it, and what that is found by.
{% set stand_ins = slot("tools/local_aws.py/stand-ins", block=True) %}
STAND_INS: dict[str, tuple[dict[str, Any], str]] = {{ "{\n" ~ stand_ins ~ "}" if stand_ins else "{}" }}
DYNAMIC = re.compile(r"[{]{2}resolve:[^{}]*[}]{2}")

Node = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short forms: `!Ref x` is read as `{Ref: x}`. In C, as each test reads the template."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load(template: Path) -> Node:
    """The template with every short form written out."""
    body: Node = yaml.load(template.read_text("utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return body


@dataclass(frozen=True)
class Function:
    """A function of the template: its handler, and its environment as written there."""

    name: str
    handler: str
    timeout: float
    memory: int
    variables: Node

    @property
    def module(self) -> str:
        """The folder under functions/, out of `<package>.guard.entry.<module>`."""
        return self.handler.split(".")[-1]


def functions(body: Node) -> list[Function]:
    """Every function of the template, with what `Globals` adds to it."""
    shared = body.get("Globals", {}).get("Function", {})
    found = []
    for name, resource in body["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            own = shared | resource["Properties"]
            variables = _variables(shared) | _variables(own)
            found.append(Function(name, own["Handler"], own.get("Timeout", 3), own.get("MemorySize", 128), variables))
    return found


def create(template: Path, stage: str = "test") -> dict[str, dict[str, str]]:
    """Create what the functions use and say what each module's environment variables are.

    A variable about something that exists only in a deployed stack (the API's address) gets a stand-in.
    """
    body = load(template)
    resources, known = _resources(body)
    absent = body["Resources"].keys() - resources.keys()
    environments: dict[str, dict[str, str]] = {}
    outputs: dict[str, Node] = {}
    places: dict[str, tuple[str, str]] = {}
    for function in functions(body):
        environments[function.module] = {}
        for variable, written in function.variables.items():
            value = known.get(_place(written), written)
            environments[function.module][variable] = f"no-{variable.lower()}-here"
            if not absent & _mentioned(value):
                output = f"Output{len(outputs)}"
                outputs[output] = {"Value": value}
                places[output] = (function.module, variable)
    local = {
        "Parameters": {name: _parameter(name, node, stage) for name, node in body.get("Parameters", {}).items()},
        "Mappings": body.get("Mappings", {}),
        "Conditions": body.get("Conditions", {}),
        "Resources": resources,
        "Outputs": outputs,
    }
    for output, text in _deploy(local, f"local-{stage}").items():
        module, variable = places[output]
        environments[module][variable] = text
    return environments


def _resources(body: Node) -> tuple[Node, Node]:
    """What CloudFormation can make here of a template, and what stands for places that it makes nothing at."""
    kinds = (*DATA, HIDDEN)
    wanted = {name: _local(resource) for name, resource in body["Resources"].items() if resource["Type"] in kinds}
    known: Node = {}
    for number, (place, (stand_in, attribute)) in enumerate(STAND_INS.items()):
        name = f"StandIn{number}"
        wanted[name] = stand_in
        known[place] = {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
    for name in [name for name, resource in wanted.items() if resource["Type"] == HIDDEN]:
        boto3.client("secretsmanager").create_secret(Name=name, SecretString="local")
        known |= {name: name} | {place: name for place, value in known.items() if value == {"Ref": name}}
        del wanted[name]
    return wanted, known


def _deploy(body: Node, name: str) -> dict[str, str]:
    """Create the stack, wait for it, and return its outputs: CloudFormation itself resolves `!Ref`, `!Sub`, `!If`."""
    if not body["Resources"]:
        body["Resources"] = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body, default=str))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _local(resource: Node) -> Node:
    """A resource as it can be made here: without what only AWS knows, and a workflow that does nothing."""
    own = {key: value for key, value in resource.items() if key != "DependsOn"}
    text: Node = json.loads(DYNAMIC.sub("local", json.dumps(own, default=str)))
    if text["Type"] == "AWS::StepFunctions::StateMachine":
        text["Properties"] = STATE_MACHINE | {"StateMachineName": text["Properties"]["StateMachineName"]}
    return text


def _place(value: Any) -> str:
    """What an environment variable names in template.yaml: a resource by its id, or the place of somebody else's."""
    if isinstance(value, dict):
        value = value.get("Ref", value.get("Fn::Sub"))
    return value if isinstance(value, str) else ""


def _variables(properties: Node) -> Node:
    variables: Node = properties.get("Environment", {}).get("Variables", {})
    return variables


def _parameter(name: str, node: Node, stage: str) -> Node:
    """The parameter with a value: the stage, its default, or one that harms nothing."""
    kind = node["Type"] if node["Type"] in {"String", "Number", "CommaDelimitedList"} else "String"
    harmless = node.get("AllowedValues", ["1" if kind == "Number" else "local"])[0]
    return {"Type": kind, "Default": stage if name == "Stage" else str(node.get("Default", harmless))}


def _mentioned(value: Any) -> set[str]:
    """Every logical id that an expression may refer to."""
    if isinstance(value, dict):
        own: set[str] = set()
        for key, inner in value.items():
            if key == "Ref":
                own.add(inner)
            elif key == "Fn::GetAtt":
                own.add(inner[0])
            elif key == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                own |= {part.split("}")[0].split(".")[0] for part in text.split("${")[1:]}
            own |= _mentioned(inner)
        return own
    if isinstance(value, list):
        return set().union(*map(_mentioned, value))
    return set()
