"""From a spec to what templates see: every reference followed, grants turned into IAM statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from holdfast import arns, names, statements
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError, shown
from holdfast.model import FunctionSpec, Grant, Options, ProjectSpec, ResourceSpec
from holdfast.parts import Part
from holdfast.statements import RenderText
from holdfast.text import quote
from holdfast.views import FunctionView, GrantView, ResourceView, Statement


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
    needing = [(part, render(need, context)) for part in catalogue.chosen(spec.tables) for need in part.needs]
    everywhere = [_needed(need, part, resources, catalogue) for part, need in needing if need]
    functions = {f.name: _function(f, catalogue, resources, everywhere, render, context) for f in spec.functions}
    foreign = statements.foreign(each for function in functions.values() for each in function.foreign)
    common = {**context, "resources": resources, "functions": tuple(functions.values()), "foreign": foreign}
    return Names(common, functions, resources)


def _resource(
    resource: ResourceSpec, catalogue: Catalogue, render: RenderText, context: Mapping[str, object]
) -> ResourceView:
    grants = catalogue.parts["resources", resource.kind].grants
    view = ResourceView(
        name=resource.name,
        physical_name=resource.physical_name,
        id=resource.id,
        module=names.module(resource.name),
        kind=resource.kind,
        options=resource.options,
        variable=f"{names.module(resource.name)}_{grants.variable or names.module(resource.kind)}".upper(),
        arn=arns.reference(resource.external),
        external=bool(resource.external),
        key=arns.reference(resource.key),
    )
    if view.external:
        text = f"!Sub {quote(view.arn)}" if "${" in view.arn else quote(view.arn)
        return replace(view, value=text, reference=text)
    view = replace(view, arn=render(grants.arn, {**context, "resource": view}))
    seen = {**context, "resource": view}
    return replace(view, value=render(grants.value, seen), reference=render(grants.reference, seen))


def _function(
    function: FunctionSpec,
    catalogue: Catalogue,
    resources: Mapping[str, ResourceView],
    everywhere: Sequence[tuple[ResourceView, Grant]],
    render: RenderText,
    context: Mapping[str, object],
) -> FunctionView:
    source = catalogue.parts["events", function.event.kind]
    references = {question.key for question in source.options if question.type == "resource"}
    event: dict[str, object] = {
        key: resources[str(value)] if key in references else value for key, value in function.event.options.items()
    }
    event["kind"] = function.event.kind
    rules = {r.kind: catalogue.parts["resources", r.kind].grants for r in resources.values()}
    needs = [render(need, {**context, "event": event}) for need in source.needs]
    needed = [*(_needed(need, source, resources, catalogue) for need in needs if need), *everywhere]
    own = [(resources[grant.resource], grant) for grant in function.grants]
    uses = [statements.Use(r, rules[r.kind], grant.name, grant.argument) for r, grant in (*needed, *own)]
    keys = statements.key_uses(uses)
    abroad = statements.build([use for use in uses if use.resource.external], render, context)
    written = statements.written_out(function.allow)
    return FunctionView(
        name=function.name,
        id=names.logical_id(function.name),
        module=names.module(function.name),
        event=event,
        options=function.options,
        grants=tuple(_grant(r, grant, rules[r.kind].rules[grant.name].example, render, context) for r, grant in own),
        statements=(*statements.build(uses, render, context), *written),
        key_uses=keys,
        resources=tuple({resource.name: resource for resource, _ in own}.values()),
        foreign=(*abroad, *written, *(Statement(use.sid, use.actions, (use.key,)) for use in keys if use.key)),
    )


def _grant(
    resource: ResourceView, grant: Grant, example: str, render: RenderText, context: Mapping[str, object]
) -> GrantView:
    line = render(example, {**context, "resource": resource, "argument": grant.argument})
    return GrantView(resource, grant.name, grant.argument, str(grant), line)


def _needed(
    need: str, source: Part, resources: Mapping[str, ResourceView], catalogue: Catalogue
) -> tuple[ResourceView, Grant]:
    name, _, grant = need.partition(":")
    if name not in resources or grant not in catalogue.parts["resources", resources[name].kind].grants.rules:
        raise HoldfastError(
            f"its needs name {shown(need)}, and there is no such resource or grant",
            where=f"{source.path}/part.toml",
            todo="mend the template",
        )
    return resources[name], Grant(name, grant)
