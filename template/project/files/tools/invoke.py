"""Run one function in this process, with moto's server as its AWS: `make invoke FUNCTION=... EVENT=events/....json`."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from tools import local_aws

ROOT = Path(__file__).resolve().parent.parent
STAGE = "local"
SHOWN = 5
# All that is left of the developer's environment: no credential and no profile can reach the function.
KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "AWS_DEFAULT_REGION")


class Context:
    """What Lambda's runtime tells a function, for one invocation that starts now."""

    function_version = "$LATEST"

    def __init__(self, function: local_aws.Function) -> None:
        self.function_name = function.name
        self.memory_limit_in_mb = function.memory
        self.aws_request_id = str(uuid.uuid4())
        self.invoked_function_arn = (
            f"arn:aws:lambda:{os.environ['AWS_DEFAULT_REGION']}:123456789012:function:{function.name}"
        )
        self.log_group_name = f"/aws/lambda/{function.name}"
        self.log_stream_name = f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid.uuid4().hex}"
        self._end = time.monotonic() + function.timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._end - time.monotonic()) * 1000))


def chosen(body: local_aws.Node, name: str) -> local_aws.Function:
    """The function called `name`, in the spelling of holdfast.toml or of its folder."""
    known = {function.module: function for function in local_aws.functions(body)}
    if name.replace("-", "_") not in known:
        names = ", ".join(module.replace("_", "-") for module in known)
        wrong = f"there is no function {name!r}" if name else "say which function"
        sys.exit(f"invoke: {wrong}: FUNCTION= one of {names}")
    return known[name.replace("-", "_")]


def sample(text: str) -> Any:
    """The event in a file of the project."""
    try:
        return json.loads((ROOT / text).read_text("utf-8"))
    except OSError as error:
        there = ", ".join(sorted(f"events/{file.name}" for file in (ROOT / "events").glob("*.json")))
        sys.exit(f"invoke: {text}: {error.strerror}: EVENT= one of {there or 'your own files, events/ has none'}")
    except ValueError as error:
        sys.exit(f"invoke: {text} is not JSON: {error}")


def point_to(server: ThreadedMotoServer) -> None:
    """Leave nothing in this process's environment that leads to an AWS other than `server`."""
    host, port = server.get_host_and_port()
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    os.environ.clear()
    os.environ.update(
        {"AWS_DEFAULT_REGION": "us-east-1"} | kept,
        AWS_ENDPOINT_URL=f"http://{host}:{port}",
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 (moto takes any)
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )


def contents() -> list[str]:
    """Each table, queue and bucket, with the first of what is in it."""
    found: dict[str, list[str]] = {}
    for table in boto3.resource("dynamodb").tables.all():
        found[f"table {table.name}"] = [json.dumps(item, default=str) for item in table.scan(Limit=SHOWN)["Items"]]
    for queue in boto3.resource("sqs").queues.all():
        messages = queue.receive_messages(MaxNumberOfMessages=SHOWN)
        found[f"queue {queue.url.rsplit('/', 1)[1]}"] = [message.body for message in messages]
    for bucket in boto3.resource("s3").buckets.all():
        found[f"bucket {bucket.name}"] = [stored.key for stored in bucket.objects.limit(SHOWN)]
    return [f"  {place}: {text}" for place, texts in found.items() for text in texts or ["empty"]]


def invoke(function: local_aws.Function, event: Any) -> int:
    """Call the function's handler and print its answer, or what left it instead."""
    module, _, name = function.handler.rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    started = time.monotonic()
    try:
        answer = handler(event, Context(function))
    except Exception as error:  # noqa: BLE001 (whatever a function raises is its outcome)
        print(f"raised {type(error).__name__}: {error}")
        return 1
    print(f"answered in {(time.monotonic() - started) * 1000:.0f} ms:")
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def main(name: str, event_file: str) -> int:
    template = ROOT / "template.yaml"
    function = chosen(local_aws.load(template), name)
    event = sample(event_file or f"events/{function.module}.json")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        point_to(server)
        os.environ.update(local_aws.create(template, STAGE)[function.module], AWS_LAMBDA_FUNCTION_NAME=function.name)
        os.environ["LOG_LEVEL"] = "DEBUG"
        sys.path.insert(0, str(ROOT / "src"))
        status = invoke(function, event)
        print("\n".join(["made for it, and what is in there now:", *contents()]))
    finally:
        server.stop()
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
