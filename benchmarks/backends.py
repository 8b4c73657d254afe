"""What a backend adds to a cold start: the import of a handler as in Lambda, for each folder of the template."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from holdfast import catalogue, project, source, spec, tree

#: Python, folder, module, and environment of an import.
Wanted = tuple[str, str, str, Mapping[str, str]]
#: What Lambda brings along; a backend that reads a key needs it.
_RUNTIME = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}


def wanted(place: Path, python: tuple[str, ...], secrets: str) -> dict[str, Wanted]:
    """A service for each backend in `place`, of the backend's own example; `secrets` is where keys are read."""
    from support import backends, goldens, policies, tools

    offered = catalogue.load(source.bundled())
    (default,) = (str(one.default) for one in offered.tables["observability"] if one.key == "backend")
    texts = goldens.specs(offered)
    found: dict[str, Wanted] = {}
    for backend in (default, *sorted({*offered.group("observability")} - {default})):
        text = texts["defaults" if backend == default else f"observability-{backend}"]
        files = project.files(spec.parse(text, offered), text, offered)
        service = place / backend
        service.mkdir(parents=True)
        tree.write(files, service)
        commands = tools.environment(_lock(service), python)
        stack = policies.template(files, "template.yaml")
        function = stack["Resources"]["HelloFunction"]["Properties"]
        variables = {
            name: value if isinstance(value, str) else _default(stack, value)
            for name, value in function["Environment"]["Variables"].items()
        }
        lambdas = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "AWS_LAMBDA_FUNCTION_NAME": "bench"}
        lambdas |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        module = function["Handler"].replace(".guard.entry.", ".functions.") + ".handler"
        env = {**variables, **lambdas, "AWS_ENDPOINT_URL": secrets}
        if (backends.LAYERS / f"{backend}.txt").is_file():
            env["PYTHONPATH"] = str(backends.layer(backend))
        found[backend] = (str(commands / "python"), str(service / "src"), module, env)
    return found


def _lock(service: Path) -> str:
    """What the service ships, and what it finds in Lambda."""
    shipped = (service / "requirements.txt").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)==", shipped, re.MULTILINE))
    listed = re.split(r"\n(?=[a-z0-9-]+==)", (service / "requirements-dev.txt").read_text(encoding="utf-8"))
    return "\n".join([shipped, *(each for each in listed if each.partition("==")[0] in _RUNTIME - names)])


def _default(stack: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """What a variable is that a parameter says; any name for what a deployment would say."""
    return str(stack["Parameters"].get(value.get("Ref"), {}).get("Default", "a-name"))


@contextmanager
def secrets_manager() -> Iterator[str]:
    """The address of a Secrets Manager on loopback, which has any secret: without the way there, a key costs least."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Secrets) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Secrets(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps({"Name": "key", "SecretString": "key"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: object) -> None:
        """Say nothing."""
