"""The tools of a generated service as modules: those that neither a slot nor an answer changes."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from minimal import ROOT

FOLDER = ROOT / "template/project/files"


def module(name: str) -> ModuleType:
    """One of them, `tools.dependencies.pins` for one, in this process: starting one for each case would take minutes."""
    sys.path.insert(0, str(FOLDER))
    try:
        found = importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))
    assert str(found.__file__).startswith(str(FOLDER))
    return found
