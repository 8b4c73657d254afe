"""Every golden service uses what it was granted, but for what its example grants without using it."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast import tree
from holdfast.catalogue import Catalogue
from holdfast.commands.privileges import privileges
from support import goldens

#: Grants of examples whose starter code leaves to the developer what to do with them.
IDLE = {
    "events-s3": {"read-upload": ["UploadsBucketGet"]},
    "events-ses": {"take-mail": ["MailsBucketGet"]},
    "events-websocket": {"bid": ["SendToClients"]},
    "everything": {
        "place-order": ["FlagsParameterGet", "PricingFunctionInvoke", "WrittenOut1", "WrittenOut2"],
        "bid": ["SendToClients"],
        "read-upload": ["UploadsBucketGet"],
    },
    "platform": {
        "follow": ["PricingFunctionInvoke", "WrittenOut1"],
        "bid": ["SendToClients"],
    },
    "resources-function": {"offer": ["PricingFunctionInvoke"]},
    "vpc": {"keep": ["UploadsBucketGet"]},
}


def test_goldens_use_what_they_were_granted(tmp_path: Path, catalogue: Catalogue) -> None:
    found: dict[str, dict[str, list[str]]] = {}
    for name, files in goldens.trees(catalogue).items():
        (tmp_path / name).mkdir()
        tree.write(files, tmp_path / name)
        outcome = privileges(tmp_path / name, catalogue, fix=False)
        assert outcome.verdicts
        assert [(verdict.function, verdict.missing, verdict.unresolved) for verdict in outcome.verdicts] == [
            (verdict.function, (), ()) for verdict in outcome.verdicts
        ], name
        idle = {v.function: [one.grant for one in v.unused] for v in outcome.verdicts if v.unused}
        found |= {name: idle} if idle else {}
    assert found == IDLE


@pytest.mark.parametrize(
    ("removed", "missing"),
    [
        ("dynamodb:PutItem", "dynamodb:PutItem"),
        ("sqs:SendMessage", "sqs:SendMessage"),
    ],
)
def test_a_right_that_is_taken_away_is_missed(removed: str, missing: str, tmp_path: Path, catalogue: Catalogue) -> None:
    tree.write(goldens.trees(catalogue)[goldens.FULL], tmp_path)
    template = tmp_path / "template.yaml"
    text = template.read_text(encoding="utf-8")
    before, role, after = text.partition("  PlaceOrderRole:\n")
    after = after.replace(f"Action: {removed}\n", "Action: logs:PutLogEvents\n", 1)
    template.write_text(before + role + after, encoding="utf-8")
    place_order = privileges(tmp_path, catalogue, fix=False).verdicts[0]
    assert [gap.action for gap in place_order.missing] == [missing]
