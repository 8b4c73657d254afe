"""What is asked, in which order: the service's own questions, then its functions, then a yes; or a part of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import click

from holdfast import spec
from holdfast.catalogue import Catalogue
from holdfast.model import Question
from holdfast.names import NAME_HINT
from holdfast.parts import EVENTS, RESOURCES, Part
from holdfast.prompts import widgets
from holdfast.prompts.questions import Questions
from holdfast.prompts.state import NAME, Answers
from holdfast.prompts.widgets import Choice

#: Stands in a list for a resource that has no name yet; no resource can be called this.
NEW = ""
NEW_TITLE = "something with a new resource …"
NOTHING = "nothing but write its log"


class Conversation:
    """One run of `ask`."""

    def __init__(
        self, catalogue: Catalogue, preset: Mapping[str, object], check_name: Callable[[str], None] | None = None
    ) -> None:
        self.catalogue = catalogue
        self.answers = Answers(catalogue, preset, check_name)
        self.questions = Questions(self.answers, self._which_resource)

    def run(self) -> dict[str, object]:
        for table, questions in self.catalogue.tables.items():
            self.questions.ask((table,), questions)
        for name in self._names(RESOURCES):
            self._finish_resource(name)
        for name in self._names("functions"):
            self._event(name)
        while not self._names("functions") or widgets.confirm("Another function?", default=False):
            self._function()
        self._agree()
        return self.answers.data

    def add(self, group: str, name: str) -> dict[str, object]:
        """One more function or resource, of which `name`, if given, says something already."""
        if group == RESOURCES:
            if name:
                self._finish_resource(name)
            else:
                self._new_resource(widgets.select("What kind of resource", _titles(self.catalogue.group(RESOURCES))))
        elif name:
            self._finish_function(name)
        else:
            self._function()
        return self.answers.data

    def grants(self, function: str) -> tuple[dict[str, object], str, tuple[str, ...]]:
        """What a function may do beyond what it may; with the new resources that this takes."""
        names = self._names("functions")
        if function not in names:
            function = widgets.select("Which function", [Choice(name, name) for name in names])
        held = self.answers.table("functions", function).get("grants", [])
        return self.answers.data, function, tuple(self._grants(function, held if isinstance(held, list) else []))

    def answer(self, asked: Mapping[str, tuple[Question, ...]]) -> dict[str, object]:
        """These questions, and what is missing beside them."""
        for table, questions in self.catalogue.tables.items():
            new = {question.key for question in asked.get(table, ())}
            self.questions.ask((table,), [q for q in questions if q.required or q.key in new])
        for name in self._names(RESOURCES):
            self.questions.ask((RESOURCES, name), self._required(RESOURCES, self.answers.table(RESOURCES, name)))
        for name in self._names("functions"):
            event = self.answers.table("functions", name, "event")
            self.questions.ask(("functions", name, "event"), self._required(EVENTS, event))
        return self.answers.data

    def _required(self, group: str, table: Mapping[str, object]) -> tuple[Question, ...]:
        options = self.catalogue.parts[group, str(table["kind"])].asked(external="external" in table)
        return tuple(question for question in options if question.required)

    def _names(self, group: str) -> list[str]:
        return list(self.answers.table(group))

    def _function(self) -> None:
        widgets.show()
        name = self._name("function", "functions", {})
        self.answers.put(("functions", name), {})
        self._finish_function(name)

    def _finish_function(self, name: str) -> None:
        self._event(name)
        self.questions.ask(("functions", name), self.catalogue.function.options)
        grants = [] if "grants" in self.answers.table("functions", name) else self._grants(name)
        if grants:
            self.answers.put(("functions", name, "grants"), grants)

    def _event(self, function: str) -> None:
        """What invokes it, and what that needs; only what is not known already."""
        path = ("functions", function, "event")
        sources = self.catalogue.group(EVENTS)
        table = self.answers.table(*path)
        if "kind" not in table:
            table["kind"] = widgets.select("What invokes it", _titles(sources), default=self._usual_source())
        self.questions.ask(path, sources[str(table["kind"])].options)

    def _usual_source(self) -> str:
        """The event source that the template's own defaults begin with."""
        functions = self.catalogue.defaults.get("functions", {})
        events = [each.get("event", {}) for each in functions.values()] if isinstance(functions, dict) else []
        return str(next((event.get("kind", "") for event in events), ""))

    def _grants(self, function: str, held: list[str] | None = None) -> list[str]:
        """What the function may do beyond what is held, ticked in a list that grows with each new resource."""
        kinds = self.catalogue.group(RESOURCES)
        ticked: list[str] = []
        newest = ""
        while True:
            offered = [
                Choice(grant, title, short=grant, ticked=grant in ticked)
                for grant, title in self._offered()
                if grant not in (held or ())
                and not self.answers.refused(("functions", function, "grants"), [*(held or ()), grant])
            ]
            pointed = next((choice.value for choice in offered if choice.value.startswith(f"{newest}:")), "")
            if offered:
                more = [Choice(NEW, NEW_TITLE)] if kinds else []
                chosen = widgets.tick("What it may do", [*offered, *more], pointed=pointed)
            elif kinds:
                chosen = [widgets.select("What it may do", [Choice(NOTHING, NOTHING), Choice(NEW, NEW_TITLE)])]
            else:
                return []
            ticked = [grant for grant in chosen if grant not in (NEW, NOTHING)]
            if NEW not in chosen:
                # The resource was made for this function a moment ago: enter may have come too early.
                if newest and not ticked and not widgets.confirm(f"Nothing, not even on {newest}?", default=False):
                    continue
                return ticked
            newest = self._new_resource(widgets.select("What kind of resource", _titles(kinds)))

    def _offered(self) -> Iterable[tuple[str, str]]:
        """Every grant on every resource so far: `orders:get`, and `table orders: read items by key`."""
        for name in self._names(RESOURCES):
            kind = str(self.answers.table(RESOURCES, name)["kind"])
            for rule in self.catalogue.parts[RESOURCES, kind].grants.rules.values():
                if not rule.event:
                    yield f"{name}:{rule.name}", f"{kind} {name}: {rule.title}"

    def _which_resource(self, path: tuple[str, ...], question: Question) -> str:
        """A resource of the kind that `question` needs: one that is there, or a new one."""
        known = [
            name for name in self._names(RESOURCES) if self.answers.table(RESOURCES, name)["kind"] == question.resource
        ]
        choices = []
        for name in known:
            error = self.answers.refused(path, name)
            choices.append(Choice(name, name, refused=error.what if error else ""))
        if any(not choice.refused for choice in choices):
            chosen = widgets.select(question.prompt, [*choices, Choice(NEW, f"a new {question.resource} …")])
            if chosen != NEW:
                return chosen
        return self._new_resource(question.resource)

    def _new_resource(self, kind: str) -> str:
        name = self._name(f"new {kind}", RESOURCES, {"kind": kind})
        self.answers.put((RESOURCES, name), {"kind": kind})
        self._finish_resource(name)
        return name

    def _finish_resource(self, name: str) -> None:
        kinds = self.catalogue.group(RESOURCES)
        table = self.answers.table(RESOURCES, name)
        if "kind" not in table:
            table["kind"] = widgets.select(f"What kind of resource is {name}", _titles(kinds))
        self.questions.ask((RESOURCES, name), kinds[str(table["kind"])].options)

    def _name(self, what: str, group: str, value: object) -> str:
        return widgets.text(
            f"Name of the {what}", lambda name: self.answers.new_name(group, name, value), hint=NAME_HINT
        )

    def _agree(self) -> None:
        """Show what would be built; a no ends without building it."""
        wanted = spec.from_data(self.answers.data, self.catalogue, name=NAME)
        widgets.show(f"\n{spec.dump(wanted, self.catalogue)}")
        if not widgets.confirm("Build this?", default=True):
            raise click.Abort


def _titles(parts: Mapping[str, Part]) -> list[Choice]:
    """The kinds to choose from, each with the name that holdfast.toml has for it."""
    return [Choice(name, f"{name}: {part.title}", short=name) for name, part in parts.items()]
