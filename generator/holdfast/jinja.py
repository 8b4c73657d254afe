"""cookiecutter's Jinja environment, made safe for templates from elsewhere and the same on every machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence, Sized
from functools import cache
from types import TracebackType
from typing import Any, TypeVar

import jinja2
from cookiecutter.environment import StrictEnvironment
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from holdfast import compiled
from holdfast.compiled import Store
from holdfast.errors import HoldfastError, shown
from holdfast.source import MANIFEST, Template
from holdfast.text import markdown, quote

T = TypeVar("T")
#: As much as a message shows of what went wrong inside of a template.
MOST_OF_AN_ERROR = 300
#: What a template may make of a text or list by repeating it, in characters or elements.
MOST_REPEATED = 1_000_000
#: How Python shows an object that has no text of its own: with its place in memory, which no two runs share.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+>")


class SlotTag(Extension):
    """`{% slot NAME %}`: the fragments that parts put there; its line goes when there are none."""

    tags = frozenset({"slot"})  # type: ignore[assignment]

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        name = parser.parse_expression()
        block = nodes.Keyword("block", nodes.Const(True))
        call = nodes.Call(nodes.Name("slot", "load"), [name], [block], None, None)
        return nodes.Output([call]).set_lineno(line)


class _Lean(jinja2.Environment):
    """Drops cookiecutter's default extensions on their way to Jinja.

    Time and random values give other bytes at every run, and the module that holds them all costs more to import than
    a render. `environment` adds the harmless two itself.
    """

    def __init__(self, *, extensions: Sequence[str], **options: Any) -> None:
        wanted = [name for name in extensions if not name.startswith("cookiecutter.extensions.")]
        super().__init__(extensions=wanted, **options)


class Environment(ImmutableSandboxedEnvironment, StrictEnvironment, _Lean):  # type: ignore[misc]
    """cookiecutter's environment in Jinja's sandbox: templates reach no private attribute and change no value.

    One operator cannot take all memory; loops can, as neither time nor memory is bounded.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse to repeat a text or list beyond measure, to raise to a power, and to format to an endless width."""
        if operator == "%":
            wide = isinstance(left, str) and bool(re.search(r"%[^a-zA-Z%]*(?:\d{4}|\*)", left))
        elif operator == "*":
            times, repeated = sorted((left, right), key=lambda side: isinstance(side, Sized))
            wide = isinstance(repeated, Sized) and isinstance(times, int) and times * len(repeated) > MOST_REPEATED
        else:
            wide = True
        if wide:
            what = f"{shown(left)} {operator} {shown(right)} may take all memory"
            raise HoldfastError(what, todo="mend the template")
        return super().call_binop(context, operator, left, right)

    #: Whether the template declares Jinja extensions that were not loaded, because nobody trusts it.
    withheld = False
    #: What was compiled before, where no foreign extension had a part in it.
    store: Store | None = None

    def compile(
        self, source: Any, name: str | None = None, filename: str | None = None, *rest: Any, **more: Any
    ) -> Any:
        """Compile a text, unless that was done before."""
        if self.store is None or not isinstance(source, str) or rest or more:
            return super().compile(source, name, filename, *rest, **more)
        place = compiled.key(source, name, filename)
        found = self.store.get(place)
        if found is None:
            found = super().compile(source, name, filename)
            self.store.add(place, found)
        return found


def environment(template: Template) -> Environment:
    """The environment that renders `template`; its own Jinja extensions only where it is trusted."""
    wanted = template.manifest.get("extensions", [])
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        raise HoldfastError("extensions must be a list of texts", where=MANIFEST, todo="mend the file")
    try:
        env = Environment(
            context={"cookiecutter": {"_extensions": wanted if template.trusted else []}},
            loader=jinja2.FunctionLoader(lambda path: _source(template.files, path)),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_printable,
            cache_size=-1,
            auto_reload=False,
        )
    except Exception as error:  # noqa: BLE001 - an extension is foreign code: whatever it raises is its fault
        raise HoldfastError(
            f"an extension cannot be loaded: {_brief(error)}", where=MANIFEST, todo="install it beside holdfast"
        ) from None
    env.withheld = bool(wanted) and not template.trusted
    env.add_extension(SlotTag)
    if not (wanted and template.trusted):
        env.store = _store(template.ref.digest)
    del env.filters["random"], env.globals["lipsum"]  # Jinja's own, and never the same twice.
    env.filters["quote"] = lambda value: quote(_printable(value))
    env.filters["md"] = lambda value: markdown(_printable(value))
    env.filters["jsonify"] = _jsonify
    env.filters["slugify"] = _slugify
    return env


@cache
def _store(digest: str) -> Store:
    return Store(digest)


def _printable(value: object) -> object:
    """`value` if it prints the same at every run: not a function or another object that shows its address."""
    if isinstance(value, str | int | jinja2.Undefined):
        return value
    if callable(value) or _ADDRESS.search(str(value)):
        raise HoldfastError(
            f"it prints {shown(value)}, which has no text of its own", todo="call it, or print its parts"
        )
    return value


def _jsonify(value: object, indent: int = 4) -> str:
    return json.dumps(value, sort_keys=True, indent=indent)


def _slugify(value: str, **options: Any) -> str:
    from slugify import slugify

    return slugify(value, **options)


def _source(sources: Mapping[str, bytes], path: str) -> tuple[str, str, Callable[[], bool]] | None:
    for name in (path, f"template/{path}"):
        if name in sources:
            try:
                return sources[name].decode("utf-8"), name, lambda: True
            except UnicodeDecodeError:
                return None
    return None


def guarded(env: Environment, where: str, action: Callable[[], T]) -> T:
    """Run a rendering; whatever a template does wrong becomes one line with its file and line."""
    try:
        return action()
    except HoldfastError as error:
        raise HoldfastError(
            error.what, where=error.where or _place(where, error.__traceback__), todo=error.todo
        ) from None
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.name or where}:{error.lineno}"
        todo = "it declares Jinja extensions: --trust loads them" if env.withheld else "mend the template"
        raise HoldfastError(str(error.message), where=where, todo=todo) from None
    except jinja2.TemplateNotFound as error:
        what = f"it includes {shown(error.name)}, which is not there"
        raise HoldfastError(what, where=where, todo="mend it") from None
    except jinja2.UndefinedError as error:
        raise HoldfastError(
            f"it uses a variable that is not set: {error.message}",
            where=_place(where, error.__traceback__),
            todo="mend it",
        ) from None
    except RecursionError:
        what = "it nests too deep, or includes itself without end"
        raise HoldfastError(what, where=where, todo="mend the template") from None
    except Exception as error:  # noqa: BLE001 - a template is foreign code: whatever it raises is its fault, not a bug of ours
        place = _place(where, error.__traceback__)
        raise HoldfastError(_brief(error), where=place, todo="mend the template") from None


def _brief(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"
    return text if len(text) <= MOST_OF_AN_ERROR else f"{text[:MOST_OF_AN_ERROR]}…"


def _place(where: str, traceback: TracebackType | None) -> str:
    """The innermost template line in `traceback`; Jinja puts a frame of its own there for each."""
    while traceback:
        named = traceback.tb_frame.f_code.co_filename != "<template>"
        if named and "__jinja_exception__" in traceback.tb_frame.f_globals:
            where = f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return where
