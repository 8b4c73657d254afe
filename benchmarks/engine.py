"""The engine alone: load, parse and render a service of N functions; prints seconds and peak memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time

from holdfast import catalogue, render, source, spec


def text(functions: int) -> str:
    """A spec with `functions` functions: event sources in turn, a table for ten, a queue for each that wants one."""
    tables = [f'[resources.table-{n}]\nkind = "table"' for n in range(0, functions, 10)]
    queues = [f'[resources.queue-{n}]\nkind = "queue"' for n in range(1, functions, 3)]
    events = (
        'kind = "http-api", route = "POST /things/{n}"',
        'kind = "sqs", queue = "queue-{n}"',
        'kind = "schedule", schedule = "rate(1 day)"',
    )
    bodies = [
        f"[functions.function-{n}]\nevent = {{ {events[n % 3].replace('{n}', str(n))} }}\n"
        f'grants = ["table-{n - n % 10}:get", "table-{n - n % 10}:put"]'
        for n in range(functions)
    ]
    return "\n\n".join(['[project]\nname = "big"\nowner = "team"', *tables, *queues, *bodies])


def main(functions: int) -> None:
    """Print what one render of `functions` functions takes; the limit of a stack's resources is set aside."""
    render.MOST_RESOURCES = sys.maxsize
    offered = catalogue.load(source.bundled())
    wanted = spec.parse(text(functions), offered)
    start = time.perf_counter()
    files = render.render(wanted, offered)
    seconds = time.perf_counter() - start
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    sys.stdout.write(json.dumps({"seconds": seconds, "mebibytes": peak, "files": len(files)}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
