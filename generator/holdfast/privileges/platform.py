"""Rights that AWS uses on a function's behalf and no code calls: polling, failure destinations, logs, networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.privileges import targets, template
from holdfast.privileges.findings import Need, Place
from holdfast.privileges.service import Function, Service

_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_TRACES = (
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
    *("xray:GetSamplingStatisticSummaries", "xray:PutSpans", "xray:PutSpansForIndexing"),
)
#: Whoever encrypts with a key of the account's asks for these through another service, or for the environment.
_KEYS = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"),
)
_NETWORK = (
    *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"),
    *("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    *("ec2:DescribeSecurityGroups", "ec2:GetSecurityGroupsForVpc"),
)
_FILES = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")
#: What polling each source asks for.
_POLLING: Mapping[str, tuple[str, ...]] = {
    "sqs": (
        *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"),
        "sqs:GetQueueUrl",
    ),
    "dynamodb": (
        *("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"),
        "dynamodb:ListShards",
    ),
    "kinesis": (
        *("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary"),
        *("kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"),
    ),
    "kafka": (
        *("kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers", "kafka:ListScramSecrets"),
        *("kafka:DescribeVpcConnection", "kafka-cluster:Connect", "kafka-cluster:DescribeGroup"),
        *("kafka-cluster:AlterGroup", "kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"),
        *("kafka-cluster:DescribeClusterDynamicConfiguration", "secretsmanager:GetSecretValue", *_NETWORK),
    ),
    "mq": ("mq:DescribeBroker", "secretsmanager:GetSecretValue", *_NETWORK),
    "rds": (
        *("rds:DescribeDBClusters", "rds:DescribeDBClusterParameters", "rds:DescribeDBSubnetGroups"),
        *("secretsmanager:GetSecretValue", *_NETWORK),
    ),
}
_SENDING: Mapping[str, tuple[str, ...]] = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "lambda": ("lambda:InvokeFunction",),
    "events": ("events:PutEvents",),
    "s3": ("s3:PutObject", "s3:ListBucket"),
    "kafka": ("kafka-cluster:Connect", "kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"),
}
#: Layers and settings that bring code of AWS's own, which has needs of its own.
#: Where extensions find the key of their vendor.
_KEYS_OF_LAYERS = frozenset({"DD_API_KEY_SECRET_ARN", "NEW_RELIC_LICENSE_KEY_SECRET"})
_INSIGHTS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "cloudwatch:PutMetricData")


def needs(function: Function, service: Service) -> list[Need]:
    """What AWS does with the function's role by itself: used wherever it is granted."""
    place = Place(service.file)
    actions = [*_LOGS, *_TRACES, *_KEYS, *_INSIGHTS]
    properties = function.properties
    actions += _NETWORK if properties.get("VpcConfig") else ()
    actions += _FILES if properties.get("FileSystemConfigs") else ()
    found = [Need(action, (), place, optional=True) for action in actions]
    for action, resources in (*_sources(function, service), *_keys(function)):
        found.append(Need(action, resources, place, optional=True))
    return found


def _keys(function: Function) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the extensions in vendors' layers read: the key that a variable names."""
    for name in _KEYS_OF_LAYERS & function.environment.keys():
        secret = targets.split(function.environment[name])[1]
        yield "secretsmanager:GetSecretValue", (secret, f"{secret}-{targets.ANY}")


def _sources(function: Function, service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    letters = function.properties.get("DeadLetterConfig")
    if isinstance(letters, dict):
        yield from _sent(letters.get("TargetArn"), service)
    own = (function.logical, service.resolver.reference(function.logical))
    for mapping in service.resolver.of("AWS::Lambda::EventSourceMapping").values():
        said = template.properties(mapping)
        if _is_of(said.get("FunctionName"), own, service):
            yield from _polled(said, service)
            yield from _destinations(said, service)
    for config in service.resolver.of("AWS::Lambda::EventInvokeConfig").values():
        said = template.properties(config)
        if _is_of(said.get("FunctionName"), own, service):
            yield from _destinations(said, service)


def _is_of(value: object, own: tuple[str, str], service: Service) -> bool:
    """Whether a property names the function: by reference, by name, by ARN, or by an alias of it."""
    if isinstance(value, dict) and value.get("Ref", own[0]) == own[0] and "Ref" in value:
        return True
    text = service.resolver.text(value)
    return own[1] in text or f"${{={own[0]}" in text


def _polled(said: Mapping[str, Any], service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    arn = service.resolver.text(said.get("EventSourceArn", ""))
    kind, resource = targets.split(arn)
    chosen = _POLLING.get(kind)
    if chosen is None and (not arn or "SelfManagedEventSource" in said):
        chosen = _POLLING["kafka"]
    # Of a source that cannot be told, all of them may be what it needs.
    every = chosen if chosen is not None else tuple(action for actions in _POLLING.values() for action in actions)
    for action in every:
        exact = kind and action.startswith(f"{kind}:") and not action.endswith((":ListStreams",))
        yield action, (resource,) if exact else ()


def _destinations(said: Mapping[str, Any], service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = said.get("DestinationConfig")
    for end in given.values() if isinstance(given, dict) else ():
        if isinstance(end, dict):
            yield from _sent(end.get("Destination"), service)


def _sent(value: object, service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    for text in service.resolver.texts(value):
        kind, resource = targets.split(text)
        for action in _SENDING.get(kind, ()) if kind else [one for all_ in _SENDING.values() for one in all_]:
            named = f"{resource}/{targets.ANY}" if action == "s3:PutObject" else resource
            yield action, (named,) if kind else ()
