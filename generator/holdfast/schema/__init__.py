"""holdfast.toml as JSON Schema (2020-12), composed from the parts' own questions, for editors and checks."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast import members, permissions, spec
from holdfast.catalogue import Catalogue
from holdfast.parts import EVENTS, PROJECT, RESOURCES, Part
from holdfast.schema.options import (
    NAME,
    Schema,
    is_required,
    literal,
    name_schema,
    pattern_schema,
    properties,
    required,
    table_schema,
)


def json_schema(catalogue: Catalogue) -> Schema:
    """What holdfast.toml may hold. Patterns are anchored, and mean the same in Python and in ECMAScript.

    What needs more than one place to judge (a grant on a resource that is not there, two functions on one route) is
    left to holdfast itself.
    """
    name = name_schema(spec.LONGEST_PROJECT, catalogue.parts[PROJECT, ""].reserved)
    tables = {
        table: table_schema(questions, {"name": name} if table == PROJECT else {})
        for table, questions in catalogue.tables.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": spec.FILE,
        "description": "What a service is: its project's answers, its resources and its functions.",
        "type": "object",
        "properties": {
            "schema": {
                "description": "The version of this file's format.",
                "const": spec.SCHEMA,
                "default": spec.SCHEMA,
            },
            **tables,
            "resources": _resources(catalogue),
            "functions": _functions(catalogue),
        },
        "required": [*(table for table in tables if is_required(catalogue.tables[table])), "functions"],
        "additionalProperties": False,
    }


def _resources(catalogue: Catalogue) -> Schema:
    """Each kind with its own options; a name that a kind keeps for itself is refused for that kind alone."""
    identity = {
        "description": "The stem of its logical id, kept when it is renamed.",
        **pattern_schema("[A-Z][A-Za-z0-9]{0,99}"),
    }
    physical = {
        "description": "Its name in AWS, after service and stage, kept when it is renamed.",
        **name_schema(members.LONGEST_RESOURCE),
    }
    kinds = catalogue.group(RESOURCES).values()
    kept: Schema = {
        f"^{'.+' if reserved.startswith('-') else ''}{literal(reserved)}$": {
            "not": {"properties": {"kind": {"const": part.name}}, "required": ["kind"]}
        }
        for part in kinds
        for reserved in part.reserved
    }
    kept_names = [{"patternProperties": {pattern: schema}} for pattern, schema in kept.items()]
    return {
        "description": "What functions use, by name.",
        "type": "object",
        "propertyNames": name_schema(members.LONGEST_RESOURCE),
        "additionalProperties": {
            "type": "object",
            **_one_of(kinds, {"id": identity, "physical_name": physical}, external=True),
        },
        **({"allOf": kept_names} if kept_names else {}),
    }


def _functions(catalogue: Catalogue) -> Schema:
    options = table_schema(catalogue.function.options)
    event = {
        "description": "What invokes it.",
        "type": "object",
        **_one_of(catalogue.group(EVENTS).values(), {}),
    }
    grants = {
        "description": "What it may do with which resource.",
        "type": "array",
        "items": _grant(catalogue),
        "uniqueItems": True,
    }
    own = {**options, "properties": {"event": event, "grants": grants, "allow": _allow(), **properties(options)}}
    return {
        "description": "The Lambda functions, by name.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": name_schema(members.LONGEST_FUNCTION),
        "additionalProperties": {**own, "required": ["event", *required(catalogue.function.options)]},
    }


def _grant(catalogue: Catalogue) -> Schema:
    """`NAME:GRANT` for every grant that some kind offers, `NAME:GRANT(PART)` where it can be narrowed."""
    offered: dict[str, str] = {}
    for part in catalogue.group(RESOURCES).values():
        for rule in part.grants.rules.values():
            if not rule.event:
                within = f"(?:\\({rule.argument.pattern or NAME}\\))?" if rule.argument else ""
                offered[f"{NAME}:{literal(rule.name)}{within}"] = f"{part.name}: {rule.title}"
    return {"anyOf": [{"description": title, **pattern_schema(pattern)} for pattern, title in offered.items()]}


def _allow() -> Schema:
    """Permissions written out. Whether an action exists, holdfast itself says."""
    texts: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    reason: Schema = {**pattern_schema(r".*\S.*"), "maxLength": permissions.LONGEST_REASON}
    return {
        "description": "What no grant says, written out as IAM actions on ARNs.",
        "type": "array",
        "maxItems": permissions.MOST_PERMISSIONS,
        "items": {
            "type": "object",
            "properties": {
                "actions": {"description": "IAM actions, each by its whole name.", **texts},
                "resources": {"description": "Exact ARNs.", **texts},
                "reason": {"description": "Why no grant is enough.", **reason},
            },
            "required": ["actions", "resources", "reason"],
            "additionalProperties": False,
        },
    }


def _one_of(parts: Iterable[Part], also: Schema, *, external: bool = False) -> Schema:
    """A table whose `kind` names one of `parts`, with the options of that part and no others."""
    found = []
    for part in parts:
        table = table_schema(part.options)
        kind = {"description": part.title, "const": part.name}
        more = also | (_EXTERNAL if external and part.grants.external else {})
        own = {"title": part.name, "description": part.title, **table}
        own["properties"] = {"kind": kind, **more, **properties(table)}
        own["required"] = ["kind", *required(part.asked(external=True))]
        if missing := sorted({*required(part.options)} - {*required(part.asked(external=True))}):
            own["anyOf"] = [{"required": ["external"]}, {"required": missing}]
        found.append(own)
    return {"oneOf": found}


_EXTERNAL: Schema = {
    "external": {
        "description": "Where it is, if another stack made it: its ARN, or ssm: and the parameter that holds that.",
        **pattern_schema("(?:arn:|ssm:/).+"),
    },
    "key": {
        "description": "The KMS key that an external one is encrypted with, named likewise.",
        **pattern_schema("(?:arn:|ssm:/).+"),
    },
}
