"""CloudFormation's functions as texts: what can be known before deploying, with tokens for the rest (see `targets`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from holdfast.privileges import template
from holdfast.privileges.targets import ANY

_DEEPEST = 40
_SUB = re.compile(r"\$\{([^}]*)\}")
#: By type: the property that names a resource, its service, how its ARN has the name, and whether `Ref` gives the ARN.
_TYPES: Mapping[str, tuple[str, str, str, bool]] = {
    "AWS::Cognito::UserPool": ("", "cognito-idp", "userpool/{}", False),
    "AWS::DynamoDB::GlobalTable": ("TableName", "dynamodb", "table/{}", False),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "table/{}", False),
    "AWS::Events::EventBus": ("Name", "events", "event-bus/{}", False),
    "AWS::IAM::Role": ("RoleName", "iam", "role/{}", False),
    "AWS::KMS::Key": ("", "kms", "key/{}", False),
    "AWS::Kinesis::Stream": ("Name", "kinesis", "stream/{}", False),
    "AWS::KinesisFirehose::DeliveryStream": ("DeliveryStreamName", "firehose", "deliverystream/{}", False),
    "AWS::Lambda::Alias": ("", "lambda", "function:{}", True),
    "AWS::Lambda::Function": ("FunctionName", "lambda", "function:{}", False),
    "AWS::Lambda::Version": ("", "lambda", "function:{}", True),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs", "log-group:{}", False),
    "AWS::S3::Bucket": ("BucketName", "s3", "{}", False),
    "AWS::SNS::Topic": ("TopicName", "sns", "{}", True),
    "AWS::SQS::Queue": ("QueueName", "sqs", "{}", False),
    "AWS::SSM::Parameter": ("Name", "ssm", "parameter/{}", False),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager", "secret:{}", True),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "states", "stateMachine:{}", True),
}
_NAMES = frozenset({"QueueName", "TopicName", "Name", "TableName", "StateMachineName", "FunctionName"})


class Resolver:
    """Texts of one translated template; `opened` is the same one where parameters and conditions may be anything."""

    def __init__(self, body: Mapping[str, Any], *, assumes: bool = True) -> None:
        self.body = body
        self.assumes = assumes
        self.resources = template.resources(body)
        self._of: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
        declared = body.get("Parameters")
        self.parameters = declared if isinstance(declared, dict) else {}

    @cached_property
    def opened(self) -> Resolver:
        """What holds whatever is deployed with: no parameter has its default, and nothing is known of an `!If`."""
        return Resolver(self.body, assumes=False)

    def of(self, *kinds: str) -> Mapping[str, Mapping[str, Any]]:
        """The resources of some types, by logical id."""
        if kinds not in self._of:
            self._of[kinds] = {name: one for name, one in self.resources.items() if one.get("Type") in kinds}
        return self._of[kinds]

    def text(self, value: object, depth: int = 0) -> str:
        """The text that a value is; of one that has several, or that cannot be known, an open token."""
        return next(iter(self.texts(value, depth)), ANY)

    def texts(self, value: object, depth: int = 0) -> list[str]:
        """All texts that a value may be: both branches of an `!If`, every element of a list."""
        if depth > _DEEPEST:
            return [ANY]
        if isinstance(value, list):
            return [text for one in value for text in self.texts(one, depth + 1)]
        if isinstance(value, bool):
            return [str(value).lower()]
        if not isinstance(value, dict):
            return [] if value is None else [str(value)]
        if len(value) != 1:
            return [ANY]
        ((function, argument),) = value.items()
        return list(self._function(str(function), argument, depth))

    def _function(self, function: str, argument: Any, depth: int) -> Iterator[str]:
        if function == "Ref":
            if argument != "AWS::NoValue":
                yield self.reference(str(argument))
        elif function == "Fn::GetAtt":
            pieces = argument if isinstance(argument, list) else str(argument).split(".", 1)
            yield self.attribute(str(pieces[0]), ".".join(str(piece) for piece in pieces[1:]))
        elif function == "Fn::Sub":
            yield self._substituted(argument, depth)
        elif function == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
            yield str(argument[0]).join(self.text(one, depth + 1) for one in _listed(argument[1]))
        elif function == "Fn::If" and isinstance(argument, list) and len(argument) == 3 and self.assumes:
            yield from self.texts(argument[1], depth + 1)
            yield from self.texts(argument[2], depth + 1)
        elif function == "Fn::Select" and isinstance(argument, list) and len(argument) == 2:
            yield from self._selected(argument, depth)
        else:
            yield ANY

    def _selected(self, argument: list[Any], depth: int) -> Iterator[str]:
        """One of a list, or of a text that is split, where both are known."""
        index, source = argument
        split = source.get("Fn::Split") if isinstance(source, dict) else None
        if isinstance(split, list) and len(split) == 2:
            pieces: list[Any] = self.text(split[1], depth + 1).split(str(split[0]))
        else:
            pieces = source if isinstance(source, list) else []
        yield self.text(pieces[int(index)], depth + 1) if str(index).isdigit() and int(index) < len(pieces) else ANY

    def _substituted(self, argument: Any, depth: int) -> str:
        body, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        own = given if isinstance(given, dict) else {}

        def value(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in own:
                return self.text(own[name], depth + 1)
            return self.attribute(*name.split(".", 1)) if "." in name else self.reference(name)

        return _SUB.sub(value, str(body))

    def reference(self, name: str) -> str:
        """`!Ref name`."""
        if name in self.parameters:
            return self._parameter(name)
        if name not in self.resources:
            return f"${{{name}}}"
        kind, own = self._named(name)
        _, service, form, gives_arn = _TYPES.get(kind, ("", "", "{}", False))
        return _arn(service, form.replace("{}", own)) if gives_arn else own

    def _parameter(self, name: str) -> str:
        declared = self.parameters[name]
        default = declared.get("Default") if isinstance(declared, dict) else None
        kind = str(declared.get("Type", "String")) if isinstance(declared, dict) else ""
        known = isinstance(default, (str, int)) and default != "" and kind in ("String", "Number")
        return str(default) if known and self.assumes else f"${{{name}}}"

    def attribute(self, name: str, attribute: str) -> str:
        """`!GetAtt name.attribute`."""
        if name not in self.resources:
            return ANY
        kind, own = self._named(name)
        if kind not in _TYPES:
            return ANY
        _, service, form, _ = _TYPES[kind]
        if attribute in ("Arn", "TopicArn", "Ref"):
            path = self.text(template.properties(self.resources[name]).get("Path", "")) if service == "iam" else ""
            return _arn(service, form.replace("{}", path.lstrip("/") + own))
        if attribute == "StreamArn":
            return _arn(service, f"{form.replace('{}', own)}/stream/{ANY}")
        return own if attribute in _NAMES or attribute == "QueueUrl" else ANY

    def _named(self, name: str) -> tuple[str, str]:
        """A resource's type and physical name: that which it is given, or a token of its own."""
        resource = self.resources[name]
        kind = str(resource.get("Type", ""))
        given = template.properties(resource).get(_TYPES.get(kind, ("",))[0] or "-")
        return kind, self.text(given) if given not in (None, {"Ref": "AWS::NoValue"}) else f"${{={name}}}"


def _arn(service: str, name: str) -> str:
    return f"arn:${{AWS::Partition}}:{service}:::{name}"


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
