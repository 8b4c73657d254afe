"""What takes spans, on loopback: X-Ray's daemon, and a receiver of OTLP over HTTP. Each keeps what it got."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import tools

_DECODE = """
import base64, json, sys
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
requests = [ExportTraceServiceRequest.FromString(bytes.fromhex(line)) for line in open(sys.argv[1])]
print(json.dumps([MessageToDict(request) for request in requests]))
"""


@dataclass
class Seen:
    """A span, whatever it was sent as: ids in hexadecimal, the parent's empty where it has none of this process."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, object]
    failed: bool
    kind: str = ""


@dataclass
class Received:
    """What came, as it was sent; `headers` only by HTTP."""

    address: str
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def daemon() -> Iterator[Received]:
    """X-Ray's daemon."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        own.settimeout(0.01)
        received, done = Received(f"127.0.0.1:{own.getsockname()[1]}"), threading.Event()

        def take() -> None:
            # Until it is over, and nothing waits in the socket any more.
            while True:
                try:
                    received.raw.append(own.recv(65_536))
                except TimeoutError:
                    if done.is_set():
                        return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield received
        done.set()
        thread.join()


def subsegments(received: Received) -> list[Seen]:
    """The spans in what X-Ray's daemon got, in the order of their ends."""
    found = []
    for datagram in received.raw:
        head, _, body = datagram.partition(b"\n")
        assert json.loads(head) == {"format": "json", "version": 1}
        one = json.loads(body)
        attributes = one.get("annotations", {})
        found.append(
            Seen(one["name"], one["trace_id"], one["id"], one["parent_id"], attributes, one.get("fault", False))
        )
    return found


@contextmanager
def receiver() -> Iterator[Received]:
    """A receiver of OTLP over HTTP."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Requests)
    received = Received(f"http://127.0.0.1:{server.server_port}")
    _Requests.received[server.server_port] = received
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield received
        server.shutdown()
        thread.join()


class _Requests(BaseHTTPRequestHandler):
    received: dict[int, Received] = {}  # noqa: RUF012 - by port

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        assert isinstance(self.server, ThreadingHTTPServer)
        kept = self.received[self.server.server_port]
        kept.raw.append(gzip.decompress(self.rfile.read(int(self.headers["content-length"]))))
        kept.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing: what pytest prints is for people."""


def otlp(received: Received, python: str, folder: Path) -> list[Seen]:
    """The spans in what a receiver of OTLP got, decoded by the service's own `python`."""
    sent = folder / "sent.txt"
    sent.write_text("".join(f"{body.hex()}\n" for body in received.raw), encoding="utf-8")
    requests = json.loads(tools.run([python, "-c", _DECODE, str(sent)]))
    groups = [group for request in requests for group in request["resourceSpans"]]
    return [_span(one) for group in groups for scope in group["scopeSpans"] for one in scope["spans"]]


def _span(one: dict[str, object]) -> Seen:
    def identity(key: str) -> str:
        import base64

        return base64.b64decode(str(one.get(key, ""))).hex()

    listed = one.get("attributes", [])
    assert isinstance(listed, list)
    attributes = {each["key"]: next(iter(each["value"].values())) for each in listed}
    status = one.get("status")
    return Seen(
        str(one["name"]),
        identity("traceId"),
        identity("spanId"),
        identity("parentSpanId"),
        attributes,
        isinstance(status, dict) and status.get("code") == "STATUS_CODE_ERROR",
        str(one["kind"]),
    )
