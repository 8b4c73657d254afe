"""One stage of the service: what samconfig.toml says of it, and its stack."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ALIAS = "live"


@dataclass(frozen=True)
class Stage:
    """A table of samconfig.toml, and AWS with the credentials here."""

    name: str
    given: dict[str, Any]
    aws: boto3.Session

    @property
    def stack_name(self) -> str:
        return str(self.given["stack_name"])

    @property
    def overrides(self) -> list[str]:
        """The stack's parameters as samconfig.toml has them, `Name=value` each."""
        return list(self.given.get("parameter_overrides", []))

    def stack(self) -> dict[str, Any] | None:
        """What CloudFormation says of the stack; nothing where there is none."""
        try:
            found = self.aws.client("cloudformation").describe_stacks(StackName=self.stack_name)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return dict(found["Stacks"][0])

    def functions(self) -> list[str]:
        """The names of the stack's functions."""
        lister = self.aws.client("cloudformation").get_paginator("list_stack_resources")
        pages = lister.paginate(StackName=self.stack_name)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return sorted(r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::Lambda::Function")


def load(name: str) -> Stage:
    given = tomllib.loads(Path("samconfig.toml").read_text("utf-8"))[name]["deploy"]["parameters"]
    core = botocore.session.Session(profile=given.get("profile"))
    # Long enough for a function's start.
    core.set_default_client_config(Config(read_timeout=70, retries={"mode": "standard"}))
    return Stage(name, given, boto3.Session(botocore_session=core, region_name=given.get("region")))


@contextmanager
def explained(verb: str) -> Iterator[None]:
    """End with one line where AWS does not answer, or refuses."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"{verb}: {error}")
