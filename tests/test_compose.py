"""Sources within sources: the cases run inside a service that has them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import cases

CASES = Path(__file__).parent / "support/compose_cases.py"
SPEC = """
schema = 1
[project]
name = "compose"
owner = "payments"
[resources.inbox]
kind = "queue"
[resources.news]
kind = "topic"
[resources.uploads]
kind = "bucket"
[resources.clicks]
kind = "stream"
[functions.fulfil]
event = { kind = "sqs", queue = "inbox" }
[functions.notify]
event = { kind = "sns", topic = "news" }
[functions.read-upload]
event = { kind = "s3", bucket = "uploads" }
[functions.ship]
event = { kind = "eventbridge", source = "orders.checkout" }
[functions.nightly]
event = { kind = "schedule", schedule = "rate(1 day)" }
[functions.count]
event = { kind = "kinesis", stream = "clicks", carries = "cloudwatch-logs" }
[functions.keep]
event = { kind = "firehose", bucket = "uploads", carries = "cloudwatch-logs" }
"""


@pytest.fixture(scope="module")
def results(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    service = tmp_path_factory.mktemp("compose") / "compose"
    service.mkdir()
    tree.write(project.files(spec.parse(SPEC, catalogue), SPEC, catalogue), service)
    return cases.results(service, CASES)


@pytest.mark.parametrize("name", cases.names(CASES))
def test_sources_within_sources_keep_their_promise(name: str, results: dict[str, list[str]]) -> None:
    assert name in results, "it did not run"
    if results[name]:
        pytest.fail("\n".join(results[name]), pytrace=False)
