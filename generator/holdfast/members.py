"""What a service consists of: `[resources]` and `[functions]` of holdfast.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping

from holdfast import names
from holdfast.errors import shown
from holdfast.model import EventSpec, FunctionSpec, Grant, Options, ResourceSpec
from holdfast.reader import Reader

#: IAM role names end at 64 characters, and hold service, stage, function and region; queue names end at 80.
LONGEST_FUNCTION = 32
LONGEST_RESOURCE = 40
#: A role's policies have room for 10,240 characters.
MOST_GRANTS = 30


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
        found.append(ResourceSpec(name, part.name, identity, reader.options(path, given, part.options, {})))
    reader.no_twins("resources", [(r.name, r.id) for r in found])
    return tuple(found)


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
            raise reader.error(path, f"{names.logical_id(name)!r} is a name that handlers import", "rename it")
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
        grants = _grants(reader, (*path, "grants"), given.pop("grants", []), index)
        options = reader.options(
            path, given, reader.catalogue.function_options(event.kind), index, also=("event", "grants")
        )
        found.append(FunctionSpec(name, event, grants, options))
    reader.no_twins("functions", [(f.name, names.logical_id(f.name)) for f in found])
    return tuple(found)


def _event(reader: Reader, path: tuple[str, ...], raw: object, resources: Mapping[str, ResourceSpec]) -> EventSpec:
    given = dict(reader.mapping(path, raw))
    if reader.unfinished and "kind" not in given:
        return EventSpec("", Options())
    part = reader.part((*path, "kind"), reader.catalogue.group("events"), given.pop("kind", None))
    return EventSpec(part.name, reader.options(path, given, part.options, resources, also=("kind",)))


def _grants(
    reader: Reader, path: tuple[str, ...], raw: object, resources: Mapping[str, ResourceSpec]
) -> tuple[Grant, ...]:
    if not isinstance(raw, list) or not all(isinstance(grant, str) for grant in raw):
        raise reader.error(path, "grants are a list of texts", 'write them as ["orders:get"]')
    if len(raw) > MOST_GRANTS:
        raise reader.error(
            path, f"{len(raw)} grants are more than a role holds", f"{MOST_GRANTS} fit: split the function"
        )
    found: list[Grant] = []
    for text in raw:
        resource, _, name = text.partition(":")
        if resource not in resources:
            raise reader.error(
                path,
                f"the grant {shown(text)} is on a resource that does not exist",
                f"add [resources.{resource}] or mend it",
            )
        kind = resources[resource].kind
        rules = reader.catalogue.parts["resources", kind].grants.rules
        offered = [rule.name for rule in rules.values() if not rule.event]
        if name not in offered:
            raise reader.error(path, f"a {kind} has no grant {shown(name)}", f"choose from {', '.join(offered)}")
        grant = Grant(resource, name)
        if grant in found:
            raise reader.error(path, f"the grant {shown(text)} stands twice", "remove one")
        found.append(grant)
    return tuple(found)
