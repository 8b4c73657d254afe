"""Runs inside a service: its handler with its own role's rights and no others, in moto with access control switched on.

moto decides S3 and SQS with resources, as IAM does; conditions it does not look at.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws, settings

ROOT = Path.cwd()
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
REGION, ACCOUNT = "eu-west-1", "123456789012"


@contextmanager
def enforced() -> Iterator[None]:
    """Every call is authorized by policies until the block ends; before, none is."""
    with patch.object(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0.0):
        yield


def assume(document: dict[str, Any]) -> dict[str, str]:
    """The environment of a role that has this policy."""
    iam, sts = boto3.client("iam"), boto3.client("sts")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="act", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName="act", PolicyName="act", PolicyDocument=json.dumps(document))
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/act", RoleSessionName="act")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def denied(call: Callable[..., object], **arguments: object) -> str:
    """Nothing where a call is denied; what became of it otherwise."""
    try:
        call(**arguments)
    except ClientError as error:
        return "" if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403 else str(error)
    return "allowed"


def main(document: dict[str, Any], handler: str, event: dict[str, Any]) -> dict[str, Any]:
    """What the handler answers under its own role, and every call outside of it that was not denied."""
    local_aws: Any = importlib.import_module("tools.local_aws")
    context = importlib.import_module("tests.conftest").LambdaContext()

    os.environ |= {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    with mock_aws():
        for variables in local_aws.create(ROOT / "template.yaml", "dev").values():
            os.environ |= variables
        bucket, queue = os.environ["FILES_BUCKET"], os.environ["INBOX_QUEUE"]
        boto3.client("s3").create_bucket(Bucket="others", CreateBucketConfiguration={"LocationConstraint": REGION})
        other = boto3.client("sqs").create_queue(QueueName="others")["QueueUrl"]
        os.environ |= assume(document)
        boto3.setup_default_session()  # It keeps the credentials that it began with.
        s3, sqs = boto3.client("s3"), boto3.client("sqs")
        with enforced():
            answer = getattr(importlib.import_module(handler), "handler")(event, context)  # noqa: B009
            written = s3.list_objects_v2(Bucket=bucket, Prefix="in/")["KeyCount"]
            outside = {
                "put elsewhere": denied(s3.put_object, Bucket=bucket, Key="out/x", Body=b"x"),
                "put to another bucket": denied(s3.put_object, Bucket="others", Key="in/x", Body=b"x"),
                "get": denied(s3.get_object, Bucket=bucket, Key="in/a-1"),
                "delete": denied(s3.delete_object, Bucket=bucket, Key="in/a-1"),
                "list another bucket": denied(s3.list_objects_v2, Bucket="others"),
                "policy": denied(s3.put_bucket_policy, Bucket=bucket, Policy="{}"),
                "receive": denied(sqs.receive_message, QueueUrl=queue),
                "purge": denied(sqs.purge_queue, QueueUrl=queue),
                "send to another queue": denied(sqs.send_message, QueueUrl=other, MessageBody="x"),
            }
    return {"status": answer["statusCode"], "written": written, "outside": outside}


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    Path(sys.argv[2]).write_text(json.dumps(main(asked["document"], asked["handler"], asked["event"])), "utf-8")
