"""What every test may count on: no real credentials, a Lambda context, and an AWS of its own where it asks for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from moto import mock_aws

from tools import local_aws

TEMPLATE = Path(__file__).parents[1] / "template.yaml"

# Before the service is imported: nothing of the developer's own AWS, and a stand-in for what template.yaml computes.
for name in [name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_"))]:
    del os.environ[name]
for function in local_aws.functions(local_aws.load(TEMPLATE)):
    for name, value in function.variables.items():
        os.environ[name] = value if isinstance(value, str) else f"no-{name.lower()}-here"
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "LOG_LEVEL": "INFO",
    "POWERTOOLS_LOGGER_SAMPLE_RATE": "",
    "POWERTOOLS_SERVICE_NAME": "orders",
    "STAGE": "test",
}


@dataclass(frozen=True)
class LambdaContext:
    """What the runtime says about an invocation."""

    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    function_name: str = "function-under-test"
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:111122223333:function:function-under-test"
    memory_limit_in_mb: int = 128

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


@pytest.fixture
def context() -> LambdaContext:
    """The context of one invocation."""
    return LambdaContext()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What template.yaml keeps data in, made in an AWS that ends with the test, and the variables that name it."""
    with mock_aws():
        for variables in local_aws.create(TEMPLATE).values():
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
        yield
