"""Handlers of a generated service inside AWS's own runtime interface client: what it posts, what it prints, and what not."""

from __future__ import annotations

import base64
import functools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import goldens, runtime_api
from support import runtime_cases as cases
from support.runtime_api import Posted, Session, request_id

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's client is built for Linux alone")

#: One event source of each family, by what becomes of an error.
KINDS = ("http-api", "sqs", "kinesis", "schedule")
#: As Lambda runs a function with JSON logs, and with text logs; and as a container without Lambda's own log runs it.
MODES = {"json": ("JSON", True), "text": ("TEXT", True), "stdout": ("JSON", False)}
CANARY = cases.CANARY
INNER = json.dumps({CANARY: CANARY})
ENCODED = base64.b64encode(INNER.encode()).decode()

#: Other modes where the runtime prints: for an error that leaves the handler, and beside what the handler prints.
SESSIONS = [*((kind, "json") for kind in KINDS), ("sqs", "stdout"), ("schedule", "stdout"), ("schedule", "text")]
each_session = pytest.mark.parametrize(("kind", "mode"), SESSIONS)
each_kind = pytest.mark.parametrize("kind", KINDS)


@dataclass(frozen=True)
class Service:
    """A service on disk, its one function, and the Python that has the client and the service's own lock."""

    folder: Path
    module: str
    python: str

    @property
    def sample(self) -> str:
        return (self.folder / f"events/{self.module}.json").read_text(encoding="utf-8")

    @property
    def handler(self) -> str:
        """What template.yaml tells Lambda to call."""
        found = re.search(r"^      Handler: (\S+)$", (self.folder / "template.yaml").read_text("utf-8"), re.MULTILINE)
        assert found
        return found[1]

    def write(self, text: str) -> None:
        path = next(self.folder.glob(f"src/*/functions/{self.module}/handler.py"))
        path.write_text(text, encoding="utf-8")

    def read(self) -> str:
        return next(self.folder.glob(f"src/*/functions/{self.module}/handler.py")).read_text(encoding="utf-8")

    def run(self, events: list[str], mode: str, handler: str = "", **more: str) -> Session:
        form, framed = MODES[mode]
        env = {
            "API_TOKEN": CANARY,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_LOG_FORMAT": form,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "FAILURES_QUEUE": "https://sqs.eu-west-1.amazonaws.com/111122223333/failures",
            "LAMBDA_TASK_ROOT": "/var/task",
            "LOG_LEVEL": "INFO",
            "POWERTOOLS_SERVICE_NAME": "bench",
            **({"AWS_LAMBDA_LOG_LEVEL": "INFO"} if form == "JSON" else {}),
            **more,
        }
        return runtime_api.invoke(self.python, self.folder / "src", handler or self.handler, events, env, framed=framed)


@pytest.fixture(scope="module")
def services(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Service]:
    """The service with the event source's own example; its handler does what runtime_cases asks for, then its own."""

    @functools.cache
    def made(kind: str) -> Service:
        place = tmp_path_factory.mktemp("runtime") / kind
        place.mkdir()
        text = goldens.specs(catalogue)[f"events-{kind}"]
        tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
        (handler,) = place.glob("src/*/functions/*/handler.py")
        # Lambda brings boto3 along; here it comes with the service's tools.
        commands = runtime_api.commands((place / "requirements-dev.txt").read_text(encoding="utf-8"))
        service = Service(place, handler.parent.name, str(commands / "python"))
        shutil.copy(cases.__file__, handler.parents[2] / "cases.py")
        first = "    log.info("
        written = service.read()
        assert written.count(first) == 1
        asked = "    if action := cases.action(context.aws_request_id):\n        return action()  # type: ignore\n"
        service.write(f"from ... import cases\n{written.replace(first, asked + first)}")
        return service

    return made


@pytest.fixture(scope="module")
def sessions(services: Callable[[str], Service]) -> Callable[[str, str], Session]:
    """What became of all cases, of the sample event and of hostile ones, in one process each."""

    @functools.cache
    def made(kind: str, mode: str) -> Session:
        return services(kind).run(_events(services(kind).sample), mode)

    return made


def _events(sample: str) -> list[str]:
    return [sample] * (len(cases.ACTIONS) + 1) + list(_hostile(sample))


def _hostile(sample: str) -> Iterator[str]:
    """Events that are none: a canary with what no text may hold in each place, wrong types, and no JSON at all."""
    event = json.loads(sample)
    for place in _leaves(event):
        for value in (f"{CANARY}\x00", f"{CANARY}\ud800", {CANARY: CANARY}, INNER, ENCODED):
            yield json.dumps(_with(event, place, value))
    yield from ("null", "[]", f'"{CANARY}"', "1e999", f'{{"{CANARY}": "{CANARY}"}}', f'{{"Records": ["{CANARY}"]}}')
    yield from (f"{CANARY}", f'{{"a": "{CANARY}', "[" * 100_000, f'{{"{CANARY}": ' * 50_000, f'"{CANARY}\ud800"')


def _leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(child, (*place, key))
    else:
        yield place


def _with(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = _with(value[place[0]], place[1:], new)
    return copy


@each_session
def test_every_invocation_is_answered_by_one_process(
    kind: str, mode: str, sessions: Callable[[str, str], Session], services: Callable[[str], Service]
) -> None:
    session = sessions(kind, mode)
    assert session.start is None
    assert len(session.posted) == len(_events(services(kind).sample)), session.printed


@each_session
def test_no_value_is_posted_or_printed(kind: str, mode: str, sessions: Callable[[str, str], Session]) -> None:
    """Whatever fails: the answer, the error and its trace, the fault for X-Ray, the log and standard error."""
    session = sessions(kind, mode)
    for name, posted in zip([case.__name__ for case in cases.ACTIONS], session.posted, strict=False):
        assert CANARY not in posted.everything, name
    assert CANARY not in session.everything
    assert ENCODED not in session.everything


@pytest.mark.parametrize(("kind", "mode"), [one for one in SESSIONS if MODES[one[1]][0] == "JSON"])
def test_every_line_is_json(kind: str, mode: str, sessions: Callable[[str, str], Session]) -> None:
    session = sessions(kind, mode)
    assert session.stderr == ""
    assert _lines(session)
    assert all(isinstance(json.loads(line), dict) for line in _lines(session))
    assert bool(session.frames) == (mode == "json")


def _lines(session: Session) -> list[str]:
    return [*session.stdout.splitlines(), *(frame.text for frame in session.frames)]


def _answered(status: int, posted: Posted) -> None:
    assert posted.outcome == "response"
    assert isinstance(posted.json, dict)
    assert posted.json["statusCode"] == status


def _reported(count: int, posted: Posted) -> None:
    assert posted.outcome == "response"
    assert isinstance(posted.json, dict)
    assert len(posted.json["batchItemFailures"]) == count


def _raised(number: int, posted: Posted) -> None:
    assert posted.outcome == "error"
    assert isinstance(posted.json, dict)
    assert posted.json["errorType"] == "FunctionFailed"
    assert re.fullmatch(rf"\w+, correlation id {request_id(number)}", posted.json["errorMessage"])
    assert posted.headers["Lambda-Runtime-Function-Xray-Error-Cause".lower()]


def _returned(posted: Posted) -> None:
    assert posted.outcome == "response"


FAILED: dict[str, Callable[[int, Posted], None]] = {
    "http-api": lambda _number, posted: _answered(500, posted),
    "sqs": lambda _number, posted: _reported(1, posted),
    "kinesis": lambda _number, posted: _reported(1, posted),
    "schedule": _raised,
}
DONE: dict[str, Callable[[Posted], None]] = {
    "http-api": lambda posted: _answered(204, posted),
    "sqs": lambda posted: _reported(0, posted),
    "kinesis": lambda posted: _reported(0, posted),
    "schedule": _returned,
}
#: Where an answer goes nowhere, none is too strange.
SENT = ("http-api", "schedule")


@each_session
def test_an_error_is_reported_as_its_source_wants_it(
    kind: str, mode: str, sessions: Callable[[str, str], Session]
) -> None:
    """And leaves one line in the log, with the id that the caller or the dead-letter queue sees."""
    session = sessions(kind, mode)
    failing = cases.ERRORS + (cases.UNSENDABLE if kind in SENT else ())
    logged = [json.loads(line) for line in _lines(session) if '"function_failed"' in line]
    for number, case in enumerate(cases.ACTIONS):
        if case in failing:
            FAILED[kind](number, session.posted[number])
        elif case is not cases.not_a_number:
            DONE[kind](session.posted[number])
        ids = [line for line in logged if line["correlation_id"] == request_id(number)]
        assert len(ids) == (case in failing), case.__name__


@each_kind
def test_the_sample_is_handled(kind: str, sessions: Callable[[str, str], Session]) -> None:
    """By the generated handler itself, which logs that it is done."""
    session = sessions(kind, "json")
    number = len(cases.ACTIONS)
    assert session.posted[number].outcome == "response"
    lines = [json.loads(line) for line in _lines(session)]
    (line,) = [line for line in lines if line.get("correlation_id") == request_id(number)]
    assert line["message"].endswith(" done")
    assert line["xray_trace_id"] == "1-65943e2f-1a2b3c4d5e6f708192a3b4c5"


def test_what_a_stream_refused_is_in_its_failure_queue(sessions: Callable[[str, str], Session]) -> None:
    session = sessions("kinesis", "json")
    rejected = [json.loads(line) for line in _lines(session) if '"event_rejected"' in line]
    kept = [json.loads(message) for message in session.set_aside]
    assert kept
    assert {(one["source"], one["stage"]) for one in kept} == {("kinesis", "envelope"), ("kinesis", "payload")}
    assert {one["correlation_id"] for one in kept} <= {line["correlation_id"] for line in rejected}


@pytest.mark.parametrize("case", cases.ENDINGS, ids=lambda case: case.__name__)
def test_an_end_of_the_process_says_nothing(case: Callable[[], object], services: Callable[[str], Service]) -> None:
    """An answer that Lambda does not take, an interrupt: the client ends, and prints where it stood."""
    service = services("schedule")
    session = service.run([service.sample] * 2, "json", CASE=case.__name__)
    assert len(session.posted) < 2
    assert session.stderr
    assert CANARY not in session.printed


SECRET = 'os.environ["API_TOKEN"]'
IMPORTS = {
    "ValueError": f"raise ValueError({SECRET})",
    "ImportError": f"raise ImportError({SECRET})",
    "KeyError": f"try:\n    raise ValueError({SECRET})\nexcept ValueError as error:\n    raise KeyError({SECRET}) from error",
    "SystemExit": f"raise SystemExit({SECRET})",
    "SyntaxError": f"exec({SECRET} + ' ' + {SECRET})",
}


@pytest.fixture
def broken(services: Callable[[str], Service], tmp_path: Path) -> Callable[[str], Service]:
    """A service whose handler.py begins with some code."""

    def made(code: str) -> Service:
        service = services("schedule")
        folder = shutil.copytree(service.folder, tmp_path / "service")
        found = Service(folder, service.module, service.python)
        found.write(f"import os\nimport warnings\n{code}\n{service.read()}")
        return found

    return made


@pytest.mark.parametrize("error", IMPORTS)
def test_a_handler_that_cannot_be_imported_says_nothing(error: str, broken: Callable[[str], Service]) -> None:
    """The runtime would print the error, its message and the code around it; guard.entry puts a clean one in its place."""
    service = broken(IMPORTS[error])
    package = next(service.folder.glob("src/*/guard")).parent.name
    session = service.run([service.sample], "json", f"{package}.guard.entry.{service.module}")
    assert session.start
    assert isinstance(session.start.json, dict)
    assert (session.start.json["errorType"], session.start.json["errorMessage"]) == ("NotImported", error)
    assert CANARY not in session.everything
    logged = [json.loads(line) for line in _lines(session)]
    (line,) = [line for line in logged if line.get("message") == "function_failed"]
    assert (line["error"], line["place"].split(":")[0]) == (error, f"functions/{service.module}/handler.py")


#: What modules of guard call what they use.
TAKEN = ("annotations", "function", "import-module", "kind-of", "log", "place", "re", "sys")


def test_a_function_may_be_called_what_guard_uses(catalogue: Catalogue, tmp_path: Path) -> None:
    """Lambda looks the function's name up in guard.entry: what stands there by this name would be called instead."""
    text = '[project]\nname = "svc"\nowner = "me"\n'
    text += "".join(
        f'[functions.{name}]\nevent = {{ kind = "schedule", schedule = "rate(1 day)" }}\n' for name in TAKEN
    )
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), tmp_path / "svc")
    commands = runtime_api.commands((tmp_path / "svc/requirements-dev.txt").read_text(encoding="utf-8"))
    code = "import sys; from svc.guard import entry; print(*(getattr(entry, name).function.__module__ for name in sys.argv[1:]))"
    words = [str(commands / "python"), "-c", code, *(name.replace("-", "_") for name in TAKEN)]
    env = {"PYTHONPATH": str(tmp_path / "svc/src"), "AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [f"svc.functions.{name.replace('-', '_')}.handler" for name in TAKEN], done.stderr


def test_a_warning_at_import_says_nothing(broken: Callable[[str], Service]) -> None:
    service = broken(f"warnings.warn({SECRET}, stacklevel=1)")
    package = next(service.folder.glob("src/*/guard")).parent.name
    session = service.run([service.sample], "json", f"{package}.guard.entry.{service.module}")
    assert CANARY not in session.printed
    assert '"py.warnings"' in session.printed


def test_what_is_looked_for_would_be_found(broken: Callable[[str], Service]) -> None:
    """Without the guard in between, the same error is posted and printed with all that it says."""
    service = broken(IMPORTS["ValueError"])
    package = next(service.folder.glob("src/*/guard")).parent.name
    session = service.run([service.sample], "json", f"{package}.functions.{service.module}.handler.handler")
    assert session.start
    assert CANARY in session.start.everything
    assert CANARY in session.printed
