"""grants.toml: what functions may be allowed to do with a kind of resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast import shapes
from holdfast.errors import HoldfastError, shown
from holdfast.source import Template, toml

_TEXTS = ("arn", "via", "variable", "value", "reference", "external")
_RULE = frozenset({"title", "actions", "key", "arn", "argument", "condition", "example", "event"})


@dataclass(frozen=True)
class Argument:
    """What a grant may be narrowed to: text that matches `pattern`, or a key of the resource's map `of`."""

    name: str
    pattern: str = ""
    of: str = ""
    hint: str = ""


@dataclass(frozen=True)
class GrantRule:
    """What a grant stands for: exact IAM actions, and those on the key that encrypts the resource.

    `arn` is what it is for where that is not the resource's own; `condition` holds IAM's operators, their keys and
    values, of which empty ones count for nothing; `example` is a line of starter code; a grant with `event` set is made
    by an event source, never asked for.
    """

    name: str
    title: str
    actions: tuple[str, ...]
    key: tuple[str, ...] = ()
    arn: str = ""
    argument: Argument | None = None
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    example: str = ""
    event: bool = False


@dataclass(frozen=True)
class Grants:
    """A resource kind's grants: the ARN they are for, the service through which the key is used.

    `variable` ends the name of the environment variable that functions find a resource by, `value` is what it holds,
    and `reference` its ARN, both as expressions of CloudFormation. `external` is what the ARN of such a resource
    matches that somebody else made, empty where none can be used; `keyless` says that no other is encrypted with a key.
    """

    arn: str = ""
    via: str = ""
    variable: str = ""
    value: str = ""
    reference: str = ""
    external: str = ""
    keyless: bool = False
    rules: Mapping[str, GrantRule] = field(default_factory=dict)


def read_grants(template: Template, where: str) -> Grants:
    """The grants in a kind's grants.toml; none where there is no such file. A malformed one is refused."""
    if where not in template.files:
        return Grants()
    data = toml(template.files[where], where=where)
    shapes.known(data, frozenset({*_TEXTS, "keyless", "arguments", "grants"}), where)
    arguments = _arguments(data, where)
    rules = {
        name: _rule(name, raw, arguments, where)
        for name, raw in shapes.subtables(shapes.table(data, "grants", where), where)
    }
    texts = {key: str(data.get(key, "")) for key in _TEXTS}
    shapes.pattern(texts["external"], "external", where)
    return Grants(**texts, keyless=data.get("keyless") is True, rules=rules)


def _rule(name: str, raw: Mapping[str, object], arguments: Mapping[str, Argument], where: str) -> GrantRule:
    shapes.known(raw, _RULE, where)
    return GrantRule(
        name=name,
        title=str(raw.get("title", name)),
        actions=shapes.texts(raw, "actions", where),
        key=shapes.texts(raw, "key", where),
        arn=str(raw.get("arn", "")),
        argument=_named(raw, arguments, where),
        condition=_condition(raw, where),
        example=str(raw.get("example", "")),
        event=raw.get("event") is True,
    )


def _arguments(data: Mapping[str, object], where: str) -> dict[str, Argument]:
    found: dict[str, Argument] = {}
    for name, given in shapes.subtables(shapes.table(data, "arguments", where), where):
        texts = {key: str(value) for key, value in given.items()}
        if texts.keys() not in ({"pattern", "hint"}, {"of", "hint"}):
            raise HoldfastError(
                f"[arguments.{name}] has {', '.join(texts) or 'nothing'}",
                where=where,
                todo="write a hint, and a pattern or `of`, which names a map of the resource",
            )
        shapes.pattern(texts.get("pattern", ""), f"[arguments.{name}]", where)
        found[name] = Argument(name, **texts)
    return found


def _named(raw: Mapping[str, object], arguments: Mapping[str, Argument], where: str) -> Argument | None:
    name = raw.get("argument")
    if name is None:
        return None
    if not isinstance(name, str) or name not in arguments:
        raise HoldfastError(f"there is no [arguments.{shown(name)}]", where=where, todo="add it, or mend the name")
    return arguments[name]


def _condition(raw: Mapping[str, object], where: str) -> dict[str, Mapping[str, str]]:
    operators = shapes.subtables(shapes.table(raw, "condition", where), where)
    return {operator: {key: str(value) for key, value in keys.items()} for operator, keys in operators}
