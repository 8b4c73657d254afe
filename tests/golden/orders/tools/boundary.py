"""Before a deployment: is the permissions boundary there that each role names? CloudFormation would tell late."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def session(config: Path, stage: str) -> boto3.Session:
    """The account and region that `sam deploy --config-env STAGE` deploys to."""
    given = tomllib.loads(config.read_text("utf-8"))[stage]["deploy"]["parameters"]
    return boto3.Session(profile_name=given.get("profile"), region_name=given.get("region"))


def missing(aws: boto3.Session, service: str) -> str:
    """Where the boundary should be and is not; nothing where it is, or where the caller may not look."""
    caller = aws.client("sts").get_caller_identity()
    partition = caller["Arn"].split(":")[1]
    boundary = f"arn:{partition}:iam::{caller['Account']}:policy/{service}/{service}-boundary"
    try:
        aws.client("iam").get_policy(PolicyArn=boundary)
    except ClientError as error:
        return boundary if error.response["Error"]["Code"] == "NoSuchEntity" else ""
    return ""


def main(service: str, stage: str) -> None:
    try:
        boundary = missing(session(Path("samconfig.toml"), stage), service)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"deploy: AWS lets nobody in with the credentials here, sign in or set AWS_PROFILE: {error}")
    if boundary:
        sys.exit(f"deploy: there is no {boundary}: deploy platform/boundary.yaml first, the README says how")


if __name__ == "__main__":
    main(*sys.argv[1:])
