"""What templates see: the spec with every reference followed, and grants turned into IAM statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from holdfast import names
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError, shown
from holdfast.model import FunctionSpec, Options, ProjectSpec, ResourceSpec
from holdfast.parts import Grants, Part

#: Renders a small template of a part (an ARN, an example) with the given names.
RenderText = Callable[[str, Mapping[str, object]], str]


@dataclass(frozen=True)
class ResourceView:
    """A resource as templates see it; `variable` is where functions find its name or address."""

    name: str
    id: str
    module: str
    kind: str
    options: Options
    variable: str
    arn: str


@dataclass(frozen=True)
class GrantView:
    """A grant of a function; `example` is one line of starter code, or empty."""

    resource: ResourceView
    name: str
    example: str


@dataclass(frozen=True)
class Statement:
    """An IAM statement: exact actions on exact ARNs, these with `${AWS::…}` and `${Stage}` for `!Sub`."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class KeyUse:
    """What a function does with the service's key through one AWS service."""

    via: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class FunctionView:
    """A function as templates see it; `resources` are those that it was granted something on."""

    name: str
    id: str
    module: str
    event: Mapping[str, object]
    options: Options
    grants: tuple[GrantView, ...]
    statements: tuple[Statement, ...]
    key_uses: tuple[KeyUse, ...]
    resources: tuple[ResourceView, ...]


@dataclass(frozen=True)
class Names:
    """The names that every template may use, and what those of one function or resource add."""

    common: Mapping[str, object]
    functions: Mapping[str, FunctionView]
    resources: Mapping[str, ResourceView]

    def of(self, function: str, resource: str) -> Mapping[str, object]:
        """The names for a function, a resource, both, or (empty ones) neither."""
        found = dict(self.common)
        if function:
            found |= {"function": self.functions[function], "event": self.functions[function].event}
        if resource:
            found["resource"] = self.resources[resource]
        return found


def build(spec: ProjectSpec, catalogue: Catalogue, render: RenderText) -> Names:
    """The names for `spec`, every reference followed."""
    project = Options({**spec.tables["project"], "package": names.module(spec.name), "id": names.logical_id(spec.name)})
    context: dict[str, object] = {**spec.tables, "project": project}
    resources = {resource.name: _resource(resource, catalogue, render, context) for resource in spec.resources}
    functions = {f.name: _function(f, catalogue, resources, render, context) for f in spec.functions}
    return Names({**context, "resources": resources, "functions": tuple(functions.values())}, functions, resources)


def _resource(
    resource: ResourceSpec, catalogue: Catalogue, render: RenderText, context: Mapping[str, object]
) -> ResourceView:
    grants = catalogue.parts["resources", resource.kind].grants
    view = ResourceView(
        name=resource.name,
        id=resource.id,
        module=names.module(resource.name),
        kind=resource.kind,
        options=resource.options,
        variable=f"{names.module(resource.name)}_{grants.variable or names.module(resource.kind)}".upper(),
        arn="",
    )
    arn = render(grants.arn, {**context, "resource": view})
    return replace(view, arn=arn)


def _function(
    function: FunctionSpec,
    catalogue: Catalogue,
    resources: Mapping[str, ResourceView],
    render: RenderText,
    context: Mapping[str, object],
) -> FunctionView:
    source = catalogue.parts["events", function.event.kind]
    references = {question.key for question in source.options if question.type == "resource"}
    event: dict[str, object] = {
        key: resources[str(value)] if key in references else value for key, value in function.event.options.items()
    }
    event["kind"] = function.event.kind
    own = [(resources[grant.resource], grant.name) for grant in function.grants]
    rules = {r.kind: catalogue.parts["resources", r.kind].grants for r in resources.values()}
    needs = [render(need, {**context, "event": event}) for need in source.needs]
    needed = [_needed(need, source, resources, rules) for need in needs if need]
    grants = tuple(
        GrantView(resource, name, render(rules[resource.kind].rules[name].example, {**context, "resource": resource}))
        for resource, name in own
    )
    return FunctionView(
        name=function.name,
        id=names.logical_id(function.name),
        module=names.module(function.name),
        event=event,
        options=function.options,
        grants=grants,
        statements=tuple(_statement(resource, name, rules, render, context) for resource, name in (*needed, *own)),
        key_uses=_key_uses((*needed, *own), rules),
        resources=tuple({resource.name: resource for resource, _ in own}.values()),
    )


def _needed(
    need: str, source: Part, resources: Mapping[str, ResourceView], rules: Mapping[str, Grants]
) -> tuple[ResourceView, str]:
    name, _, grant = need.partition(":")
    if name not in resources or grant not in rules[resources[name].kind].rules:
        raise HoldfastError(
            f"its needs name {shown(need)}, and there is no such resource or grant",
            where=f"{source.path}/part.toml",
            todo="mend the template",
        )
    return resources[name], grant


def _statement(
    resource: ResourceView,
    grant: str,
    rules: Mapping[str, Grants],
    render: RenderText,
    context: Mapping[str, object],
) -> Statement:
    rule = rules[resource.kind].rules[grant]
    arn = render(rule.arn, {**context, "resource": resource}) or resource.arn
    return Statement(resource.id + names.logical_id(resource.kind) + names.logical_id(grant), rule.actions, (arn,))


def _key_uses(pairs: tuple[tuple[ResourceView, str], ...], rules: Mapping[str, Grants]) -> tuple[KeyUse, ...]:
    uses: dict[str, dict[str, None]] = {}
    for resource, grant in pairs:
        for action in rules[resource.kind].rules[grant].key:
            uses.setdefault(rules[resource.kind].via, {})[action] = None
    return tuple(KeyUse(via, tuple(sorted(actions))) for via, actions in sorted(uses.items()))
