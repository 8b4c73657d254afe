"""What the guard of a generated service costs, against a handler as the Powertools documentation has it.

What is big is imported late: a process that is started counts the memory of the one that starts it as its own.
"""

from __future__ import annotations

import base64
import json
import re
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from benchmarks import backends
from benchmarks.measure import environment, rotated

HERE = Path(__file__).parent
SERVICE = HERE / "service.toml"
LOCK = HERE / "requirements.txt"
PYTHON = ("3.13",)
ROUNDS = 21
#: What Lambda says to a function: without it, Powertools' Tracer would not start.
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_REGION": "eu-west-1",
    "LAMBDA_TASK_ROOT": "/var/task",
    "POWERTOOLS_SERVICE_NAME": "bench",
}
BARE, HTTP, QUEUE = "Python alone", "generated HTTP handler", "generated queue handler"
STOCK, STOCK_LOGS = "Powertools: Logger, Metrics, Tracer, Parser", "Powertools: Logger, Metrics"
OURS, THEIRS = "holdfast", "Powertools' Parser"
#: Characters that the bomb becomes.
INFLATED = 200_000_000
BOMB_ROUNDS = 5


@dataclass(frozen=True)
class Pair:
    """Seconds, ours and the stock parser's."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


class Import(NamedTuple):
    """Seconds of an import and of the whole process around it, its peak of memory, the event sources that it loaded."""

    seconds: float
    process: float
    mebibytes: float
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Bomb:
    """What one side took for the bomb, beyond what it held before, and whether it refused it."""

    seconds: float
    mebibytes: float
    refused: bool


@dataclass(frozen=True)
class Costs:
    """All figures; `loaded` are the modules of guard.sources that each handler's import loads."""

    imported: Mapping[str, Import]
    loaded: Mapping[str, Sequence[str]]
    parsed: Mapping[str, Pair]
    handled: Mapping[str, Pair]
    bombs: Mapping[str, Bomb]
    backends: Mapping[str, Import]


def measure(place: Path) -> Costs:
    """Render the service into `place` and measure it on Lambda's Python, in the environment of its own lock."""
    from support import tools

    service = _service(place / "bench")
    locked = (service / "requirements.txt").read_text(encoding="utf-8")
    stock = LOCK.read_text(encoding="utf-8")
    _same_versions(locked, stock)
    ours, theirs = (str(tools.environment(lock, PYTHON) / "python") for lock in (locked, stock))
    modules = {path.parent.name: _module(path) for path in sorted(service.glob("src/bench/functions/*/handler.py"))}
    events = json.loads(_printed([ours, str(HERE / "events.py"), str(service)]))
    sources = str(service / "src")
    return Costs(
        _imports(
            {
                BARE: (ours, str(HERE), "sys"),
                HTTP: (ours, sources, modules["web"]),
                QUEUE: (ours, sources, modules["work"]),
                STOCK: (theirs, str(HERE), "stock_handler"),
                STOCK_LOGS: (theirs, str(HERE), "stock_logs"),
            }
        ),
        {name: _import(ours, sources, module).sources for name, module in modules.items()},
        {name: Pair(*found["parsed"]) for name, found in events.items()},
        {name: Pair(*found["handled"]) for name, found in events.items()},
        _bombs(ours, service, place / "bomb.json"),
        _backends(place / "backends"),
    )


def _backends(place: Path) -> dict[str, Import]:
    with backends.secrets_manager() as secrets:
        return _imports(backends.wanted(place, PYTHON, secrets))


def _service(place: Path) -> Path:
    from holdfast import catalogue, project, source, spec, tree

    offered = catalogue.load(source.bundled())
    text = SERVICE.read_text(encoding="utf-8")
    place.mkdir()
    tree.write(project.files(spec.parse(text, offered), text, offered), place)
    return place


def _module(handler: Path) -> str:
    return f"bench.functions.{handler.parent.name}.handler"


def _same_versions(locked: str, stock: str) -> None:
    """Both sides must run on the same Powertools and the same pydantic, or the figures say nothing."""
    pins = re.compile(r"^(aws-lambda-powertools|pydantic|pydantic-core)==(\S+)", re.MULTILINE)
    if sorted(pins.findall(locked)) != sorted(pins.findall(stock)):
        sys.exit(
            f"{LOCK.name} and the services' lock differ in Powertools or pydantic: run `make lock` and `make locks`"
        )


def _imports(wanted: Mapping[str, tuple[str, str, str] | backends.Wanted]) -> dict[str, Import]:
    """The medians of all, taken in turn, after one round that warms up: it writes the bytecode."""
    found: dict[str, list[Import]] = {name: [] for name in wanted}
    for turn in range(ROUNDS + 1):
        for name in rotated(list(wanted), turn):
            one = _import(*wanted[name])
            if turn:
                found[name].append(one)
    return {name: _median(runs) for name, runs in found.items()}


def _median(runs: Sequence[Import]) -> Import:
    return Import(
        statistics.median(one.seconds for one in runs),
        statistics.median(one.process for one in runs),
        statistics.median(one.mebibytes for one in runs),
        runs[0].sources,
    )


def _import(python: str, folder: str, module: str, env: Mapping[str, str] = MappingProxyType({})) -> Import:
    start = time.perf_counter()
    found = json.loads(_printed([python, str(HERE / "importing.py"), folder, module], env).splitlines()[-1])
    process = time.perf_counter() - start
    names = tuple(name.rpartition(".")[2] for name in found["sources"])
    return Import(found["seconds"], process, found["mebibytes"], names)


def _bombs(python: str, service: Path, file: Path) -> dict[str, Bomb]:
    """The medians of both sides, each run a process of its own."""
    sample = json.loads((service / "events/logs.json").read_text(encoding="utf-8"))
    file.write_text(json.dumps([sample, {"awslogs": {"data": _inflating()}}]), encoding="utf-8")
    found: dict[str, list[Bomb]] = {OURS: [], THEIRS: []}
    for _ in range(BOMB_ROUNDS):
        for name, words in ((OURS, [str(service)]), (THEIRS, [])):
            found[name].append(Bomb(**json.loads(_printed([python, str(HERE / "bomb.py"), str(file), *words]))))
    return {name: sorted(bombs, key=lambda bomb: bomb.seconds)[BOMB_ROUNDS // 2] for name, bombs in found.items()}


def _inflating() -> str:
    """A message of CloudWatch Logs as a subscription sends it: small, until it is decompressed."""
    event = {"id": "1", "timestamp": 1767351600000, "message": ""}
    told = {"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/a", "logStream": "b"}
    before, after = json.dumps({**told, "subscriptionFilters": ["c"], "logEvents": [event]}).rsplit('""', 1)
    packer = zlib.compressobj(9, wbits=31)
    parts = [
        packer.compress(f'{before}"'.encode()),
        *(packer.compress(b"A" * 1_000_000) for _ in range(INFLATED // 1_000_000)),
    ]
    return base64.b64encode(b"".join([*parts, packer.compress(f'"{after}'.encode()), packer.flush()])).decode()


def _printed(words: Sequence[str], env: Mapping[str, str] = MappingProxyType({})) -> str:
    every = {**environment(), **LAMBDA, **env}
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env=every).stdout
