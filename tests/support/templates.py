"""Runs in the SAM CLI's environment: judges the services named after it and prints what each tool says, as JSON.

One process for all of them, because importing these tools takes longer than using them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from samcli.cli.main import cli


def judged(service: Path) -> dict[str, Any]:
    """What `sam validate --lint` says of the service's template, and the template as SAM expands it."""
    from tools.expand import expand  # type: ignore[import-not-found, unused-ignore]

    template = service / "template.yaml"
    result = CliRunner().invoke(cli, ["validate", "--lint", "--template-file", str(template)])
    return {"exit": result.exit_code, "output": result.output, "expanded": expand(template)}


def main(services: list[Path]) -> None:
    """Print a JSON object with a key for each service's folder name."""
    sys.path.insert(0, str(services[0]))
    sys.stdout.write(json.dumps({service.name: judged(service) for service in services}, default=str))


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
