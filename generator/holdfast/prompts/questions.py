"""A part's questions, asked by their types alone; what a question is about is no business of this module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from holdfast.answers import may_hold
from holdfast.model import Question
from holdfast.prompts import widgets
from holdfast.prompts.state import Answers, Path
from holdfast.prompts.widgets import Choice

#: Finds or makes the resource that a question asks for, and says its name.
WhichResource = Callable[[Path, Question], str]


class Questions:
    """Asks for the options of one table after the other."""

    def __init__(self, answers: Answers, which_resource: WhichResource) -> None:
        self._answers = answers
        self._which_resource = which_resource
        self._ways: dict[str, Callable[[Path, Question], object]] = {
            "string": self._text,
            "text": self._text,
            "integer": self._integer,
            "boolean": self._boolean,
            "choice": self._choice,
            "map": self._map,
            "resource": which_resource,
            "function": self._function,
        }

    def ask(self, path: Path, questions: Iterable[Question]) -> None:
        """Ask what the table at `path` lacks, in order; a question that hangs on another's answer comes after it."""
        questions = tuple(questions)
        for question in questions:
            table = self._answers.table(*path)
            known = {other.key: other.default for other in questions} | table
            must = question.must(known)
            if (must or (question.asked and question.matters(known))) and question.key not in table:
                value = self._ways[question.type]((*path, question.key), replace(question, required=must))
                if value not in (None, {}):
                    self._answers.put((*path, question.key), value)

    def _text(self, path: Path, question: Question) -> str | None:
        def check(value: str) -> str:
            return self._answers.problem(path, value) if value or question.required else ""

        return widgets.text(_prompt(question), check, default=_default(question), hint=_hint(question)) or None

    def _integer(self, path: Path, question: Question) -> int | None:
        def check(value: str) -> str:
            return self._answers.problem(path, _number(value)) if value or question.required else ""

        number = _number(widgets.text(_prompt(question), check, default=_default(question), hint=_hint(question)))
        return number if isinstance(number, int) else None

    def _boolean(self, _: Path, question: Question) -> bool:
        return widgets.confirm(f"{_prompt(question)}?", default=question.default is True)

    def _choice(self, path: Path, question: Question) -> str:
        """One of the choices; those that pick a part are shown with that part's title."""
        catalogue = self._answers.catalogue
        titles = {name: part.title for name, part in catalogue.group(path[0]).items()}
        if catalogue.choices.get(path[0]) != question.key:
            titles = {}
        choices = [
            Choice(choice, f"{choice}: {titles[choice]}" if choice in titles else choice, short=choice)
            for choice in question.choices
        ]
        return widgets.select(_prompt(question), choices, default=str(question.default or ""))

    def _function(self, _: Path, question: Question) -> str:
        """One of the functions named so far; there is one, whose grants are being asked for."""
        names = list(self._answers.table("functions"))
        return widgets.select(_prompt(question), [Choice(name, name) for name in names])

    def _map(self, path: Path, question: Question) -> dict[str, str]:
        """Pairs, one at a time, until an empty line."""
        pairs: dict[str, str] = {}

        def check(line: str) -> str:
            if not line:
                return ""
            key, equals, value = line.partition("=")
            return self._answers.problem(path, {**pairs, key: value}) if equals else "write it as KEY=VALUE"

        hint = "KEY=VALUE, one at a time; enter alone goes on"
        while line := widgets.text(
            _prompt(question), check, hint=f"{hint}; {question.hint}" if question.hint else hint
        ):
            key, _, value = line.partition("=")
            pairs[key] = value
        return pairs


def _prompt(question: Question) -> str:
    return question.prompt or question.key


def _default(question: Question) -> str:
    return "" if question.default is None else str(question.default)


def _hint(question: Question) -> str:
    """What may stand there, and whether nothing may."""
    hints = [question.hint or may_hold(question)]
    if not question.required and question.default is None:
        hints.append("enter alone leaves it out")
    return "; ".join(filter(None, hints))


def _number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text
