"""Whether a template's parts fit together: what they use, bring, narrow and fit is there to be so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holdfast.errors import HoldfastError, shown
from holdfast.model import Question
from holdfast.parts import EVENTS, FUNCTION, OPTIONAL, RESOURCES, SHARED, Part
from holdfast.questions import check_fields
from holdfast.sharing import reachable


def check_parts(parts: Mapping[tuple[str, str], Part], using: set[str]) -> None:
    """Refuse parts that use or narrow what they cannot; those of the groups `using` may use shared ones."""
    _check_uses(parts, using)
    _check_narrowing(parts)


def check_tables(parts: Mapping[tuple[str, str], Part], tables: Mapping[str, tuple[Question, ...]]) -> None:
    """Refuse parts that fit answers, or are brought by ones, that no table asks for."""
    _check_fitting(parts, tables)
    _check_switches(parts, tables)


def _check_uses(parts: Mapping[tuple[str, str], Part], using: set[str]) -> None:
    for part in parts.values():
        where = f"{part.path}/part.toml"
        if part.uses and part.group not in (*using, SHARED):
            what = "only event sources, resources and chosen parts use shared parts"
            raise HoldfastError(what, where=where, todo="mend it")
        for name in part.uses if part.group in using - {EVENTS, RESOURCES} else ():
            used = parts[SHARED, name]
            if used.options or used.needs or used.function:
                what = f"it uses {shown(name)}, which asks or needs something of an event source"
                raise HoldfastError(what, where=where, todo="split that part")
        _check_brings(part, parts)
        for name in part.uses if part.group == RESOURCES else ():
            used = parts[SHARED, name]
            if used.files["each"] or used.slots["each"] or used.counts["each"] or used.options:
                raise HoldfastError(
                    f"it uses {shown(name)}, which has something for each function", where=where, todo="split that part"
                )


def _check_brings(part: Part, parts: Mapping[tuple[str, str], Part]) -> None:
    """Refuse what no answer could bring, and a part whose questions nobody could have asked before."""
    where, options = f"{part.path}/part.toml", {question.key: question for question in part.options}
    for option, by_answer in part.brings.items():
        unknown = by_answer.keys() - (set(options[option].choices) if option in options else set())
        if part.group != EVENTS or unknown:
            raise HoldfastError(
                f"[brings.{option}] has {shown(min(unknown, default=option))}, and no event source can answer that",
                where=where,
                todo="mend it",
            )
        for name, brought in reachable((name for names in by_answer.values() for name in names), part, parts).items():
            if name not in part.uses and (brought.options or brought.needs or brought.function):
                raise HoldfastError(
                    f"[brings.{option}] brings {shown(name)}, which asks or needs something",
                    where=where,
                    todo="use that part",
                )


def _check_narrowing(parts: Mapping[tuple[str, str], Part]) -> None:
    types = {question.key: question.type for question in parts[FUNCTION, ""].options}
    for part in parts.values():
        for key, narrowed in part.function.items():
            where = f"{part.path}/part.toml"
            if key not in types:
                raise HoldfastError(f"[function.{key}] is no option of functions", where=where, todo="mend the name")
            check_fields(key, types[key], narrowed, where)


def _check_fitting(parts: Mapping[tuple[str, str], Part], tables: Mapping[str, tuple[Question, ...]]) -> None:
    """Refuse a part that fits only answers which nobody asks for."""
    for part in parts.values():
        for table, fitting in part.fits.items():
            for key in fitting.keys() - {question.key for question in tables.get(table, ())}:
                raise HoldfastError(
                    f"[fits.{table}.{key}] is no option", where=f"{part.path}/part.toml", todo="mend the name"
                )


def _check_switches(parts: Mapping[tuple[str, str], Part], tables: Mapping[str, Iterable[Question]]) -> None:
    """Refuse an optional part that no answer brings, and a switch where something else brings the part."""
    for part in parts.values():
        where, switch = f"{part.path}/part.toml", ".".join(filter(None, part.switch))
        if part.group != OPTIONAL:
            if part.switch[0]:
                raise HoldfastError(
                    "it has a switch, and is none of template/optional", where=where, todo="remove it, or move the part"
                )
            continue
        found = (question for question in tables.get(part.switch[0], ()) if question.key == part.switch[1])
        if not any(question.type == "boolean" and question.default is not None for question in found):
            raise HoldfastError(
                f"its switch is {shown(switch)}, and no table asks for such a boolean with a default",
                where=where,
                todo="mend it",
            )
