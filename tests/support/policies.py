"""Policies of a rendered service as IAM would see them: every expression of CloudFormation replaced by what it comes to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from unittest.mock import patch

import yaml

from holdfast.tree import Tree

ACCOUNT, REGION, STAGE = "111122223333", "eu-west-1", "dev"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/own"
KNOWN: dict[str, Any] = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
    "Stage": STAGE,
    "KafkaCluster": f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/own/1",
    "WebSocketApi": "api1234567",
    "FunctionsSecurityGroup.GroupId": "sg-own",
    "SubnetIds": ["subnet-1", "subnet-2"],
    "Key.Arn": KEY,
    "Key": "own",
    "KeyArn": KEY,
}


class Statement(NamedTuple):
    """One statement of a policy; `condition` is JSON text."""

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    condition: str = ""


class _Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short forms: `!Ref x` is read as `{Ref: x}`."""


def _short(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short)


def template(files: Tree, path: str = "template.yaml") -> dict[str, Any]:
    """A template of the service as data."""
    loader = _Loader(files[path].content.decode("utf-8"))
    body: dict[str, Any] = loader.get_single_data()
    return body


def translated(files: Tree) -> dict[str, Any]:
    """template.yaml as SAM's own translator hands it to CloudFormation."""
    from samtranslator.translator.transform import transform

    body = json.loads(json.dumps(template(files), default=str))
    for resource in body["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
    for value in _nodes(body):
        if isinstance(value.get("Fn::GetAtt"), str):
            value["Fn::GetAtt"] = value["Fn::GetAtt"].split(".", 1)
    with patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):
        found: dict[str, Any] = transform(body, {}, _NoManagedPolicies())
    return found


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def resolved(value: Any, known: Mapping[str, Any] = KNOWN) -> Any:
    """`value` with what CloudFormation would put in the place of its expressions; an unknown one is a mistake here."""
    if isinstance(value, list):
        return [resolved(inner, known) for inner in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return known[value["Ref"]]
    if "Fn::GetAtt" in value:
        name = value["Fn::GetAtt"]
        return known[name if isinstance(name, str) else ".".join(name)]
    if "Fn::Sub" in value:
        text, more = value["Fn::Sub"], {}
        if isinstance(text, list):
            text, more = text[0], resolved(text[1], known)
        return re.sub(r"\$\{([^}]+)\}", lambda found: {**known, **more}[found[1]], text)
    if "Fn::Select" in value:
        index, parts = value["Fn::Select"]
        return resolved(parts, known)[int(index)]
    if "Fn::Split" in value:
        between, text = value["Fn::Split"]
        return resolved(text, known).split(between)
    if "Fn::Join" in value:
        between, parts = value["Fn::Join"]
        return str(between).join(resolved(parts, known))
    return {key: resolved(inner, known) for key, inner in value.items()}


def statements(document: Any) -> list[Statement]:
    """The statements of a policy document, with every expression resolved."""
    found = []
    for raw in resolved(document)["Statement"]:
        condition = json.dumps(raw["Condition"], sort_keys=True) if "Condition" in raw else ""
        found.append(Statement(raw["Effect"], _set(raw["Action"]), _set(raw["Resource"]), condition))
    return found


def documents(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Every policy document of the roles and managed policies among `resources`, by its own name; nothing resolved."""
    found: dict[str, Any] = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            found[name] = resource["Properties"]["PolicyDocument"]
        for policy in resource["Properties"].get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
            found[f"{name}/{policy['PolicyName']}"] = policy["PolicyDocument"]
    return found


def role(resources: Mapping[str, Any], identity: str) -> list[Statement]:
    """What a function's role allows, by the function's stem of a logical id."""
    (policy,) = resources[f"{identity}Role"]["Properties"]["Policies"]
    return statements(policy["PolicyDocument"])


def _set(value: str | list[str]) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value)
