"""Lambda around a handler: AWS's own runtime interface client as a process, and the runtime API that it asks, on loopback.

SQS is there too, as far as sources of streams need it to set records aside, and Secrets Manager with one key.
The client is the program that calls handlers inside Lambda; what it posts and prints here, it posts and prints there.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

from support import tools

LOCK = Path(__file__).with_name("runtime.txt")
_ROOT = "/2018-06-01/runtime"
#: What each secret is.
KEY = "key-0f1e2d3c4b5a"
TRACE = "1-65943e2f-1a2b3c4d5e6f708192a3b4c5"
#: Lambda's own span of an invocation.
ABOVE = "53995c3f42cd8ad8"
#: What whoever invokes a function himself may hand over beside an event.
CANARY = "canary7d1f0c2e5b"
_BESIDE = {
    "x-datadog-trace-id": "4242424242",
    "x-datadog-parent-id": "4343434343",
    "x-datadog-sampling-priority": "2",
    "x-datadog-origin": CANARY,
    "x-datadog-tags": f"_dd.p.canary={CANARY}",
    "traceparent": "00-4242424242424242424242424242424a-424242424242424a-01",
    "tracestate": f"dd=s:2;o:{CANARY};t.canary:{CANARY}",
    "baggage": f"user.id={CANARY}",
    "newrelic": CANARY,
}
_CLIENT = json.dumps({"custom": _BESIDE | {"_datadog": _BESIDE}, "client": {"app_title": CANARY}, "env": _BESIDE})
#: Lambda's quota for the answer of a synchronous invocation.
_LARGEST_ANSWER = 6 * 1024 * 1024 + 100
_PATIENCE = 30.0
_FRAME_HEAD = 16


@dataclass(frozen=True)
class Posted:
    """What the client posted about one invocation, or about its start: the path's last word, and all of the request."""

    outcome: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)

    @property
    def everything(self) -> str:
        return f"{dict(self.headers)}\n{self.body.decode('utf-8', 'replace')}"


@dataclass(frozen=True)
class Frame:
    """One message of the client to Lambda's log: its four bytes of type and level, and its text."""

    kind: int
    text: str


@dataclass
class Session:
    """All that could be seen of a process: a `Posted` for each event in turn, its start's, and what it printed."""

    posted: list[Posted] = field(default_factory=list)
    start: Posted | None = None
    stdout: str = ""
    stderr: str = ""
    frames: list[Frame] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    secrets_read: list[str] = field(default_factory=list)

    @property
    def printed(self) -> str:
        return "\n".join([self.stdout, self.stderr, *(frame.text for frame in self.frames)])

    @property
    def everything(self) -> str:
        posted = [*self.posted, *([self.start] if self.start else [])]
        return "\n".join([self.printed, *(one.everything for one in posted)])


class RuntimeApi(ThreadingHTTPServer):
    """Hands out `events` (their JSON) one by one, and keeps what is posted; after the last one it lets the client wait."""

    daemon_threads = True

    def __init__(self, events: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.events = events
        self.session = Session()
        self.given = 0
        #: Nothing more will come from the client: it waits for an event, or said that it could not start.
        self.done = threading.Event()
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Requests(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    # An answer in one packet, at once: otherwise each waits for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        assert self.path == f"{_ROOT}/invocation/next", self.path
        number = self.server.given
        if number == len(self.server.events):
            self.server.done.set()
            self.server.closing.wait()
            self.close_connection = True
            return
        self.server.given += 1
        self._answer(
            200,
            self.server.events[number].encode("utf-8", "surrogatepass"),
            {
                "Lambda-Runtime-Aws-Request-Id": request_id(number),
                "Lambda-Runtime-Deadline-Ms": str(round(time.time() * 1000) + 60_000),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:111122223333:function:bench",
                "Lambda-Runtime-Trace-Id": f"Root={TRACE};Parent={ABOVE};Sampled=1",
                "Lambda-Runtime-Client-Context": _CLIENT,
            },
        )

    def do_POST(self) -> None:
        posted = Posted(self.path.rpartition("/")[2], dict(self.headers), self._body())
        if self.headers.get("x-amz-target") == "AmazonSQS.SendMessageBatch":
            entries = json.loads(posted.body)["Entries"]
            self.server.session.set_aside += [entry["MessageBody"] for entry in entries]
            taken = [{"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": ""} for entry in entries]
            self._answer(200, json.dumps({"Successful": taken}).encode(), {})
            return
        if self.headers.get("x-amz-target") == "secretsmanager.GetSecretValue":
            self.server.session.secrets_read.append(json.loads(posted.body)["SecretId"])
            self._answer(200, json.dumps({"Name": "key", "SecretString": KEY}).encode(), {})
            return
        if self.path == f"{_ROOT}/init/error":
            self.server.session.start = posted
            self.server.done.set()
        else:
            number = len(self.server.session.posted)
            assert self.path == f"{_ROOT}/invocation/{request_id(number)}/{posted.outcome}", self.path
            self.server.session.posted.append(posted)
        self._answer(413 if len(posted.body) > _LARGEST_ANSWER else 202, b'{"status":"OK"}', {})

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers["content-length"]))
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in (
            {"Content-Type": "application/json", "Content-Length": str(len(body))} | dict(headers)
        ).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


def request_id(number: int) -> str:
    """The id of the invocation with the event of this number."""
    return f"8476a536-e9f4-11e8-9739-{number:012}"


def commands(lock: str) -> Path:
    """The commands of an environment with the client and what `lock`, the service's own, lists."""
    return tools.environment(f"{lock}\n{LOCK.read_text(encoding='utf-8')}", ("3.13", "3.12", "3.11", "3.14"))


def invoke(
    python: str, folder: Path, handler: str, events: Sequence[str], env: Mapping[str, str], *, framed: bool = False
) -> Session:
    """Start the client for `handler` in `folder`, give it `events`, and end it when it has answered all of them.

    `framed` gives it a log of its own beside standard output, as Lambda does.
    """
    with ExitStack() as stack:
        out, err, log = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        api = stack.enter_context(_serving(RuntimeApi(events)))
        own = {
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_ENDPOINT_URL": f"http://{api.address}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        process = subprocess.Popen(
            [python, "-m", "awslambdaric", handler],
            cwd=folder,
            env={**own, **env, **({"_LAMBDA_TELEMETRY_LOG_FD": str(log.fileno())} if framed else {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            pass_fds=[log.fileno()],
        )
        try:
            _wait(process, api)
        finally:
            process.terminate()
            # The client waits in code that is not Python's: a library's own handler of the signal runs when it gets an end.
            api.closing.set()
            process.wait(_PATIENCE)
        session = api.session
        session.stdout, session.stderr = (_content(file).decode("utf-8", "replace") for file in (out, err))
        session.frames = list(_frames(_content(log)))
    return session


@contextmanager
def _serving(api: RuntimeApi) -> Iterator[RuntimeApi]:
    with api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield api
        api.closing.set()
        api.shutdown()
        thread.join()


def _wait(process: subprocess.Popen[bytes], api: RuntimeApi) -> None:
    """Until the client has nothing to do, or has gone."""
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and not api.done.wait(0.02):
        assert time.monotonic() < end, f"{api.given} of {len(api.events)} events taken, and no answer"
    if api.session.start:
        process.wait(_PATIENCE)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _frames(log: bytes) -> Iterator[Frame]:
    """Each frame: type and level in four bytes, the length of its text in four, eight of time, the text."""
    while log:
        kind, length = struct.unpack(">II", log[:8])
        yield Frame(kind, log[_FRAME_HEAD : _FRAME_HEAD + length].decode("utf-8"))
        log = log[_FRAME_HEAD + length :]
