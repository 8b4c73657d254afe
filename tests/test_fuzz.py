"""Random events into every envelope: whatever arrives is accepted or refused, and nothing else happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from holdfast import tree
from holdfast.catalogue import Catalogue
from support import goldens, tools

CASES = Path(__file__).parent / "support/fuzz_cases.py"
#: The golden that has every event source.
SERVICE = "everything"


def test_nothing_random_breaks_a_guard(catalogue: Catalogue, tmp_path: Path) -> None:
    files = goldens.trees(catalogue)[SERVICE]
    service = tmp_path / SERVICE
    service.mkdir()
    tree.write(files, service)
    shutil.copy(CASES, service / "tests/guard/test_fuzz.py")
    lock = files["requirements-dev.txt"].content.decode("utf-8")
    python = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14")) / "python"
    words = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/guard/test_fuzz.py"]
    printed = tools.run(words, cwd=service)
    passed = re.search(r"(\d+) passed", printed)
    assert passed, printed
    assert int(passed[1]) >= 3 * len(catalogue.group("events")), printed
