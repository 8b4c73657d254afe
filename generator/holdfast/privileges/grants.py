"""The grants in holdfast.toml: which actions each stands for, and which of them are certainly unused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast import context, names, statements
from holdfast import spec as specs
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.jinja import environment
from holdfast.privileges import targets
from holdfast.privileges.compare import Units
from holdfast.privileges.findings import Unused, Verdict
from holdfast.privileges.sources import LONGEST, Files
from holdfast.render import Rendering

FILE = "holdfast.toml"
#: `orders:get`, `reports:put(daily/)`.
_GRANT = re.compile(r"(?P<resource>[^:()]+):(?P<name>[^:()]+)(?:\((?P<argument>.*)\))?", re.DOTALL)


@dataclass(frozen=True)
class Granted:
    """One grant of one function, as it stands in the file, and the IAM actions that it stands for."""

    function: str
    text: str
    resource: str
    argument: str
    sid: str
    actions: frozenset[str]


@dataclass(frozen=True)
class Spec:
    """What holdfast.toml says of grants; `units` are the sets of actions that stand and fall together."""

    text: str
    functions: Mapping[str, str]
    resources: Mapping[str, Mapping[str, object]]
    grants: tuple[Granted, ...]
    units: Units


def read(root: Path, catalogue: Catalogue) -> Spec | None:
    """The grants of a service of holdfast's; None where there is no holdfast.toml.

    It is read as plainly as can be: a spec for another template than ours has grants too, though we know only our own.
    """
    content = Files(root).read(root / FILE, LONGEST)
    if content is None:
        return None
    try:
        text = content.decode("utf-8")
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise HoldfastError(f"not TOML: {error}", where=FILE, todo="mend it") from None
    resources, functions = _tables(data, "resources"), _tables(data, "functions")
    grants = [
        granted
        for function, table in functions.items()
        for granted in _grants(function, table.get("grants"), resources, catalogue)
    ]
    logical = {f"{names.logical_id(name)}Function": name for name in functions}
    return Spec(text, logical, resources, tuple(grants), units(catalogue))


def units(catalogue: Catalogue) -> Units:
    """The actions of each grant that there is."""
    return frozenset(
        frozenset(rule.actions) for part in catalogue.group("resources").values() for rule in part.grants.rules.values()
    )


def _tables(data: Mapping[str, object], key: str) -> dict[str, dict[str, object]]:
    found = data.get(key)
    tables = found.items() if isinstance(found, dict) else ()
    return {name: table for name, table in tables if isinstance(table, dict)}


def _grants(
    function: str, listed: object, resources: Mapping[str, Mapping[str, object]], catalogue: Catalogue
) -> Iterator[Granted]:
    kinds = catalogue.group("resources")
    for text in listed if isinstance(listed, list) else ():
        found = _GRANT.fullmatch(text) if isinstance(text, str) else None
        resource = resources.get(found["resource"], {}) if found else {}
        part = kinds.get(str(resource.get("kind", "")))
        rule = part.grants.rules.get(found["name"]) if part and found else None
        if found and part and rule:
            stem = str(resource.get("id", names.logical_id(found["resource"])))
            sid = stem + names.logical_id(part.name) + names.logical_id(rule.name)
            argument = found["argument"] or ""
            yield Granted(function, text, found["resource"], argument, sid, frozenset(rule.actions))


def unused(spec: Spec, verdicts: Sequence[Verdict], catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """By function, the grants of which every action is certainly unused.

    A finding is about the grants that alone would have one of its ARNs. Where no grant would, because the spec is not
    of our template's or the roles are somebody else's, it is about the one whose names are in it, if there is one only.
    """
    arns = _arns(spec, catalogue)
    found: dict[str, tuple[str, ...]] = {}
    for verdict in verdicts:
        own = [granted for granted in spec.grants if granted.function == verdict.function]
        chosen: list[str] = []
        for idle in verdict.unused:
            if idle.unless or idle.broad:
                continue
            exact = [granted.text for granted in own if _has(idle, granted, arns)]
            about = {granted.text for granted in own if _is_about(idle, granted)}
            chosen += exact or (about if len(about) == 1 and not idle.partial else ())
        if chosen:
            found[verdict.function] = tuple(dict.fromkeys(chosen))
    return found


def _arns(spec: Spec, catalogue: Catalogue) -> dict[tuple[str, str], re.Pattern[str]]:
    """By function and grant, what the ARN of a statement of this grant alone looks like in a template."""
    run = Rendering(environment(catalogue.template), catalogue.template.files)
    try:
        seen = context.build(specs.parse(spec.text, catalogue), catalogue, run.text)
    except HoldfastError:
        return {}
    found: dict[tuple[str, str], re.Pattern[str]] = {}
    for function in seen.functions.values():
        for grant in function.grants:
            rules = catalogue.parts["resources", grant.resource.kind].grants
            use = statements.Use(grant.resource, rules, grant.name, grant.argument)
            (alone,) = statements.build([use], run.text, seen.common)
            # Parameters such as the stage have their default in a template's texts, what AWS fills in stays.
            pieces = re.split(r"\$\{(?!AWS::)[^}]*\}", targets.split(alone.resources[0])[1])
            pattern = r"(?:\$\{[^}]*\}|[A-Za-z0-9]+)".join(map(re.escape, pieces))
            found[function.name, grant.text] = re.compile(pattern)
    return found


def _has(idle: Unused, granted: Granted, arns: Mapping[tuple[str, str], re.Pattern[str]]) -> bool:
    """Whether a finding is about an ARN that the grant alone would have, and about the grant's actions."""
    pattern = arns.get((granted.function, granted.text))
    same = frozenset(idle.actions) == granted.actions
    return same and pattern is not None and any(pattern.fullmatch(resource) for resource in idle.resources)


def _is_about(idle: Unused, granted: Granted) -> bool:
    """Whether a finding is about a grant's statement: the same actions, for a resource that has the grant's name."""
    if frozenset(idle.actions) != granted.actions:
        return False
    named = re.compile(rf"(?:[-/:]|^){re.escape(granted.resource)}(?=$|[./:*]|-\$|-\d)")
    if not all(named.search(resource) for resource in idle.resources) and idle.grant != granted.sid:
        return False
    return not granted.argument or any(granted.argument in resource for resource in idle.resources)
