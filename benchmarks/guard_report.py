"""The tables and targets of what the guard costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks import guard
from benchmarks.guard import Bomb, Costs, Import, Pair

#: Why the whole handler has no target.
_WHY = (
    "Logging nothing, without metrics and tracing. The target is that of parsing; the whole handler is more, because",
    "it does what the stock one leaves out. Each record of a batch is parsed, called, judged and reported on its own,",
    "with its id in every line that is logged meanwhile; the Parser calls the function once, for all of them or none.",
    "Each invocation sets other libraries' loggers and Python's own hooks back to what prints no value. An answer is",
    "written out as JSON inside the boundary, where an error in it is the function's and says nothing.",
)


def tables(costs: Costs) -> list[str]:
    """What was measured, as Markdown."""
    return [
        f"## Import of a handler ({guard.ROUNDS} runs)",
        "",
        "Each a fresh process of Python 3.13 with bytecode at hand, in the environment of its lock, for functions",
        "without grants: one that has some imports boto3 as well. Both sides have the same Powertools and pydantic.",
        "The import alone, and the whole process.",
        "",
        *_imports(costs.imported),
        "",
        "A handler loads no event source but its own:",
        "",
        *(f"- `{name}`: {', '.join(modules)}" for name, modules in costs.loaded.items()),
        "",
        *_pairs("One event, until it is parsed", costs.parsed),
        *_pairs("One event, the whole handler around an empty function", costs.handled),
        *_WHY,
        "",
        f"## A cold start, by backend ({guard.ROUNDS} runs)",
        "",
        "The import of the default service's handler as in Lambda, where a backend gets ready: `otlp` makes its",
        "exporter and reads its key, here from a Secrets Manager on the same machine; one with a layer has the layer's",
        "packages. A layer's extension, which is a process of its own, is no part of it.",
        "",
        *_backends(costs.backends),
        "",
        "## A gzip bomb: CloudWatch Logs, 200 MB",
        "",
        "| | extra memory | time | |",
        "|---|---|---|---|",
        *(_bomb(name, bomb) for name, bomb in costs.bombs.items()),
        "",
    ]


def targets(costs: Costs) -> dict[str, bool]:
    """Every target, and whether it is held."""
    half = costs.imported[guard.STOCK].seconds / 2
    ours = costs.bombs[guard.OURS]
    return {
        "importing a generated handler takes at most half of one with Logger, Metrics, Tracer and Parser": all(
            costs.imported[name].seconds <= half for name in (guard.HTTP, guard.QUEUE)
        ),
        "a handler loads no event source but its own": all(len(modules) == 1 for modules in costs.loaded.values()),
        **{
            f"{name}: parsed in at most 2 × the stock parser's time": pair.ratio <= 2
            for name, pair in costs.parsed.items()
        },
        "the bomb is refused within 40 MiB and 100 ms": ours.refused and ours.mebibytes < 40 and ours.seconds < 0.1,
    }


def _imports(imported: Mapping[str, Import]) -> Iterator[str]:
    unit = imported[guard.STOCK]
    yield "| | import | against all of Powertools | process | against it | peak memory |"
    yield "|---|---|---|---|---|---|"
    for name, one in imported.items():
        import_, process = one.seconds / unit.seconds, one.process / unit.process
        yield (
            f"| {name} | {one.seconds * 1000:.0f} ms | {import_:.2f} × "
            f"| {one.process * 1000:.0f} ms | {process:.2f} × | {one.mebibytes:.0f} MiB |"
        )


def _backends(measured: Mapping[str, Import]) -> Iterator[str]:
    unit = next(iter(measured.values()))
    yield f"| backend | import | beyond {next(iter(measured))} | process | peak memory |"
    yield "|---|---|---|---|---|"
    for name, one in measured.items():
        more = (one.seconds - unit.seconds) * 1000
        yield (
            f"| {name} | {one.seconds * 1000:.0f} ms | {more:+.0f} ms "
            f"| {one.process * 1000:.0f} ms | {one.mebibytes:.0f} MiB |"
        )


def _pairs(title: str, pairs: Mapping[str, Pair]) -> Iterator[str]:
    yield from (f"## {title}", "", "| event | holdfast | Powertools' Parser | |", "|---|---|---|---|")
    for name, pair in pairs.items():
        yield f"| {name} | {pair.ours * 1e6:.1f} µs | {pair.theirs * 1e6:.1f} µs | {pair.ratio:.2f} × |"
    yield ""


def _bomb(name: str, bomb: Bomb) -> str:
    outcome = "refused" if bomb.refused else "passes"
    return f"| {name} | {bomb.mebibytes:.0f} MiB | {bomb.seconds * 1000:.0f} ms | {outcome} |"
