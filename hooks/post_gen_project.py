"""Writes the project into the folder that cookiecutter made, which is the working directory.

cookiecutter renders this file before it runs it; a raw string holds the answers, and `tojson` leaves no quote in them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

RENDERED = r'{"cookiecutter": {{ cookiecutter | tojson }} }'


def main() -> None:
    answers = json.loads(RENDERED)["cookiecutter"]
    sys.path.insert(0, str(Path(answers["_repo_dir"], "generator")))

    from holdfast import plain
    from holdfast.errors import HoldfastError

    try:
        plain.build(answers, Path.cwd())
    except HoldfastError as error:
        sys.exit(f"holdfast: {error}")


main()
