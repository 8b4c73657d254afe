"""After a deployment: is it what is live, and does it answer? Nothing here reaches business code or data."""

from __future__ import annotations

import base64
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tools import local_aws
from tools.deployment.stage import ALIAS, Stage, explained, load

# Deeper than any event may be: every function refuses it before its model is tried, whatever the model says.
PROBE = "[" * 200 + "]" * 200
FINISHED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
# Seconds. A key's alias is new to KMS for some minutes after a first deployment, and an alarm takes some to end.
PATIENCE = 300
PAUSE = 10
ADDRESSES = {"HttpApi": "HttpApiAddress", "Api": "RestApiAddress"}


def refusal(answer: Any, log: str) -> str:
    """What is wrong with how a function took the probe; nothing where it refused it, and says so in its log."""
    said = answer if isinstance(answer, dict) else {}
    if said.get("errorType") != "EventRejected" and said.get("statusCode") != 400:
        ended = said.get("errorType") or said.get("statusCode") or "an answer"
        return f"did not refuse what it should: it ended with {ended}"
    return "" if '"event_rejected"' in log else "refuses, and its log does not say so"


def probed(stage: Stage, name: str) -> str:
    """What is wrong with the live version of a function, called with the probe."""
    client, until = stage.aws.client("lambda"), time.monotonic() + PATIENCE
    while True:
        try:
            called = client.invoke(FunctionName=name, Qualifier=ALIAS, LogType="Tail", Payload=PROBE)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code != "KMSAccessDeniedException" or time.monotonic() > until:
                return f"cannot be called: {code}"
            time.sleep(PAUSE)
        else:
            return refusal(json.loads(called["Payload"].read()), base64.b64decode(called.get("LogResult", "")).decode())


def stale(stage: Stage, name: str) -> str:
    """What is wrong with the version that is live."""
    client = stage.aws.client("lambda")
    alias = client.get_alias(FunctionName=name, Name=ALIAS)
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        return "is between two versions"
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    versions = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"].isdigit()]
    live = int(alias["FunctionVersion"])
    return f"has version {max(versions)}, and version {live} is live" if live < max(versions) else ""


def failing(stage: Stage, names: list[str]) -> list[str]:
    """The failures alarms that stay on; what was deployed may mend what they went off for."""
    until = time.monotonic() + PATIENCE
    on = _on(stage, names)
    while on and time.monotonic() < until:
        time.sleep(PAUSE)
        on = _on(stage, names)
    return [f"{name} is on" for name in on]


def _on(stage: Stage, names: list[str]) -> list[str]:
    client, found = stage.aws.client("cloudwatch"), []
    for start in range(0, len(names), 100):
        asked = [f"{name}-failures" for name in names[start : start + 100]]
        found += client.describe_alarms(AlarmNames=asked)["MetricAlarms"]
    return [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]


def doors(body: local_aws.Node, outputs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Method and address of what the service answers over HTTP by itself; a load balancer is somebody else's."""
    for identity, resource in body["Resources"].items():
        own = resource.get("Properties", {}) if resource["Type"] == "AWS::Serverless::Function" else {}
        for event in own.get("Events", {}).values():
            base = outputs.get(ADDRESSES.get(event["Type"], ""))
            if base:
                path = re.sub(r"[{][^}]*[}]", "smoke", event["Properties"]["Path"])
                yield event["Properties"]["Method"].upper(), base + path
        if "FunctionUrlConfig" in own:
            yield "GET", outputs[f"{identity.removesuffix('Function')}Url"]


def open_to_all(method: str, address: str) -> str:
    """What is wrong with how an address answers somebody who does not say who they are."""
    method = "GET" if method in ("ANY", "$DEFAULT") else method
    # Where an API is open by mistake, every function refuses this before business code. A GET has no body: some
    # gateways answer one that does with 403 themselves, which would look well.
    body = None if method in ("GET", "HEAD", "OPTIONS") else PROBE.encode()
    headers = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (an output of the stack's own)
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError as error:
        return f"does not answer: {error}"
    return "" if status in (401, 403) else f"answers anybody with {status}"


def findings(stage: Stage, names: list[str], stack: dict[str, Any]) -> Iterator[str]:
    """Everything that is not as it should be."""
    if stack["StackStatus"] not in FINISHED:
        yield f"{stage.stack_name} is {stack['StackStatus']}"
    for name in names:
        for wrong in (stale(stage, name), probed(stage, name)):
            if wrong:
                yield f"{name} {wrong}"
    yield from failing(stage, names)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    for method, address in doors(local_aws.load(Path("template.yaml")), outputs):
        wrong = open_to_all(method, address)
        if wrong:
            yield f"{method} {address} {wrong}"


def main(stage_name: str) -> None:
    stage = load(stage_name)
    with explained("smoke"):
        stack = stage.stack()
        if stack is None:
            sys.exit(f"smoke: there is no {stage.stack_name}: make deploy STAGE={stage_name}")
        names = stage.functions()
        found = list(findings(stage, names, stack))
    if found:
        sys.exit("\n".join(f"smoke: {line}" for line in found))
    print(f"smoke: {stage.stack_name} is well: {', '.join(names)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
