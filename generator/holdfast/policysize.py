"""What IAM and CloudFormation take no more of: characters of a policy, dynamic references of a template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from holdfast.errors import HoldfastError
from holdfast.tree import Tree
from holdfast.views import FunctionView, Statement

#: Characters without white space: a role's own policies, and a managed one such as the boundary.
ROLE, MANAGED = 10_240, 6_144
#: What a role holds besides, and what stands around the parts of a statement.
_BASE, _AROUND, _KEY = 2_500, 60, 260
#: Dynamic references in one template.
MOST_REFERENCES = 60
BOUNDARY = "platform/boundary.yaml"
#: As long as each can be.
_LONGEST: Mapping[str, str] = {
    "${AWS::Partition}": "aws-us-gov",
    "${AWS::Region}": "ap-southeast-1",
    "${AWS::AccountId}": "1" * 12,
    "${AWS::URLSuffix}": "amazonaws.com.cn",
    "${Stage}": "s" * 8,
}


def check(functions: Iterable[FunctionView], files: Tree) -> None:
    """Refuse roles, a boundary and templates that AWS would refuse at deployment, after minutes."""
    for function in functions:
        size = _BASE + sum(map(_length, function.statements)) + _KEY * len(function.key_uses)
        if size > ROLE:
            _refuse(f"functions.{function.name}", f"its role would have {size} characters", ROLE)
    if BOUNDARY in files:
        size = _boundary(files[BOUNDARY].content.decode("utf-8"))
        if size > MANAGED:
            _refuse("resources", f"the boundary would have {size} characters", MANAGED)
    for path, file in files.items():
        count = file.content.count(b"{{resolve:") if path.endswith(".yaml") else 0
        if count > MOST_REFERENCES:
            _refuse("resources", f"{path} would have {count} dynamic references", MOST_REFERENCES)


def _refuse(place: str, what: str, most: int) -> None:
    todo = "take fewer grants, written-out permissions or external resources, or split the service in two"
    raise HoldfastError(f"{what}, and AWS takes {most:,}", where=f"holdfast.toml {place}", todo=todo)


def _length(statement: Statement) -> int:
    texts = [statement.sid, *statement.actions, *map(_longest, statement.resources)]
    condition = json.dumps({key: dict(values) for key, values in statement.condition.items()}, default=list)
    return _AROUND + sum(len(text) + 3 for text in texts) + (len(condition) + 13 if statement.condition else 0)


def _boundary(text: str) -> int:
    """About how many characters the boundary's document has: its lines from the version on, without what YAML needs."""
    # It ends where something is indented like a resource, or less.
    document = re.split(r"\n {0,2}\S", text.partition("PolicyDocument:")[2], maxsplit=1)[0]
    lines = (line.strip() for line in document.splitlines() if not line.strip().startswith("#"))
    # Each line has quotes, a comma or a brace that YAML leaves out.
    return sum(len(_longest(line.removeprefix("- ").replace("!Sub ", ""))) + 2 for line in lines) * 21 // 20


def _longest(text: str) -> str:
    for name, value in _LONGEST.items():
        text = text.replace(name, value)
    # A parameter of SSM holds an ARN, whose length nobody knows.
    return text.replace("{{resolve:", "x" * 60)
