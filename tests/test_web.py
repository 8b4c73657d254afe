"""The sources of requests in a generated service; the cases run inside a service, where its package can be imported."""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import tools

CASES = Path(__file__).parent / "support/web_cases.py"
NAMES = [
    node.name
    for node in ast.parse(CASES.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]
SPEC = """
[project]
name = "web"
owner = "payments"

[resources.inbox]
kind = "queue"

[functions.order]
event = { kind = "http-api", route = "POST /orders" }

[functions.order-again]
event = { kind = "rest-api", route = "POST /orders" }

[functions.list-orders]
event = { kind = "rest-api", route = "GET /orders", query = "customer since" }

[functions.cancel]
event = { kind = "rest-api", route = "DELETE /orders/{id}" }

[functions.quote]
event = { kind = "function-url" }

[functions.fulfil]
event = { kind = "sqs", queue = "inbox" }
"""


@pytest.fixture(scope="module")
def files(catalogue: Catalogue) -> tree.Tree:
    """A service that is called in every way over HTTP that needs nothing but itself."""
    return project.files(spec.parse(SPEC, catalogue), SPEC, catalogue)


@pytest.fixture(scope="module")
def results(files: tree.Tree, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What went wrong in each case, by its name; a case that did not run has no entry."""
    service = tmp_path_factory.mktemp("web") / "web"
    service.mkdir()
    tree.write(files, service)
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))

    shutil.copy(CASES, service / "tests/guard/test_cases.py")
    report = service / "report.xml"
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/guard/test_cases.py", f"--junitxml={report}"]
    printed = tools.attempt([str(commands / "python"), *words], cwd=service).stdout
    assert report.is_file(), printed
    found: dict[str, list[str]] = defaultdict(list)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
        wrong = [f"{case.get('name')}:\n{part.text}" for part in case if part.tag in ("failure", "error", "skipped")]
        found[str(case.get("name")).partition("[")[0]] += wrong
    assert found, printed
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_source_of_requests_keeps_its_promise(name: str, results: dict[str, list[str]]) -> None:
    assert name in results, "it did not run"
    if results[name]:
        pytest.fail("\n".join(results[name]), pytrace=False)


ROUTES = """        paths:
          "/orders":
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/Object"
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${OrderAgainFunction.Arn}:live/invocations"
            get:
              parameters:
                - {in: query, name: "customer", required: true, schema: {type: string}}
                - {in: query, name: "since", required: true, schema: {type: string}}
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ListOrdersFunction.Arn}:live/invocations"
          "/orders/{id}":
            delete:
              parameters:
                - {in: path, name: id, required: true, schema: {type: string}}
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${CancelFunction.Arn}:live/invocations"
      MethodSettings:
"""


def test_a_rest_api_validates_each_of_its_routes(files: tree.Tree) -> None:
    """Two functions may share a path; what a route names as required, API Gateway asks for."""
    template = files["template.yaml"].content.decode("utf-8")
    assert ROUTES in template
    assert "x-amazon-apigateway-request-validator: everything\n" in template
    assert "validateRequestBody: true\n            validateRequestParameters: true\n" in template


def test_nobody_calls_unnamed(files: tree.Tree) -> None:
    template = files["template.yaml"].content.decode("utf-8")
    assert template.count("DefaultAuthorizer: AWS_IAM\n") == 2
    assert template.count("AuthType: AWS_IAM\n") == 1
    assert "NONE" not in template.replace("InvokeRole: NONE", "")
    assert "Cors" not in template
