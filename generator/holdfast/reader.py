"""Reading TOML data with its place at hand, so that whatever is wrong in it can be named in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast import names
from holdfast.answers import may_hold, problem
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError, shown
from holdfast.model import Options, Question, ResourceSpec, Value, in_question
from holdfast.parts import Part
from holdfast.places import line_of
from holdfast.text import quote


@dataclass(frozen=True)
class Reader:
    """What a check needs to speak of its place: the catalogue, the file's name and its text (empty for answers).

    `given` holds the keys that came from `--set` instead; `unfinished` says that what is missing may still come.
    """

    catalogue: Catalogue
    name: str
    text: str = ""
    given: tuple[tuple[str, ...], ...] = ()
    unfinished: bool = False

    def error(self, path: Iterable[str], what: str, todo: str = "") -> HoldfastError:
        """What is wrong at `path`, with its line where the text has one."""
        path = tuple(path)
        if any(path[: len(given)] == given for given in self.given):
            return HoldfastError(what, where=f"--set {'.'.join(path)}", todo=todo)
        line = line_of(self.text, path) if self.text else None
        place = f"{self.name}:{line}" if line else self.name
        return HoldfastError(what, where=f"{place} {'.'.join(path)}".strip(), todo=todo)

    def mapping(self, path: tuple[str, ...], raw: object) -> Mapping[str, object]:
        """`raw` as a table."""
        if not isinstance(raw, dict):
            raise self.error(path, "it must be a table", f"write [{'.'.join(path)}] and keys below it")
        return raw

    def known(self, path: tuple[str, ...], given: Iterable[str], known: list[str]) -> None:
        """Refuse keys that nothing here asks for."""
        for key in given:
            if key not in known:
                raise self.error((*path, key), f"the key {shown(key)} is unknown", f"known here: {', '.join(known)}")

    def check_name(self, path: tuple[str, ...], name: str, longest: int) -> None:
        """Refuse what cannot name a function or a resource."""
        wrong = names.problem(name, longest)
        if wrong:
            raise self.error(path, wrong, "choose another name" if name else f"write {names.NAME_HINT}")

    def no_twins(self, table: str, pairs: list[tuple[str, str]]) -> None:
        """Refuse two names that become one logical id."""
        seen: dict[str, str] = {}
        for name, identity in pairs:
            if seen.setdefault(identity, name) != name:
                raise self.error(
                    (table, name), f"it and {seen[identity]!r} both become the logical id {identity!r}", "rename one"
                )

    def part(self, path: tuple[str, ...], parts: Mapping[str, Part], kind: object) -> Part:
        """The part that `kind` names."""
        if not isinstance(kind, str) or kind not in parts:
            what = "no kind is given" if kind is None else f"{shown(kind)} is not a kind that this template knows"
            raise self.error(path, what, f"choose from {', '.join(parts)}")
        return parts[kind]

    def options(
        self,
        path: tuple[str, ...],
        given: Mapping[str, object],
        questions: tuple[Question, ...],
        resources: Mapping[str, ResourceSpec] | None,
        *,
        also: tuple[str, ...] = (),
    ) -> Options:
        """The answers in `given`, each fit for its question, and the defaults of the others.

        What names a resource is looked for in `resources`; without them, `references` does it later.
        """
        self.known(path, given, [*also, *dict.fromkeys(question.key for question in questions)])
        known = {question.key: question.default for question in questions} | dict(given)
        values: dict[str, Value] = {}
        for question in in_question(questions, known):
            here = (*path, question.key)
            if question.key not in given:
                if question.must(known):
                    if self.unfinished:
                        continue
                    raise self.error(path, f"{question.key} is missing: {question.prompt}", may_hold(question))
                # An option of a function or resource has its default beside any answer: released templates count on it.
                if question.default is not None and (question.matters(known) or len(path) > 1):
                    values[question.key] = question.default
                elif question.type == "map":
                    values[question.key] = {}
                continue
            value = given[question.key]
            wrong = problem(question, value)
            if wrong:
                raise self.error(here, wrong, may_hold(question))
            if not question.matters(known) and value != question.default:
                wanted = " or ".join(_when(each) for each in questions if each.key == question.key)
                raise self.error(here, f"it means something with {wanted} alone", "remove it, or say that")
            if question.type == "resource" and resources is not None:
                self._check_resource(here, question, str(value), resources)
            values[question.key] = value  # type: ignore[assignment]
        return Options(values)

    def references(
        self,
        path: tuple[str, ...],
        values: Options,
        questions: tuple[Question, ...],
        resources: Mapping[str, ResourceSpec],
    ) -> None:
        """Refuse an answer that names no resource of the kind that its question wants."""
        for question in in_question(questions, values):
            if question.type == "resource" and question.key in values:
                self._check_resource((*path, question.key), question, str(values[question.key]), resources)

    def _check_resource(
        self, path: tuple[str, ...], question: Question, value: str, resources: Mapping[str, ResourceSpec]
    ) -> None:
        if value not in resources:
            raise self.error(
                path,
                f"there is no resource {shown(value)}",
                f'add [resources.{value}] with kind = "{question.resource}"',
            )
        if resources[value].kind != question.resource:
            raise self.error(path, f"{shown(value)} is a {resources[value].kind}", f"name a {question.resource}")
        if resources[value].external and not question.external:
            raise self.error(
                path, f"{shown(value)} is not made by this service's stack", f"name a {question.resource} that is"
            )


def _when(question: Question) -> str:
    return ", ".join(f"{key} = {' or '.join(map(quote, values))}" for key, values in question.when.items())
