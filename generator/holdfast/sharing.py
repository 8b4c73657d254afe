"""What parts have of template/shared: nobody asks for those; other parts use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from holdfast.errors import HoldfastError, shown
from holdfast.model import Question
from holdfast.parts import SHARED, Part


def sharing(part: Part, parts: Mapping[tuple[str, str], Part]) -> Part:
    """`part` with what the shared parts that it uses ask, need and narrow; its own word counts first."""
    used = reachable(part.uses, part, parts)
    asked: dict[str, Question] = {}
    narrowed: dict[str, Mapping[str, object]] = {}
    for each in (part, *used.values()):
        for question in each.options:
            asked.setdefault(question.key, question)
        for key, narrowing in each.function.items():
            narrowed.setdefault(key, narrowing)
    needs = dict.fromkeys(need for each in (part, *used.values()) for need in each.needs)
    return replace(part, uses=tuple(used), options=tuple(asked.values()), needs=tuple(needs), function=narrowed)


def reachable(names: Iterable[str], part: Part, parts: Mapping[tuple[str, str], Part]) -> dict[str, Part]:
    """The shared parts of these names and those that they use, by name."""
    used: dict[str, Part] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if (SHARED, name) not in parts:
            raise HoldfastError(
                f"it uses {shown(name)}, and template/shared has no such folder",
                where=f"{part.path}/part.toml",
                todo="mend the name",
            )
        if name not in used:
            used[name] = parts[SHARED, name]
            waiting += used[name].uses
    return used
