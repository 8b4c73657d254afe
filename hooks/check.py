"""Refuses, with one line, the answers on standard input that no project can be built from; `extension` calls it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "generator"))

from holdfast import plain
from holdfast.errors import HoldfastError

try:
    plain.check(json.load(sys.stdin))
except HoldfastError as error:
    sys.exit(f"holdfast: {error}")
