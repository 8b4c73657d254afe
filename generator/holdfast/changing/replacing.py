"""What CloudFormation would replace, and with it the data inside: told from the two rendered templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from holdfast import parseable
from holdfast.errors import HoldfastError
from holdfast.merging.plan import Note
from holdfast.tree import Tree

TEMPLATE = "template.yaml"
#: What holds data, and the properties whose change makes another one of it ("Update requires: Replacement").
HOLDS_DATA = {
    "AWS::Cognito::UserPool": ("UsernameAttributes", "AliasAttributes"),
    "AWS::DynamoDB::Table": ("TableName", "KeySchema"),
    "AWS::Events::EventBus": ("Name",),
    "AWS::KMS::Key": (),  # Without it nobody reads what was encrypted with it.
    "AWS::Kinesis::Stream": ("Name",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SecretsManager::Secret": ("Name",),
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::SSM::Parameter": ("Name", "Type"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "StateMachineType"),
}
#: Where a resource begins, as templates are usually written.
_RESOURCE = re.compile(r"^(?=  \w+:[ \t]*$)", re.MULTILINE)


def check(base: Tree, theirs: Tree, *, strict: bool) -> tuple[Note, ...]:
    """A warning for each resource with data that would be replaced or leaves the stack; refused where `strict`."""
    if TEMPLATE not in base or TEMPLATE not in theirs or _holders(base) <= _holders(theirs):
        return ()
    found = tuple(_replaced(_resources(base), _resources(theirs)))
    if found and strict:
        raise HoldfastError(found[0], where=TEMPLATE, todo="its data would be lost: make a new one and copy the data")
    return tuple(Note(TEMPLATE, what) for what in found)


def _holders(tree: Tree) -> set[str]:
    """The text of each resource that holds data. Reading all of a large template as YAML takes seconds."""
    blocks = _RESOURCE.split(tree[TEMPLATE].content.decode("utf-8"))
    return {block for block in blocks if any(kind in block for kind in HOLDS_DATA)}


def _resources(tree: Tree) -> Mapping[str, object]:
    data = parseable.load(tree[TEMPLATE].content.decode("utf-8"))
    found = data.get("Resources") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _replaced(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for name, resource in before.items():
        kind, properties = _of(resource)
        if kind not in HOLDS_DATA:
            continue
        other, wanted = _of(after.get(name))
        if name not in after:
            yield f"the next deployment takes {name} ({kind}) out of the stack"
        elif other != kind:
            yield f"the next deployment replaces {name} ({kind}) by a {other}"
        else:
            for key in HOLDS_DATA[kind]:
                if properties.get(key) != wanted.get(key):
                    yield f"the next deployment replaces {name} ({kind}): its {key} changes"


def _of(resource: object) -> tuple[str, Mapping[str, object]]:
    if not isinstance(resource, dict):
        return "", {}
    properties = resource.get("Properties")
    return str(resource.get("Type", "")), properties if isinstance(properties, dict) else {}
