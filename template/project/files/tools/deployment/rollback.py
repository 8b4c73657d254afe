"""Bring back what a stage had before its last deployment: template, parameters and code, at once and by CloudFormation.

Pointing aliases back by hand would be quicker, and the next gradual deployment would fail: CodeDeploy starts where
CloudFormation believes that an alias is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.deployment.before import MASKED, Before, deployed, kept
from tools.deployment.deploy import sam_deploy
from tools.deployment.stage import explained, load

AT_ONCE = {"Rollout": "AllAtOnce"}


def words(before: Before) -> list[str]:
    """Its parameters for `sam deploy`. What CloudFormation does not show stays as it is."""
    known = {name: value for name, value in before.parameters.items() if MASKED not in value}
    known |= {name: value for name, value in AT_ONCE.items() if name in known}
    pairs = [f"ParameterKey={name},ParameterValue={_quoted(value)}" for name, value in known.items()]
    return ["--parameter-overrides", *pairs] if pairs else []


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def main(name: str) -> int:
    stage = load(name)
    with explained("rollback"):
        now, before = deployed(stage), kept(stage)
    if now is None or before is None:
        sys.exit(f"rollback: {name} has had no deployment before this one: deploy an earlier commit")
    if now.template == before.template:
        sys.exit(f"rollback: {name} has what it had before its last deployment: deploy an earlier commit")
    target = Path(".aws-sam") / f"{name}-before.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(before.template, "utf-8")
    print(f"rollback: {name} gets back what it had from {before.since}")
    return sam_deploy(stage, target, *words(before))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
