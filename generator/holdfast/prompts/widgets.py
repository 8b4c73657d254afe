"""The four ways to ask: a line of text, one of a list, some of a list, yes or no.

Pictures of the state are characters, never colours alone, and every line fits 80 columns or is folded by word.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import questionary
from prompt_toolkit import print_formatted_text
from prompt_toolkit.application import Application, get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition, is_done
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, ConditionalContainer, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.processors import BeforeInput
from questionary.constants import DEFAULT_QUESTION_PREFIX, DEFAULT_STYLE

INDENT = "  "


@dataclass(frozen=True)
class Choice:
    """An entry of a list. `short` is what remains of it once taken; `refused` says why it cannot be."""

    value: str
    title: str
    short: str = ""
    refused: str = ""
    ticked: bool = False


def text(message: str, check: Callable[[str], str], *, default: str = "", hint: str = "") -> str:
    """A line of text; Enter alone takes `default`. `check` says what is wrong with an answer, empty where nothing is.

    What is wrong stands below the line while it is typed, and Enter takes no answer that is refused.
    """
    tried = False

    def answer() -> str:
        return line.text or default

    def prompt() -> StyleAndTextTuples:
        shown = f" {message}: " if is_done() or not default else f" {message} ({default}): "
        return [("class:qmark", DEFAULT_QUESTION_PREFIX), ("class:question", shown)]

    def below() -> str:
        wrong = check(answer()) if line.text or tried else ""
        return _folded(wrong or hint)

    def accept(_: Buffer) -> bool:
        nonlocal tried
        tried = True
        if not check(answer()):
            line.text = answer()
            get_app().exit(result=line.text)
        return True

    line = Buffer(multiline=False, accept_handler=accept)
    typed = Window(
        BufferControl(line, input_processors=[BeforeInput(prompt)]), wrap_lines=True, dont_extend_height=True
    )
    told = ConditionalContainer(Window(FormattedTextControl(below), dont_extend_height=True), filter=~is_done)
    app: Application[str] = Application(Layout(HSplit([typed, told])), key_bindings=_leaving(line), style=DEFAULT_STYLE)
    return str(questionary.Question(app).unsafe_ask())


def _leaving(line: Buffer) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    @keys.add("c-d", filter=Condition(lambda: not line.text))
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError, style="class:exiting")

    return keys


def select(message: str, choices: Sequence[Choice], *, default: str = "") -> str:
    """One of `choices`; `default` is pointed at first where it is among them."""
    entries = _entries(choices)
    value = str(_asked(questionary.select(f"{message}:", entries, default=_free(choices, default), instruction=" ")))
    _record(message, [choice.short or choice.title for choice in choices if choice.value == value])
    return value


def tick(message: str, choices: Sequence[Choice], *, pointed: str = "") -> list[str]:
    """Any number of `choices`, in their order; `pointed` is where the pointer stands first."""
    question = questionary.checkbox(
        f"{message}:",
        _entries(choices),
        initial_choice=_free(choices, pointed),
        instruction="(space ticks, enter goes on)",
    )
    values = [str(value) for value in _asked(question)]
    _record(message, [choice.short or choice.title for choice in choices if choice.value in values] or ["nothing"])
    return values


def confirm(message: str, *, default: bool) -> bool:
    """Yes or no."""
    return bool(questionary.confirm(message, default=default).unsafe_ask())


def show(text: str = "") -> None:
    """Print `text`, or an empty line, between two questions."""
    questionary.print(text)


def _asked(question: questionary.Question) -> Any:
    """The answer to a question whose list then leaves the screen; `_record` says what remains of it."""
    question.application.erase_when_done = True
    return question.unsafe_ask()


def _free(choices: Sequence[Choice], value: str) -> str | None:
    return next((choice.value for choice in choices if value and choice.value == value and not choice.refused), None)


def _record(message: str, taken: Sequence[str]) -> None:
    """One line for a list that was answered, as the other questions leave it."""
    tokens = [("class:qmark", DEFAULT_QUESTION_PREFIX), ("class:question", f" {message}: "), ("", ", ".join(taken))]
    print_formatted_text(FormattedText(tokens), style=DEFAULT_STYLE)


def _entries(choices: Sequence[Choice]) -> list[questionary.Choice]:
    return [
        questionary.Choice(choice.title, choice.value, disabled=choice.refused or None, checked=choice.ticked)
        for choice in choices
    ]


def _folded(sentence: str) -> str:
    """`sentence` in lines that fit the terminal, never in the middle of a word that fits one."""
    width = max(20, min(get_app().output.get_size().columns, 100) - 1)
    return textwrap.fill(sentence, width, initial_indent=INDENT, subsequent_indent=INDENT)
