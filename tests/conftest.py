"""What every test starts from: the bundled template, read once."""

from __future__ import annotations

import pytest

from holdfast import source
from holdfast.catalogue import Catalogue, load
from minimal import ROOT


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The bundled template's parts and questions."""
    return load(source.bundled())


@pytest.fixture(scope="session")
def orders_text() -> str:
    """The README's example: an HTTP function, a queue function and a scheduled one."""
    return (ROOT / "examples" / "orders.toml").read_text(encoding="utf-8")
