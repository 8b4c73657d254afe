"""What a stage had before its last deployment, and which run made that, kept where SAM uploads its builds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from tools.deployment.stage import Stage

MASKED = "****"
BEFORE, RUN = "before.json", "run.json"


@dataclass(frozen=True)
class Before:
    """A deployed template as it was given to CloudFormation, its parameters, and when it came."""

    template: str
    parameters: dict[str, str]
    since: str


def deployed(stage: Stage) -> Before | None:
    """What the stack is made of now; nothing where there is no stack, or one that was never finished."""
    stack = stage.stack()
    if stack is None or stack["StackStatus"] in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
        return None
    found = stage.aws.client("cloudformation").get_template(StackName=stage.stack_name, TemplateStage="Original")
    body = found["TemplateBody"]
    return Before(
        body if isinstance(body, str) else json.dumps(body, default=str),
        {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])},
        str(stack.get("LastUpdatedTime", stack["CreationTime"])),
    )


def keep(stage: Stage, before: Before) -> bool:
    """Keep `before`, and say so, unless nothing has changed since."""
    now = deployed(stage)
    if now is None or (now.template, now.parameters) == (before.template, before.parameters):
        return False
    _write(stage, BEFORE, asdict(before))
    return True


def kept(stage: Stage) -> Before | None:
    """What was kept last."""
    found = _read(stage, BEFORE)
    return Before(**found) if found else None


def newer(stage: Stage, run: int) -> str:
    """Which later run of the pipeline has deployed to the stage already; nothing where this is the latest."""
    last = int(_read(stage, RUN).get("run", 0))
    if last <= run:
        return ""
    place = _place(stage, RUN)
    return f"run {last} did, and this is run {run} (s3://{place['Bucket']}/{place['Key']} says so)"


def ran(stage: Stage, run: int) -> None:
    """Keep in mind that this run of the pipeline has deployed to the stage."""
    _write(stage, RUN, {"run": run})


def _read(stage: Stage, name: str) -> dict[str, Any]:
    """What was kept under a name; S3 says "denied" of what is not there to who may not list."""
    try:
        found = stage.aws.client("s3").get_object(**_place(stage, name))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return {}
        raise
    return dict(json.loads(found["Body"].read()))


def _write(stage: Stage, name: str, content: dict[str, Any]) -> None:
    stage.aws.client("s3").put_object(**_place(stage, name), Body=json.dumps(content).encode())


def _place(stage: Stage, name: str) -> dict[str, Any]:
    """Where `sam deploy` puts its uploads: the bucket of samconfig.toml, or SAM's own."""
    bucket = stage.given.get("s3_bucket")
    if bucket is None:
        stacks = stage.aws.client("cloudformation").describe_stacks(StackName="aws-sam-cli-managed-default")["Stacks"]
        (bucket,) = (each["OutputValue"] for each in stacks[0]["Outputs"] if each["OutputKey"] == "SourceBucket")
    return {"Bucket": bucket, "Key": f"{stage.given.get('s3_prefix', stage.stack_name)}/{name}"}
