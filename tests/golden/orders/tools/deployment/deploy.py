"""Hand the built template to `sam deploy`, and keep what was deployed before where `make rollback` finds it.

A run of a pipeline, whose number is RUN, never deploys over what a later one has deployed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from tools import local_aws
from tools.deployment.before import Before, deployed, keep, newer, ran
from tools.deployment.stage import Stage, explained, load


def stamped(body: local_aws.Node, overrides: Sequence[str]) -> local_aws.Node:
    """The template with a digest in each function's description: of its properties, and of the stage's parameters.

    SAM makes a version where properties change, and sees no parameter's value. Lambda refuses one where neither code
    nor configuration has changed, as after a change of tags or concurrency. A description is of the configuration, so
    any change is one for both.
    """
    shared = body.get("Globals", {}).get("Function", {})
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"]
            text = json.dumps([shared, own, sorted(overrides)], sort_keys=True, default=str)
            digest = sha256(text.encode()).hexdigest()[:12]
            own["Description"] = {"Fn::Join": [" ", [own["Description"], digest]]} if "Description" in own else digest
    return body


def sam_deploy(stage: Stage, template: Path, *words: str) -> int:
    """Run `sam deploy`; it asks nobody where nobody can answer."""
    sam = Path(sys.executable).with_name("sam")
    command = [str(sam), "deploy", "--config-env", stage.name, "--template-file", str(template), *words]
    if not sys.stdin.isatty():
        command.append("--no-confirm-changeset")
    sys.stdout.flush()
    return subprocess.call(command)


def numbered() -> int:
    """The number of the pipeline's run; 0 at a machine of somebody's own. Ends the program where it is none."""
    text = os.environ.get("RUN") or "0"
    if not re.fullmatch("[0-9]{1,18}", text):
        sys.exit(f"deploy: RUN is {text!r}, and no number of a pipeline's run: unset it")
    return int(text)


def main(name: str, template: str) -> int:
    run, stage = numbered(), load(name)
    built = Path(template)
    body = stamped(local_aws.load(built), stage.overrides)
    target = built.with_name(f"{name}.json")
    target.write_text(json.dumps(body, default=str, indent=1), "utf-8")
    # What a pipeline takes back where the smoke test fails: a deployment from here that changed something.
    changed, unkept = (Path(".aws-sam") / f"{name}.{what}" for what in ("changed", "unkept"))
    for note in (changed, unkept):
        note.unlink(missing_ok=True)
    with explained("deploy"):
        if run and (later := newer(stage, run)):
            todo = "to go back, revert or make rollback; in a new repository, whose runs count anew, delete run.json"
            sys.exit(f"deploy: {name} was deployed by a later run: {later}; {todo}")
        before: Before | None = deployed(stage)
    try:
        code = sam_deploy(stage, target)
    finally:
        target.unlink()
    if code == 0:
        try:
            if run:
                ran(stage, run)
            if before and keep(stage, before):
                changed.write_text(before.since, "utf-8")
        except (BotoCoreError, ClientError) as error:
            # It is deployed, and has to be looked at all the same: who does that fails afterwards.
            unkept.write_text(f"deploy: done, but what was before could not be kept: {error}\n", "utf-8")
            print(unkept.read_text("utf-8"), end="", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
