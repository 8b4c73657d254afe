"""cookiecutter's Jinja environment, made safe for templates from elsewhere and the same on every machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import jinja2
from cookiecutter.environment import StrictEnvironment
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from holdfast.errors import HoldfastError
from holdfast.source import Template
from holdfast.text import markdown, quote


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
    """cookiecutter's environment in Jinja's sandbox: nothing leads out of a value, and nothing changes one."""


def environment(template: Template) -> Environment:
    """The environment that renders `template`; its own Jinja extensions only where it is trusted."""
    wanted = template.manifest.get("extensions", [])
    extensions = wanted if template.trusted and isinstance(wanted, list) else []
    env = Environment(
        context={"cookiecutter": {"_extensions": extensions}},
        loader=jinja2.FunctionLoader(lambda path: _source(template.files, path)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
        auto_reload=False,
    )
    env.add_extension(SlotTag)
    del env.filters["random"], env.globals["lipsum"]  # Jinja's own, and never the same twice.
    env.filters["quote"] = quote
    env.filters["md"] = markdown
    env.filters["jsonify"] = _jsonify
    env.filters["slugify"] = _slugify
    return env


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


def guarded(where: str, action: Callable[[], str]) -> str:
    """Run a rendering; whatever a template does wrong becomes one line with its file and line."""
    try:
        return action()
    except HoldfastError:
        raise
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.name or where}:{error.lineno}"
        raise HoldfastError(str(error.message), where=where, todo="mend the template") from None
    except jinja2.TemplateNotFound as error:
        raise HoldfastError(f"it includes {error.name!r}, which is not there", where=where, todo="mend it") from None
    except jinja2.UndefinedError as error:
        raise HoldfastError(
            f"it uses a variable that is not set: {error.message}",
            where=_place(where, error.__traceback__),
            todo="mend it",
        ) from None
    except RecursionError:
        raise HoldfastError("it includes itself without end", where=where, todo="mend the template") from None
    except Exception as error:  # noqa: BLE001 - a template is foreign code: whatever it raises is its fault, not a bug of ours
        place = _place(where, error.__traceback__)
        raise HoldfastError(f"{type(error).__name__}: {error}", where=place, todo="mend the template") from None


def _place(where: str, traceback: TracebackType | None) -> str:
    """The innermost template line in `traceback`; Jinja puts a frame of its own there for each."""
    while traceback:
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            where = f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return where
