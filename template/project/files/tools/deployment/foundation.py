"""Before a deployment: is there what it stands on, which others made? CloudFormation would tell late."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# How template.yaml names a parameter of SSM that holds a role, a key or another stack's resource.
NAMED = re.compile(r"[{]{2}resolve:ssm:([^{}]*(?:[$][{]Stage[}][^{}]*)?)[}]{2}")


# A parameter of template.yaml whose value is one of SSM's.
TOLD = re.compile(r"^  (\w+):\n    Type: AWS::SSM::Parameter::Value<String>$", re.MULTILINE)
# A parameter of template.yaml, with what is said of it.
PARAMETER = re.compile(r"^  (\w+):\n((?:    .*\n)+)", re.MULTILINE)


def untold(template: str, overrides: list[str]) -> list[str]:
    """The parameters that have no default and are given no value."""
    told = {text.partition("=")[0] for text in overrides}
    section = re.split(r"^(?=\S)", template.partition("\nParameters:\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    open_ = (name for name, said in PARAMETER.findall(section) if not re.search("^    Default:", said, re.MULTILINE))
    return [name for name in open_ if name not in told]


def named(template: str, overrides: list[str], stage: str) -> list[str]:
    """The parameters of SSM that the stack of a stage reads."""
    told = dict(text.split("=", 1) for text in overrides)
    names = {told[name] for name in TOLD.findall(template) if name in told}
    return sorted(names | {name.replace("${Stage}", stage) for name in NAMED.findall(template)})


def missing(aws: boto3.Session, service: str, stage: str, names: list[str]) -> Iterator[str]:
    """What is not there and should be, each with what to do; nothing where the caller may not look."""
    caller = aws.client("sts").get_caller_identity()
    partition = caller["Arn"].split(":")[1]
    for end in ("boundary", "codedeploy-boundary"):
        boundary = f"arn:{partition}:iam::{caller['Account']}:policy/{service}/{service}-{end}"
        try:
            aws.client("iam").get_policy(PolicyArn=boundary)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                yield f"there is no {boundary}: deploy platform/boundary.yaml first, make bootstrap STAGE={stage} does"
    absent: list[str] = []
    for start in range(0, len(names), 10):
        try:
            found = aws.client("ssm").get_parameters(Names=names[start : start + 10])
        except ClientError:
            return
        absent += found["InvalidParameters"]
    own = [name for name in absent if name.startswith(f"/{service}/{stage}/")]
    if own:
        yield f"there is no parameter {', '.join(own)}: make bootstrap STAGE={stage} deploys what makes it"
    for name in absent:
        if name not in own:
            yield f"there is no parameter {name}: deploy the stack that makes it"


def main(service: str, stage: str) -> None:
    given = tomllib.loads(Path("samconfig.toml").read_text("utf-8"))[stage]["deploy"]["parameters"]
    template, overrides = Path("template.yaml").read_text("utf-8"), given.get("parameter_overrides", [])
    if absent := untold(template, overrides):
        sys.exit(f"deploy: samconfig.toml tells {stage} no {', '.join(absent)}: add them to its parameter_overrides")
    names = named(template, overrides, stage)
    try:
        aws = boto3.Session(profile_name=given.get("profile"), region_name=given.get("region"))
        found = list(missing(aws, service, stage, names))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"deploy: AWS lets nobody in with the credentials here, sign in or set AWS_PROFILE: {error}")
    if found:
        sys.exit("\n".join(f"deploy: {line}" for line in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
