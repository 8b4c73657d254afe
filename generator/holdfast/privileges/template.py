"""A SAM or CloudFormation template: read with care, and translated by the official translator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from holdfast.errors import HoldfastError, one_line
from holdfast.privileges.sources import Files

NAMES = ("template.yaml", "template.yml", "template.json")
LONGEST = 8 * 1024 * 1024
#: Nodes of a template, those behind an alias as often as they stand somewhere; and how deep they may lie.
MOST_NODES = 1_000_000
DEEPEST = 120
#: Where a resource's property names a local file or folder, which the translator refuses.
_LOCAL = {
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::Application": ("Location",),
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::GraphQLApi": ("SchemaUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
}
_ELSEWHERE = "s3://bucket/code.zip"
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Plain values, and CloudFormation's short forms as the long ones; nothing else of YAML's tags."""


def _function(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def find(root: Path) -> Path:
    """The project's template."""
    for name in NAMES:
        if (root / name).is_file():
            return root / name
    raise HoldfastError("no template.yaml is there", where=str(root), todo="give the folder of a SAM service")


def read(path: Path, files: Files) -> dict[str, Any]:
    """A template as data; everything about it that is hostile or broken is one line."""
    where = files.name(path)
    content = files.read(path, LONGEST)
    if content is None:
        raise HoldfastError("it is no file of the project", where=where, todo="put the template there")
    try:
        data = yaml.load(content, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        raise HoldfastError(
            f"not YAML: {getattr(error, 'problem', None) or error}", where=place, todo="mend it"
        ) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise HoldfastError(
            f"not a template: {str(error) or type(error).__name__}", where=where, todo="mend it"
        ) from None
    if not isinstance(data, dict) or not isinstance(data.get("Resources"), dict):
        raise HoldfastError("it has no Resources", where=where, todo="give a SAM or CloudFormation template")
    _measure(data, where)
    return data


def _measure(data: object, where: str) -> None:
    """Refuse what would grow beyond all measure when it is copied: aliases of aliases, and what holds itself."""
    count = 0
    waiting: list[tuple[object, int]] = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > MOST_NODES or depth > DEEPEST:
            raise HoldfastError("it is too large or too deep", where=where, todo="take the aliases out")
        children: Iterator[object] = iter(())
        if isinstance(value, dict):
            children = iter(value.values())
        elif isinstance(value, (list, tuple, set)):
            children = iter(value)
        waiting.extend((child, depth + 1) for child in children)


def translated(template: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What CloudFormation gets: every role that SAM writes is in it. Nothing is looked up anywhere."""
    body = json.loads(json.dumps(template, default=str))
    if "AWS::Serverless-2016-10-31" not in json.dumps(body.get("Transform", "")):
        found: dict[str, Any] = body
        return found
    _without_local_files(body)
    return _translate(body, where)


def _without_local_files(body: dict[str, Any]) -> None:
    for resource in _resources(body).values():
        said = resource.get("Properties")
        local = _LOCAL.get(str(resource.get("Type")), ())
        if isinstance(said, dict):
            said.update({key: _ELSEWHERE for key in local if isinstance(said.get(key), str)})
    shared = globals_of(body)
    if isinstance(shared.get("CodeUri"), str):
        shared["CodeUri"] = _ELSEWHERE


def globals_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What all functions of a SAM template have in common."""
    found = body.get("Globals")
    shared = found.get("Function") if isinstance(found, dict) else None
    return shared if isinstance(shared, dict) else {}


def _translate(body: dict[str, Any], where: str) -> dict[str, Any]:
    import logging

    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # Some of it is logged when its objects are collected.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL + 1)
    try:
        session = boto3.Session(region_name="us-east-1")
        translator = Translator({}, Parser(), boto_session=session)
        found: dict[str, Any] = translator.translate(body, parameter_values={})
    except InvalidDocumentException as error:
        causes = "; ".join(str(cause.message) for cause in error.causes) or str(error.message)
        raise HoldfastError(f"SAM refuses it: {one_line(causes)}", where=where, todo="mend the template") from None
    except Exception as error:  # noqa: BLE001 - the translator raises anything on templates that are none
        raise HoldfastError(
            f"SAM cannot translate it: {type(error).__name__}: {one_line(str(error))[:200]}",
            where=where,
            todo="mend it",
        ) from None
    return found


def _resources(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = body.get("Resources")
    return {str(k): v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def resources(body: Mapping[str, Any], *kinds: str) -> dict[str, dict[str, Any]]:
    """The resources of some types (all of them without), by logical id; malformed ones are left out."""
    found = {name: one for name, one in _resources(body).items() if isinstance(one.get("Properties", {}), dict)}
    return {name: one for name, one in found.items() if not kinds or one.get("Type") in kinds}


def properties(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    found = resource.get("Properties")
    return found if isinstance(found, dict) else {}
