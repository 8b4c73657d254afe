"""A whole service: each function's calls, what they need, and what its role grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.privileges import actions, compare, names, platform, service
from holdfast.privileges.compare import Units
from holdfast.privileges.findings import Need, Place, Records, Unresolved, Verdict
from holdfast.privileges.machine import CodeBase, Machine
from holdfast.privileges.service import Function, Service
from holdfast.privileges.sources import Files, Modules, parse


@dataclass(frozen=True)
class Inspected:
    """One function with what was found in its code, before it is compared.

    `opened` are the needs as they are whatever the template is deployed with.
    """

    function: Function
    needs: tuple[Need, ...]
    unresolved: tuple[Unresolved, ...]
    opened: tuple[Need, ...]


@dataclass(frozen=True)
class Inspection:
    """A service, its functions, and the answer for each."""

    service: Service
    inspected: tuple[Inspected, ...]
    verdicts: tuple[Verdict, ...]


def inspect(root: Path, units: Units = frozenset()) -> Inspection:
    """Read the service in a folder; `units` are sets of actions that stand and fall together."""
    files = Files(root)
    found = service.read(root, files)
    bases: dict[tuple[Path, ...], CodeBase] = {}
    inspected = tuple(_inspected(function, found, files, bases) for function in found.functions)
    verdicts = tuple(_verdict(one, found, units) for one in inspected)
    return Inspection(found, inspected, verdicts)


def _inspected(function: Function, found: Service, files: Files, bases: dict[tuple[Path, ...], CodeBase]) -> Inspected:
    records = Records()
    if function.problem:
        records.unresolved[Unresolved(Place(found.file), f"{function.logical}: {function.problem}")] = None
    elif function.inline:
        base = CodeBase(Modules(files, ()))
        base.modules.add(parse("index", found.file, function.inline, is_package=False))
        records = calls(base, function.handler, Place(found.file))
    else:
        base = bases.setdefault(function.folders, CodeBase(Modules(files, function.folders)))
        records = calls(base, function.handler, Place(found.file))
    opened = {need: None for call in records.calls for need in actions.opened(call, function.opened)}
    return Inspected(function, *_needs(records, function), tuple(opened))


def calls(base: CodeBase, handler: str, place: Place) -> Records:
    """Everything that a handler (`package.module.function`) reaches."""
    module, _, name = handler.rpartition(".")
    machine = Machine(base)
    source = base.modules.find(module.replace("/", "."))
    if source is None:
        machine.records.unresolved[Unresolved(place, f"the handler's module {module!r} is not there")] = None
    elif not machine.run_handler(source, name) and not source.problem:
        what = f"the handler {name!r} is not there"
        machine.records.unresolved[Unresolved(Place(source.file), what)] = None
    return machine.records


def _needs(records: Records, function: Function) -> tuple[tuple[Need, ...], tuple[Unresolved, ...]]:
    wanted: dict[Need, None] = {}
    doubts = dict(records.unresolved)
    for call in records.calls:
        for one in actions.needs(call, function.environment):
            if isinstance(one, Need):
                wanted[one] = None
            else:
                doubts[one] = None
    told = {replace(one, services=tuple(sorted({names.prefix(s) for s in one.services}))) for one in doubts}
    return tuple(wanted), tuple(sorted(told))


def _verdict(one: Inspected, found: Service, units: Units) -> Verdict:
    function, doubts = one.function, list(one.unresolved)
    used = tuple(sorted({need.action for need in one.needs if not need.optional}))
    role = function.role
    if role is None:
        what = f"the role of {function.logical} is not in the project, so nothing can be compared"
        return Verdict(function.name, used, unresolved=(*doubts, Unresolved(Place(found.file), what)))
    if function.problem:
        return Verdict(function.name, used, unresolved=tuple(doubts))
    lacking = compare.missing(one.needs, role.statements)
    if role.unknown:
        doubts += _unknown(role.unknown, (gap.action for gap in lacking), found.file)
        lacking = ()
    platforms = platform.needs(function, found)
    everything, opened = [*one.needs, *platforms], [*one.opened, *platforms]
    idle = compare.unused(everything, role.statements, one.unresolved, units, opened)
    return Verdict(function.name, used, lacking, idle, tuple(sorted(set(doubts))))


def _unknown(policies: Iterable[str], lacking: Iterable[str], file: str) -> list[Unresolved]:
    """A policy that nobody can look into may grant what is missing."""
    gaps = ", ".join(sorted(set(lacking)))
    extra = f": it may grant {gaps}" if gaps else ""
    return [Unresolved(Place(file), f"what the policy {policy} grants is not known{extra}") for policy in policies]
