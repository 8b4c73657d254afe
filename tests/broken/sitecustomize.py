"""Breaks holdfast on purpose, for the test of its last boundary."""

from holdfast import source


def _broken() -> None:
    raise RuntimeError("broken on purpose")


source.bundled = _broken  # type: ignore[assignment]
