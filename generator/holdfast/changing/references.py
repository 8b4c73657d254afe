"""Where a spec names a function or a resource, beside its grants."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.catalogue import Catalogue
from holdfast.model import ProjectSpec, Question


def references(spec: ProjectSpec, catalogue: Catalogue, kind: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Each table, its key and what that names, for options of type `kind`: `function` or `resource`."""
    for function in spec.functions:
        event = function.event
        for question in _of(catalogue.parts["events", event.kind].options, kind):
            if question.key in event.options:
                yield ("functions", function.name, "event"), question.key, str(event.options[question.key])
        for question in _of(catalogue.function.options, kind):
            if question.key in function.options:
                yield ("functions", function.name), question.key, str(function.options[question.key])
    for resource in spec.resources:
        for question in _of(catalogue.parts["resources", resource.kind].options, kind):
            if question.key in resource.options:
                yield ("resources", resource.name), question.key, str(resource.options[question.key])


def _of(questions: tuple[Question, ...], kind: str) -> Iterator[Question]:
    return (question for question in questions if question.type == kind)
