"""What a function may do: its grants, and what the catalogue has no grant for, written out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from holdfast import arns
from holdfast.errors import shown
from holdfast.grants import Argument
from holdfast.model import Grant, Permission, ResourceSpec
from holdfast.reader import Reader

#: A role's policies have room for 10,240 characters.
MOST_GRANTS = 30
MOST_PERMISSIONS = 10
_GRANT = re.compile(r"([^:()]*):([^()]*)(?:\((.*)\))?")
LONGEST_REASON = 200


def read_grants(
    reader: Reader, path: tuple[str, ...], raw: object, resources: Mapping[str, ResourceSpec]
) -> tuple[Grant, ...]:
    """`grants` of a function: a list of texts such as `orders:get` and `reports:put(daily/)`."""
    texts = _texts(reader, path, raw, "grants", '["orders:get"]')
    if len(texts) > MOST_GRANTS:
        raise reader.error(
            path, f"{len(texts)} grants are more than a role holds", f"{MOST_GRANTS} fit: split the function"
        )
    found: list[Grant] = []
    for text in texts:
        grant = _grant(reader, path, text, resources)
        if grant in found:
            raise reader.error(path, f"the grant {shown(text)} stands twice", "remove one")
        found.append(grant)
    return tuple(found)


def _grant(reader: Reader, path: tuple[str, ...], text: str, resources: Mapping[str, ResourceSpec]) -> Grant:
    form = _GRANT.fullmatch(text)
    resource = form[1] if form else text.partition(":")[0]
    if resource not in resources:
        raise reader.error(
            path,
            f"the grant {shown(text)} is on a resource that does not exist",
            f"add [resources.{resource}] or mend it",
        )
    kind = resources[resource].kind
    rules = {r.name: r for r in reader.catalogue.parts["resources", kind].grants.rules.values() if not r.event}
    if not form or form[2] not in rules:
        name = form[2] if form else text.partition(":")[2]
        raise reader.error(path, f"a {kind} has no grant {shown(name)}", f"choose from {', '.join(rules)}")
    _, name, argument = form.groups()
    if argument == "":
        raise reader.error(path, f"the grant {shown(text)}: nothing stands in parentheses", "remove them, or say what")
    if argument is not None:
        wrong, todo = _argument_problem(rules[name].argument, argument, resources[resource])
        if wrong:
            raise reader.error(path, f"the grant {shown(text)}: {wrong}", todo)
    return Grant(resource, name, argument or "")


def _argument_problem(wanted: Argument | None, argument: str, resource: ResourceSpec) -> tuple[str, str]:
    """Why a grant cannot be narrowed to `argument`, and what to do; two empty texts where it can."""
    if wanted is None:
        return "it takes nothing in parentheses", "remove them"
    if not wanted.of:
        fits = re.fullmatch(wanted.pattern, argument) and len(argument) <= 200
        return ("", "") if fits else (f"{shown(argument)} is not {wanted.hint}", "mend it")
    known = resource.options.get(wanted.of)
    keys = list(known) if isinstance(known, Mapping) else []
    if argument in keys:
        return "", ""
    todo = f"choose from {', '.join(keys)}" if keys else f"add it to {wanted.of} of [resources.{resource.name}]"
    return f"{shown(argument)} is not {wanted.hint}", todo


def read_allow(reader: Reader, path: tuple[str, ...], raw: object) -> tuple[Permission, ...]:
    """`[[functions.NAME.allow]]`: permissions written out, each with IAM actions, ARNs and a reason."""
    if not isinstance(raw, list) or len(raw) > MOST_PERMISSIONS:
        raise reader.error(
            path, f"it is not a list of at most {MOST_PERMISSIONS} tables", f"write [[{'.'.join(path)}]]"
        )
    return tuple(_permission(reader, path, reader.mapping(path, each)) for each in raw)


def _permission(reader: Reader, path: tuple[str, ...], given: Mapping[str, object]) -> Permission:
    reader.known(path, given, ["actions", "resources", "reason"])
    for key in ("actions", "resources", "reason"):
        if not given.get(key):
            raise reader.error(path, f"{key} is missing", "write actions, resources and reason")
    reason = given["reason"]
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise reader.error((*path, "reason"), "it is not a line of text", f"say why, in {LONGEST_REASON} characters")
    actions = _texts(reader, (*path, "actions"), given["actions"], "actions", '["rekognition:DetectLabels"]')
    named = tuple(dict.fromkeys(_action(reader, (*path, "actions"), action) for action in actions))
    resources = _texts(reader, (*path, "resources"), given["resources"], "resources", '["arn:…"]')
    _check_resources(reader, (*path, "resources"), resources, dict(named))
    return Permission(tuple(name for name, _ in named), tuple(dict.fromkeys(resources)), reason)


def _action(reader: Reader, path: tuple[str, ...], text: str) -> tuple[str, bool]:
    """The action as IAM spells it, and whether it knows resources."""
    from holdfast import iam

    if "*" in text or "?" in text:
        raise reader.error(path, f"{shown(text)} stands for many actions", "name each one")
    if text.lower().startswith("iam:"):
        raise reader.error(path, f"{shown(text)}: no function's role may touch IAM", "remove it")
    found = iam.find(text)
    if not found:
        nearest = iam.nearest(text)
        todo = f"did you mean {nearest}?" if nearest else "write it as sqs:SendMessage"
        raise reader.error(path, f"IAM knows no action {shown(text)}", todo)
    if found.level == "Permissions management":
        raise reader.error(path, f"{found.name} gives rights away: no function's role may", "remove it")
    return found.name, found.knows_resource


def _check_resources(
    reader: Reader, path: tuple[str, ...], resources: tuple[str, ...], knows: Mapping[str, bool]
) -> None:
    if not any(knows.values()):
        if resources != ("*",):
            raise reader.error(path, f"{', '.join(knows)}: these actions know no resource", 'write resources = ["*"]')
        return
    ignorant = [action for action, known in knows.items() if not known]
    if ignorant:
        raise reader.error(path, f"{', '.join(ignorant)} knows no resource, and others here do", "write them apart")
    for text in resources:
        if "*" in text or "?" in text:
            raise reader.error(path, f"{shown(text)} stands for many resources", "name each one")
        if not arns.is_arn(text):
            raise reader.error(path, f"{shown(text)} is not an ARN", arns.HINT)


def _texts(reader: Reader, path: tuple[str, ...], raw: object, what: str, example: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(text, str) for text in raw):
        raise reader.error(path, f"{what} are a list of texts", f"write them as {example}")
    return tuple(raw)
