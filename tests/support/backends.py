"""Backends at work: a service in Lambda's own client, the library of a vendor's layer beside it, and who listens, on loopback.

The libraries are those that the layers hold, from PyPI. What is sent is read by a process that has them.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support import runtime_api, tools

LAYERS = Path(__file__).with_name("layers")
#: The backends whose library is in a layer.
LAYERED = tuple(sorted(path.stem for path in LAYERS.glob("*.txt")))
CANARY = runtime_api.CANARY

#: What business code may do: spans, attributes, calls of AWS and of others, good and bad, each with a canary.
HANDLER = f'''\
import os

import boto3
import requests

from ...guard import Context, annotate, guarded, log, metric, span
from ...guard.sources.http_api import http_api
from .event import Hello


def call(bad: bool) -> None:
    if bad:
        boto3.client("dynamodb").put_item(TableName="t", Item={{"{CANARY}": {{"X": "{CANARY}"}}}})
    boto3.client("sqs").send_message_batch(
        QueueUrl="https://sqs.eu-west-1.amazonaws.com/111122223333/parcels",
        Entries=[{{"Id": "1", "MessageBody": "{CANARY}"}}],
    )


@guarded(http_api(Hello))
def handler(event: Hello, context: Context) -> dict[str, str]:
    with span("charge card"):
        annotate(id="ok-1", token="{CANARY}")
        with span("call bank"):
            log.info("calling")
            call(bad=False)
            requests.get(f"http://{{os.environ['BANK']}}/{CANARY}?iban={CANARY}", timeout=5)
    metric("orders", 1)
    try:
        call(bad=True)
    except Exception:
        log.info("not stored")
    raise ValueError("{CANARY}")
'''

#: A layer's extension, as its library looks for it: by a file, and on a port that may be taken here.
EXTENSION = """\
import os
import os.path
import socket

exists, connect = os.path.exists, socket.socket.connect
os.path.exists = lambda path: path == "/opt/extensions/datadog-agent" or exists(path)
there = ("127.0.0.1", int(os.environ["STATSD"]))
socket.socket.connect = lambda own, address: connect(own, there if address == ("localhost", 8125) else address)
"""


@dataclass
class Listener:
    """Takes what is posted to an agent or a bank, and what comes by UDP."""

    requests: list[tuple[str, bytes]] = field(default_factory=list)
    datagrams: list[bytes] = field(default_factory=list)
    web: str = ""
    port: int = 0

    def posted(self, path: str) -> list[bytes]:
        return [body for where, body in self.requests if where == path]


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener on two free ports of loopback; it has all datagrams once the block ends."""
    listener = Listener()

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            listener.requests.append((self.path, body))
            answer = b'{"endpoints": ["/v0.4/traces"], "rate_by_service": {}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def log_message(self, *words: object) -> None:
            """Say nothing: what pytest prints is for people."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Requests) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own,
    ):
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        own.bind(("127.0.0.1", 0))
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        own.setblocking(False)
        listener.web, listener.port = f"127.0.0.1:{server.server_port}", own.getsockname()[1]
        try:
            yield listener
        finally:
            server.shutdown()
            while True:
                try:
                    listener.datagrams.append(own.recv(65_536))
                except BlockingIOError:
                    break


def python(backend: str) -> Path:
    """A Python that has what is in the backend's layer."""
    return tools.environment((LAYERS / f"{backend}.txt").read_text(encoding="utf-8"), ("3.13", "3.12")) / "python"


def layer(backend: str) -> Path:
    """The folder of packages of the backend's layer."""
    place = subprocess.run(
        [python(backend), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sysconfig.get_path("purelib") != place.stdout.strip()
    return Path(place.stdout.strip())


def read(backend: str, script: str, data: list[str]) -> list[dict[str, Any]]:
    """What `script` makes of `data` with the layer's own packages: it reads JSON and prints JSON."""
    done = subprocess.run(
        [python(backend), "-c", script], input=json.dumps(data), capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


#: Each datagram: the daemon's head line, T1 and whether it was sampled, and spans in OTLP's protobuf.
OTLP = """
import base64, json, sys
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

def plain(value):
    return next(iter(value.values()), None)

found = []
for datagram in json.load(sys.stdin):
    head, _, body = datagram.partition("\\n")
    assert json.loads(head) == {"format": "json", "version": 1}
    assert body[:3] in ("T1S", "T1U")
    request = ExportTraceServiceRequest()
    request.ParseFromString(base64.b64decode(body[3:]))
    for resource in MessageToDict(request)["resourceSpans"]:
        told = {each["key"]: plain(each["value"]) for each in resource["resource"]["attributes"]}
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                ids = {k: base64.b64decode(span.get(k, "")).hex() for k in ("traceId", "spanId", "parentSpanId")}
                attributes = {each["key"]: plain(each["value"]) for each in span.get("attributes", [])}
                found.append({**span, **ids, "attributes": attributes, "resource": told, "sampled": body[2] == "S"})
print(json.dumps(found))
"""

#: Each body: traces of spans, in Datadog's fourth format.
MSGPACK = """
import base64, json, sys
import msgpack

bodies = [msgpack.unpackb(base64.b64decode(body), strict_map_key=False) for body in json.load(sys.stdin)]
print(json.dumps([span for body in bodies for trace in body for span in trace]))
"""

#: Each payload of an invocation.
SERVERLESS = """
import json, sys
from newrelic.common.encoding_utils import serverless_payload_decode

print(json.dumps([serverless_payload_decode(payload) for payload in json.load(sys.stdin)]))
"""
