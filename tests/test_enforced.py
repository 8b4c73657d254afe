"""A service's handler under its own role: what it was granted works, and whatever else it may try is denied."""

from __future__ import annotations

import json
from pathlib import Path

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import policies, tools

SPEC = """\
[project]
name = "svc"
owner = "me"
[resources.files]
kind = "bucket"
[resources.inbox]
kind = "queue"
[functions.act]
event = { kind = "http-api", route = "POST /" }
grants = ["inbox:send", "files:put(in/)", "files:list(in/)"]
"""
VERSIONS = ("3.13", "3.12", "3.11", "3.14")


def test_a_handler_can_do_what_it_was_granted_and_nothing_else(catalogue: Catalogue, tmp_path: Path) -> None:
    """S3 and SQS: moto's enforcement is right there. Every denial stands beside a call that is allowed."""
    service = tmp_path / "service"
    service.mkdir()
    files = project.files(spec.parse(SPEC, catalogue), SPEC, catalogue)
    tree.write(files, service)
    (policy,) = policies.template(files)["Resources"]["ActRole"]["Properties"]["Policies"]
    known = policies.KNOWN | {"AWS::AccountId": "123456789012"}
    event = json.loads(files["events/act.json"].content)
    asked, said = tmp_path / "asked.json", tmp_path / "said.json"
    document = policies.resolved(policy["PolicyDocument"], known)
    asked.write_text(json.dumps({"document": document, "handler": "svc.functions.act.handler", "event": event}))
    commands = tools.environment((service / "requirements-dev.txt").read_text(encoding="utf-8"), VERSIONS)
    script = Path(__file__).parent / "support/enforced.py"
    tools.run([str(commands / "python"), str(script), str(asked), str(said)], cwd=service)
    found = json.loads(said.read_text(encoding="utf-8"))
    assert (found["status"], found["written"]) == (200, 1)
    assert len(found["outside"]) == 9
    assert {what: became for what, became in found["outside"].items() if became} == {}
