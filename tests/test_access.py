"""Read, write, delete: what IAM's access levels say of actions, and what removes data."""

from __future__ import annotations

import pytest

from holdfast.catalogue import Catalogue
from holdfast.iam import access

#: What each of the bundled template's grants does; a grant whose name is not here must read or write as IAM says.
GRANTS = {
    "bucket:delete": "delete",
    "bucket:get": "read",
    "bucket:list": "read",
    "bucket:put": "write",
    "bus:put": "write",
    "idempotency:remember": "delete",
    "queue:consume": "delete",
    "queue:send": "write",
    "stream:consume": "read",
    "stream:put": "write",
    "table:batch-write": "delete",
    "table:condition-check": "read",
    "table:delete": "delete",
    "table:get": "read",
    "table:put": "write",
    "table:query": "read",
    "table:scan": "read",
    "table:stream": "read",
    "table:update": "write",
    "topic:publish": "write",
}


def test_grants_do_what_their_names_say(catalogue: Catalogue) -> None:
    found = {
        f"{kind}:{rule.name}": access.of(rule.actions)
        for kind, part in catalogue.group("resources").items()
        for rule in part.grants.rules.values()
    }
    assert {grant: level for grant, level in found.items() if grant in GRANTS} == GRANTS


@pytest.mark.parametrize(
    ("actions", "level"),
    [
        ([], "read"),
        (["dynamodb:BatchGetItem"], "read"),
        (["dynamodb:PartiQLSelect"], "read"),
        (["dynamodb:PartiQLDelete"], "delete"),
        (["sqs:ReceiveMessage"], "read"),
        (["sqs:PurgeQueue"], "delete"),
        (["SQS:ReceiveMessage"], "read"),
        (["s3:GetObject", "s3:PutObject"], "write"),
        (["s3:GetObject", "s3:DeleteObjectVersion", "s3:PutObject"], "delete"),
        (["s3:PutObjectAcl"], "write"),
        (["states:StartExecution"], "write"),
        (["states:GetActivityTask"], "write"),
        (["lambda:InvokeFunction"], "write"),
        (["secretsmanager:BatchGetSecretValue"], "read"),
        (["ecr:BatchDeleteImage"], "delete"),
        (["cognito-idp:AdminGetUser"], "read"),
        (["cognito-idp:AdminDeleteUser"], "delete"),
        (["iam:PassRole"], "write"),
        (["unheard:Of"], "write"),
        (["unheard:GetOf"], "read"),
        (["unheard:Getaway"], "write"),
        (["s3:Get*"], "read"),
        (["s3:G*"], "delete"),
        (["s3:Put*"], "delete"),
        (["s3:*"], "delete"),
        (["*"], "delete"),
        (["nonsense"], "write"),
    ],
    ids=str,
)
def test_the_most_that_actions_do(actions: list[str], level: str) -> None:
    assert access.of(actions) == level


def test_every_exception_is_one() -> None:
    """A row that only repeats what the verb says, or that stands twice, was not written by the script."""
    rows = [row.split() for row in access.exceptions_text().splitlines() if not row.startswith("#")]
    assert len(rows) > 100
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})
    for service, *names in rows:
        assert names == sorted(set(names))
        assert all(access.reads(service, name) != access.by_verb(name) for name in names)
