"""What a service consists of: `[resources]` and `[functions]` of holdfast.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping

from holdfast import arns, names
from holdfast.errors import shown
from holdfast.model import EventSpec, FunctionSpec, Options, ResourceSpec
from holdfast.parts import Part
from holdfast.permissions import read_allow, read_grants
from holdfast.reader import Reader

#: IAM role names end at 64 characters, and hold service, stage, function and region; queue names end at 80.
LONGEST_FUNCTION = 32
LONGEST_RESOURCE = 40
#: What every resource's table may hold beside its kind's options.
_OWN = ("kind", "id", "physical_name")


def read_resources(reader: Reader, data: Mapping[str, object]) -> tuple[ResourceSpec, ...]:
    """The table `[resources]`."""
    kinds = reader.catalogue.group("resources")
    found: list[ResourceSpec] = []
    for name, raw in data.items():
        path = ("resources", name)
        reader.check_name(path, name, LONGEST_RESOURCE)
        given = dict(reader.mapping(path, raw))
        if reader.unfinished and "kind" not in given:
            continue
        part = reader.part((*path, "kind"), kinds, given.pop("kind", None))
        if name in part.reserved or any(r.startswith("-") and name.endswith(r) for r in part.reserved):
            raise reader.error(
                path, f"the name {shown(name)} is kept for the {part.name} part's own", "choose another name"
            )
        identity = given.pop("id", names.logical_id(name))
        if not isinstance(identity, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,99}", identity):
            raise reader.error(
                (*path, "id"), f"{shown(identity)} is not the stem of a logical id", "use letters and digits"
            )
        physical = _physical(reader, path, given, name)
        external, key = _elsewhere(reader, path, given, part)
        for question in part.options if external else ():
            if question.own and question.key in given:
                raise reader.error(
                    (*path, question.key), "whoever made the resource has decided this", "remove it, or `external`"
                )
        asked = part.asked(external=bool(external))
        options = reader.options(path, given, asked, {}, also=(*_OWN, "external", "key"))
        found.append(ResourceSpec(name, part.name, identity, options, external, key, physical))
    reader.no_twins("resources", [(r.name, r.id) for r in found])
    _no_shared_names(reader, found)
    return tuple(found)


def _physical(reader: Reader, path: tuple[str, ...], given: dict[str, object], name: str) -> str:
    """What AWS calls the resource, after service and stage: its name, or the one that it had first."""
    physical = given.pop("physical_name", name)
    if physical != name and "external" in given:
        raise reader.error((*path, "physical_name"), "whoever made the resource has named it", "remove the line")
    wrong = names.problem(physical, LONGEST_RESOURCE)
    if wrong:
        raise reader.error((*path, "physical_name"), wrong, "write the name that it had first")
    return str(physical)


def _no_shared_names(reader: Reader, resources: list[ResourceSpec]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for resource in resources:
        other = seen.setdefault((resource.kind, resource.physical_name), resource.name)
        if other != resource.name:
            what = f"it and {other!r} both have the physical name {resource.physical_name!r}"
            raise reader.error(("resources", resource.name), what, "rename one")


def _elsewhere(reader: Reader, path: tuple[str, ...], given: dict[str, object], part: Part) -> tuple[str, str]:
    """Where a resource is that somebody else made, and the key it is encrypted with; both empty for the stack's own."""
    external, key = given.pop("external", None), given.pop("key", None)
    if external is None and key is None:
        return "", ""
    if not part.grants.external:
        raise reader.error(
            (*path, "external"), f"a resource of kind {part.name} is always the service's own", "remove the line"
        )
    if external is None:
        raise reader.error((*path, "key"), "the service's own resources have the service's key", "remove the line")
    if not arns.names(external, part.grants.external):
        raise reader.error(
            (*path, "external"),
            f"{shown(external)} is not the ARN of a {part.name}",
            f"{arns.HINT}; or write ssm: and the name of the parameter that holds it, such as ssm:/shared/reports",
        )
    if key is not None and not arns.names(key, arns.KEY):
        raise reader.error(
            (*path, "key"),
            f"{shown(key)} is not the ARN of a KMS key",
            f"{arns.HINT}; or write ssm: and the name of the parameter that holds it",
        )
    return str(external), str(key or "")


def read_functions(
    reader: Reader, data: Mapping[str, object], resources: tuple[ResourceSpec, ...]
) -> tuple[FunctionSpec, ...]:
    """The table `[functions]`, each event and grant against the resources that are there."""
    index = {resource.name: resource for resource in resources}
    found: list[FunctionSpec] = []
    unique: dict[tuple[str, str, str, str], str] = {}
    for name, raw in data.items():
        path = ("functions", name)
        reader.check_name(path, name, LONGEST_FUNCTION)
        if name in reader.catalogue.function.reserved:
            raise reader.error(path, f"{shown(name)} is a name that the service itself uses", "choose another name")
        given = dict(reader.mapping(path, raw))
        event = _event(reader, (*path, "event"), given.pop("event", {}), index)
        for question in reader.catalogue.parts["events", event.kind].options if event.kind else ():
            if not question.unique or question.key not in event.options:
                continue
            # Names in braces do not tell two routes apart.
            answer = re.sub(r"\{[^}]*\}", "{}", str(event.options[question.key]))
            key = (event.kind, question.key, answer, str(event.options.get(question.within, "")))
            if unique.setdefault(key, name) != name:
                raise reader.error(
                    (*path, "event", question.key),
                    f"{event.options[question.key]!r} already invokes the function {unique[key]!r}",
                    "give each function its own",
                )
        grants = read_grants(reader, (*path, "grants"), given.pop("grants", []), index)
        allow = read_allow(reader, (*path, "allow"), given.pop("allow", []))
        options = reader.options(
            path, given, reader.catalogue.function_options(event.kind), index, also=("event", "grants", "allow")
        )
        found.append(FunctionSpec(name, event, grants, options, allow))
    reader.no_twins("functions", [(f.name, names.logical_id(f.name)) for f in found])
    _check_named(reader, resources, [function.name for function in found])
    return tuple(found)


def _check_named(reader: Reader, resources: tuple[ResourceSpec, ...], functions: list[str]) -> None:
    """Refuse a resource that stands for a function which is not there."""
    for resource in resources:
        for question in reader.catalogue.parts["resources", resource.kind].options:
            named = resource.options.get(question.key)
            if question.type == "function" and named is not None and named not in functions:
                raise reader.error(
                    ("resources", resource.name, question.key),
                    f"there is no function {shown(named)}",
                    f"choose from {', '.join(functions)}" if functions else "add one",
                )


def _event(reader: Reader, path: tuple[str, ...], raw: object, resources: Mapping[str, ResourceSpec]) -> EventSpec:
    given = dict(reader.mapping(path, raw))
    if reader.unfinished and "kind" not in given:
        return EventSpec("", Options())
    part = reader.part((*path, "kind"), reader.catalogue.group("events"), given.pop("kind", None))
    return EventSpec(part.name, reader.options(path, given, part.options, resources, also=("kind",)))
