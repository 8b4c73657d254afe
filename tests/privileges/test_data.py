"""The tables name operations and actions that there are, and botocore's own models are what is read."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import iam
from holdfast.privileges import actions, library, models, names

#: Operations that are boto3's or a library's own, not an API's.
OWN = {"UploadFile", "DownloadFile", "CopyFile", "Idempotency", "SetSecret", "CachedSecret", "connect"}
OPERATIONS: dict[str, Any] = tomllib.loads((names.DATA / "operations.toml").read_text(encoding="utf-8"))
SERVICES = {service: table for service, table in OPERATIONS.items() if service != "when"}


def used() -> Iterator[tuple[str, str]]:
    """Every (service, action) of the tables."""
    for service, table in SERVICES.items():
        for operation in table:
            yield from ((service, action.lstrip("?")) for action in actions.base(service, operation))
    for row in OPERATIONS["when"]:
        yield from ((row["service"], action.lstrip("?")) for action in row["actions"])


def test_every_action_is_one_of_iams() -> None:
    known = {f"{prefix}:{name}" for prefix, found in iam.actions().items() for name in found}
    assert [(service, action) for service, action in used() if action not in known] == []


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_is_one_of_the_services(service: str) -> None:
    known = set(models.operations(service).values()) | OWN
    wanted = set(SERVICES[service]) | {
        name for row in OPERATIONS["when"] if row["service"] == service for name in row["operations"]
    }
    assert wanted - known == set()


def test_every_call_of_a_library_is_an_operation() -> None:
    calls, _, _ = library._rows()
    rows = [row for table in calls.values() for found in table.values() for row in found]
    assert rows
    for row in rows:
        assert row.operation in set(models.operations(row.service).values()) | OWN, row
        members = models.members(row.service, row.operation)
        assert all(name in members for name, _, _ in row.parameters) or row.operation in OWN, row


def test_operations_that_are_actions_need_no_row() -> None:
    """But where a row says that no right is asked, or more than one."""
    plain = [
        (service, operation)
        for service, table in SERVICES.items()
        for operation, listed in table.items()
        if listed == [operation]
    ]
    assert plain == []


@pytest.mark.parametrize(
    "service", ["dynamodb", "s3", "sqs", "sns", "lambda", "ssm", "kms", "events", "stepfunctions", "ses", "sts"]
)
def test_what_services_are_called_often_for_is_known(service: str) -> None:
    """Operations have an action, by name or by a row; but the newest ones, which the table of actions lacks yet."""
    found = [action for name in models.operations(service).values() for action in actions.base(service, name)]
    unknown = [one for one in found if one.lstrip("?").partition(":")[2] not in iam.actions()[names.prefix(service)]]
    foreign = [one for one in unknown if not one.lstrip("?").startswith(f"{names.prefix(service)}:")]
    assert len(unknown) - len(foreign) <= 0.15 * len(found)


def test_no_model_of_the_users_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """botocore would look into ~/.aws/models and AWS_DATA_PATH."""
    hostile = tmp_path / "models/evil/2020-01-01"
    hostile.mkdir(parents=True)
    (hostile / "service-2.json").write_text(
        json.dumps({"operations": {}, "shapes": {}, "metadata": {}}), encoding="utf-8"
    )
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))
    models._loader.cache_clear()
    models.services.cache_clear()
    assert "evil" not in models.services()
    assert "s3" in models.services()


def test_wildcards_are_iams() -> None:
    assert names.covers("s3:Get*", "s3:GetObject")
    assert names.covers("S3:getobject", "s3:GetObject")
    assert names.covers("*", "s3:GetObject")
    assert names.covers("s3:?etObject", "s3:GetObject")
    assert not names.covers("s3:Get", "s3:GetObject")
    assert "s3:GetObject" in names.matching("s3:GetObject*")
    assert "s3:PutObject" not in names.matching("s3:GetObject*")
