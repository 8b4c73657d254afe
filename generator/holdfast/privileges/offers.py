"""The grants of holdfast.toml's that would give a function what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from holdfast import names
from holdfast.catalogue import Catalogue
from holdfast.privileges.findings import Missing, Verdict
from holdfast.privileges.grants import Spec


def offered(spec: Spec, verdicts: Sequence[Verdict], catalogue: Catalogue) -> tuple[Verdict, ...]:
    """The verdicts, whose missing actions name the grants on the service's own resources that would give them."""
    return tuple(
        replace(one, missing=tuple(replace(gap, grants=_grants(spec, one, gap, catalogue)) for gap in one.missing))
        for one in verdicts
    )


def _grants(spec: Spec, verdict: Verdict, gap: Missing, catalogue: Catalogue) -> tuple[str, ...]:
    """None for a grant that the function has for a part of the resource: a wider one is not to be had by the way.

    What is called as no service of ours could call it is none either: this becomes a command that somebody types.
    """
    if not names.NAME.match(verdict.function):
        return ()
    held = {granted.text.partition("(")[0] for granted in spec.grants if granted.function == verdict.function}
    return tuple(grant for grant in _giving(spec, gap, catalogue) if grant not in held)


def _giving(spec: Spec, gap: Missing, catalogue: Catalogue) -> Iterator[str]:
    kinds = catalogue.group("resources")
    for name, resource in spec.resources.items():
        part = kinds.get(str(resource.get("kind", "")))
        if (
            part is None
            or not names.NAME.match(name)
            or not _may_be(str(resource.get("physical_name", name)), gap.resources)
        ):
            continue
        for rule in part.grants.rules.values():
            if gap.action in rule.actions and not rule.event:
                yield f"{name}:{rule.name}"


def _may_be(physical: str, resources: Sequence[str]) -> bool:
    """Whether one of the ARNs has this name in it, or nothing is known of them."""
    named = re.compile(rf"(?:[-/:]|^){re.escape(physical)}(?=$|[./:*]|-\$|-\d)")
    return not resources or any(named.search(resource) for resource in resources)
