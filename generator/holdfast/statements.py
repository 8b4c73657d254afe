"""Grants become IAM statements: exact actions on exact ARNs, one statement for each grant of a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from holdfast import names
from holdfast.grants import GrantRule, Grants
from holdfast.model import Permission
from holdfast.views import KeyUse, ResourceView, Statement

#: Renders a small template of a part (an ARN, an example) with the given names.
RenderText = Callable[[str, Mapping[str, object]], str]


@dataclass(frozen=True)
class Use:
    """A grant at work: the resource, its kind's grants, the grant's name, and what it is narrowed to, or nothing."""

    resource: ResourceView
    grants: Grants
    grant: str
    argument: str

    @property
    def rule(self) -> GrantRule:
        return self.grants.rules[self.grant]


def build(uses: Iterable[Use], render: RenderText, context: Mapping[str, object]) -> tuple[Statement, ...]:
    """A statement for each grant of each resource, in the order of `uses`, whatever arguments it comes with.

    A grant with a condition and one without are never one: the condition would narrow both, or neither.
    """
    found: dict[str, Statement] = {}
    for use in uses:
        seen = {**context, "resource": use.resource, "argument": use.argument}
        condition = _condition(use.rule, render, seen)
        sid = use.resource.id + names.logical_id(use.resource.kind) + names.logical_id(use.grant)
        sid += "Within" if condition else ""
        arn = render(use.rule.arn, seen) or use.resource.arn
        new = Statement(sid, use.rule.actions, (arn,), condition)
        found[sid] = _joined(found[sid], new) if sid in found else new
    return tuple(found.values())


def _condition(
    rule: GrantRule, render: RenderText, seen: Mapping[str, object]
) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """The condition of a grant as it stands with its argument: values that come out empty are not there."""
    rendered = {
        operator: {key: (text,) for key, value in keys.items() if (text := render(value, seen))}
        for operator, keys in rule.condition.items()
    }
    return {operator: keys for operator, keys in rendered.items() if keys}


def _joined(one: Statement, other: Statement) -> Statement:
    condition = {
        operator: {key: _all(values, other.condition[operator][key]) for key, values in keys.items()}
        for operator, keys in one.condition.items()
    }
    return replace(one, resources=_all(one.resources, other.resources), condition=condition)


def _all(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def written_out(permissions: Iterable[Permission]) -> tuple[Statement, ...]:
    """What the user wrote out, as it stands."""
    return tuple(
        Statement(f"WrittenOut{number}", each.actions, each.resources, reason=each.reason)
        for number, each in enumerate(permissions, start=1)
    )


def foreign(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """What functions may do with what is not the service's own, in as few statements as say no more than that."""
    actions: dict[str, set[str]] = {}
    reasons: dict[str, str] = {}
    for each in statements:
        for arn in each.resources:
            actions.setdefault(arn, set()).update(each.actions)
            reasons[arn] = reasons.get(arn) or each.reason
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for arn, granted in actions.items():
        found.setdefault((tuple(sorted(granted)), reasons[arn]), []).append(arn)
    return tuple(
        Statement(f"Foreign{number}", granted, tuple(arns), reason=reason)
        for number, ((granted, reason), arns) in enumerate(found.items(), start=1)
    )


def key_uses(uses: Iterable[Use]) -> tuple[KeyUse, ...]:
    """What is done with each key through each service. An external resource without a key of its own needs none."""
    found: dict[tuple[str, str], KeyUse] = {}
    for use in uses:
        key, via = use.resource.key, use.grants.via
        if not use.rule.key or not (key if use.resource.external else not use.grants.keyless):
            continue
        sid = f"{use.resource.id if key else ''}KeyThrough{via.capitalize()}"
        known = found.get((via, key), KeyUse(sid, via, (), key))
        found[via, key] = replace(known, actions=tuple(sorted({*known.actions, *use.rule.key})))
    return tuple(found[each] for each in sorted(found))
