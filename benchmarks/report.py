"""docs/benchmarks.md: what was measured, and whether it holds the targets."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks import guard_report, living, privileges, shipped
from benchmarks.guard import Costs
from benchmarks.living import Living
from benchmarks.measure import Figures
from benchmarks.privileges import Measured


@dataclass(frozen=True)
class Results:
    """Everything that was measured; `rendered` is the engine alone, by number of functions."""

    versions: Mapping[str, str]
    files: int
    made: Mapping[str, Figures]
    helped: Mapping[str, Figures]
    rendered: Mapping[int, Figures]
    rounds: int
    engine_rounds: int
    guard: Costs
    privileges: Measured
    shipped: shipped.Measured
    living: Living


def page(results: Results) -> tuple[str, list[str]]:
    """The page, and the targets that were missed."""
    targets = _targets(results)
    lines = [
        "# Benchmarks",
        "",
        "`make bench` writes this page. Medians of interleaved runs, wall clock, each command a process of its own,",
        "installed as users install it. cookiecutter and copier render templates made from the very files that",
        "holdfast writes; what they write is compared byte by byte before anything is measured. Powertools' handlers",
        "are written as its documentation has them.",
        "",
        f"{_machine()}. {', '.join(f'{name} {version}' for name, version in results.versions.items())}.",
        "",
        *_table(f"Create a project of {results.files} files ({results.rounds} runs)", results.made),
        *_table(f"`--help` ({results.rounds} runs)", results.helped),
        f"## The engine alone ({results.engine_rounds} runs)",
        "",
        "| functions | render | per function | each more | peak memory |",
        "|---|---|---|---|---|",
        *_engine(results.rendered),
        "",
        *living.table(results.living),
        *guard_report.tables(results.guard),
        *shipped.tables(results.shipped),
        *privileges.tables(results.privileges),
        "## Targets",
        "",
        *(f"- {target}: {'held' if held else '**missed**'}" for target, held in targets.items()),
    ]
    return "\n".join(lines) + "\n", [target for target, held in targets.items() if not held]


def _targets(results: Results) -> dict[str, bool]:
    small, large, *_ = results.rendered
    each = {count: figures.seconds / count for count, figures in results.rendered.items()}
    steps = list(_steps(results.rendered).values())
    return {
        "`new` takes at most 1.3 × cookiecutter's time": _ratio(results.made, "cookiecutter") <= 1.3,
        "`new` is faster than copier": _ratio(results.made, "copier") < 1,
        "`--help` is faster than cookiecutter's": _ratio(results.helped, "cookiecutter") < 1,
        f"a function of {large} takes at most 1.5 × one of {small}": each[large] <= 1.5 * each[small],
        "nor does each further one, so that growth stays linear": steps[-1] <= 1.5 * steps[0],
        "the engine stays below 120 MiB": max(figures.mebibytes for figures in results.rendered.values()) < 120,
        **living.targets(results.living),
        **guard_report.targets(results.guard),
        **shipped.targets(results.shipped),
        **privileges.targets(results.privileges),
    }


def _ratio(figures: Mapping[str, Figures], peer: str) -> float:
    return figures["holdfast"].seconds / figures[peer].seconds


def _steps(rendered: Mapping[int, Figures]) -> dict[int, float]:
    """What each further function costs, between one number of functions and the next."""
    return {
        large: (rendered[large].seconds - rendered[small].seconds) / (large - small)
        for small, large in pairwise(rendered)
    }


def _table(title: str, figures: Mapping[str, Figures]) -> list[str]:
    unit = figures["holdfast"].seconds
    rows = [
        f"| {name} | {one.seconds * 1000:.0f} ms | {one.mebibytes:.0f} MiB | {one.seconds / unit:.2f} × |"
        for name, one in figures.items()
    ]
    head = ["| command | time | peak memory | against holdfast's time |", "|---|---|---|---|"]
    return [f"## {title}", "", *head, *rows, ""]


def _engine(rendered: Mapping[int, Figures]) -> list[str]:
    steps = _steps(rendered)
    return [
        f"| {count} | {one.seconds * 1000:.0f} ms | {one.seconds / count * 1000:.1f} ms "
        f"| {f'{steps[count] * 1000:.1f} ms' if count in steps else ''} | {one.mebibytes:.0f} MiB |"
        for count, one in rendered.items()
    ]


def _machine() -> str:
    model = platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        lines = (line.partition(":") for line in cpus.read_text(encoding="utf-8").splitlines())
        model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), model)
    return f"{platform.system()}, {model}, {os.cpu_count()} cores, Python {platform.python_version()}"
