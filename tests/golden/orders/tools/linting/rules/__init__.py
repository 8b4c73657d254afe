"""The rules: each module's `check` gives the places in a module that are wrong, and why. Its file's name is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules

from ..code import Module
from ..finding import Span

Said = Iterable[tuple[Span, str]]
Check = Callable[[Module], Said]

RULES: dict[str, Check] = {
    each.name.replace("_", "-"): import_module(f"{__name__}.{each.name}").check for each in iter_modules(__path__)
}
